import { z } from 'zod';
import { selectAuthor } from '../../db/author.ts';
import { noteConsent, selectConsentHistory } from '../../db/consent.ts';
import { defineRoute } from '../define-route.ts';
import { authorParams, evidence, toldConsent } from './author-schemas.ts';
import { answerAuthor, authorWithHistory } from './author-view.ts';

const body = z
  .strictObject({
    consent: toldConsent,
    source: z
      .enum(['person', 'api'])
      .default('person')
      .meta({ description: 'Whether a person of the tenant was told, or a program that has it from elsewhere.' }),
    evidence: evidence.nullable().default(null),
  })
  .superRefine(({ consent, evidence: proof }, ctx) => {
    if (consent !== 'granted' || proof !== null) return;
    const message = 'is needed: who says that somebody agrees says where they did';
    ctx.addIssue({ code: 'custom', path: ['evidence'], message, params: { rule: 'required' } });
  });

export const changeConsent = defineRoute({
  method: 'post',
  path: '/v1/authors/{authorId}/consent',
  tag: 'Contacts',
  summary: 'Tell what a contact has agreed to',
  description:
    'Notes that one person agrees to be written to, or does not any more, with how it is known. It counts from the next message on, of campaigns that are running too. Consent that was withdrawn can be given again here, one person at a time; lists of many never give it back.',
  permission: 'contact.write',
  params: authorParams,
  body,
  answer: {
    status: 200,
    schema: authorWithHistory,
    description: 'The contact as it is now.',
    headers: { etag: 'Its version.' },
  },
  refusals: {},
  audit: 'author.consent_changed',
  handle: async ({ trx, caller, params, body: told, now, refuse }) => {
    const { tenantId, userId } = caller;
    await noteConsent(trx, { tenantId, authorId: params.authorId, ...told, by: userId, at: now });
    const row = await selectAuthor(trx, params.authorId);
    if (row === null) throw refuse('not_found');
    return answerAuthor(row, await selectConsentHistory(trx, row.id));
  },
});

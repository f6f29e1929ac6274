import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type AuthorContent, insertAuthor, lockAuthor, selectAuthor, updateAuthor } from '../../db/author.ts';
import { eraseAuthor } from '../../db/author-erase.ts';
import { selectConsentHistory } from '../../db/consent.ts';
import { selectDefaultCountry } from '../../db/default-country.ts';
import type { AuthorId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import { readPhone } from '../../platform/phone.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { badPhone, phoneTaken } from './author-problems.ts';
import { authorParams, changedAuthorBody, newAuthorBody } from './author-schemas.ts';
import { answerAuthor, authorWithHistory } from './author-view.ts';
import { recordChanges } from './record-change.ts';

export const createAuthor = defineRoute({
  method: 'post',
  path: '/v1/authors',
  tag: 'Contacts',
  summary: 'Create a contact',
  description:
    'Adds somebody by their number on WhatsApp; each number is one contact. What they have agreed to is not known until it is told.',
  permission: 'contact.write',
  body: newAuthorBody,
  answer: {
    status: 201,
    schema: authorWithHistory,
    description: 'The contact.',
    headers: { etag: 'Its version, for `If-Match`.', location: 'Its address.' },
  },
  refusals: {},
  audit: 'author.created',
  handle: async (ctx) => {
    const { trx, caller, body, now, invalid } = ctx;
    const read = readPhone(body.phone, body.country ?? (await selectDefaultCountry(trx)));
    if (read.kind === 'fault') throw invalid([badPhone(read.fault)]);
    const id = newId<AuthorId>();
    const content = { ...body, phone: read.phone, country: body.country ?? read.country };
    if (!(await insertAuthor(trx, { tenantId: caller.tenantId, id, content, now }))) throw invalid([phoneTaken]);
    await recordChanges(ctx, [{ kind: 'author.created', id }]);
    const row = await selectAuthor(trx, id);
    if (row === null) throw new Error('a contact that was written is not there');
    const { body: view, headers } = answerAuthor(row, []);
    return answer(view, { ...headers, location: `/v1/authors/${id}` });
  },
});

export const editAuthor = defineRoute({
  method: 'patch',
  path: '/v1/authors/{authorId}',
  tag: 'Contacts',
  summary: 'Edit a contact',
  description: 'Changes what the body names, custom fields and tags all at once. Consent has a route of its own.',
  permission: 'contact.write',
  params: authorParams,
  body: changedAuthorBody,
  ifMatch: true,
  answer: {
    status: 200,
    schema: authorWithHistory,
    description: 'The contact as it is now.',
    headers: { etag: 'Its version.' },
  },
  refusals: {},
  audit: 'author.changed',
  handle: async (ctx) => {
    const { trx, params, body, now, refuse, invalid } = ctx;
    const row = await lockAuthor(trx, params.authorId);
    if (row === null) throw refuse('not_found');
    ctx.requireVersion(row.version);
    const history = await selectConsentHistory(trx, row.id);
    const { phone, name, country, language, timeZone, attributes, tags } = row;
    const before: AuthorContent = { phone, name, country, language, timeZone, attributes, tags };
    const after = changed(before, body);
    if (body.phone !== undefined) {
      const read = readPhone(body.phone, body.country ?? (await selectDefaultCountry(trx)));
      if (read.kind === 'fault') throw invalid([badPhone(read.fault)]);
      after.phone = read.phone;
    }
    if (isDeepStrictEqual(before, after)) return answerAuthor(row, history);
    if (!(await updateAuthor(trx, { id: row.id, content: after, now }))) throw invalid([phoneTaken]);
    await recordChanges(ctx, [{ kind: 'author.changed', id: row.id }]);
    return answerAuthor({ ...row, ...after, version: row.version + 1, updatedAt: now }, history);
  },
});

type Changeable = { -readonly [Name in keyof AuthorContent]: AuthorContent[Name] };

function changed(content: AuthorContent, body: z.output<typeof changedAuthorBody>): Changeable {
  const { phone: _, ...rest } = body;
  const named = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { ...content, ...Object.fromEntries(named) };
}

export const deleteAuthor = defineRoute({
  method: 'delete',
  path: '/v1/authors/{authorId}',
  tag: 'Contacts',
  summary: 'Erase a contact',
  description:
    'Erases a contact for good: the person, what was said with them, and what they agreed to, their opt-out included. Campaigns that reached them keep their counts, in which nobody can be recognised. To keep somebody from being written to again, block them instead.',
  permission: 'contact.write',
  params: authorParams,
  ifMatch: true,
  answer: { status: 204, schema: z.null(), description: 'The contact is gone.' },
  refusals: {},
  audit: 'author.deleted',
  handle: async (ctx) => {
    const { trx, caller, params, now } = ctx;
    const row = await lockAuthor(trx, params.authorId);
    if (row === null) throw ctx.refuse('not_found');
    ctx.requireVersion(row.version);
    await eraseAuthor(trx, { tenantId: caller.tenantId, id: row.id, now });
    await recordChanges(ctx, [{ kind: 'author.deleted', id: row.id }]);
    return answer(null);
  },
});

import { z } from 'zod';
import type { AuthorRow } from '../../db/author.ts';
import type { selectConsentHistory } from '../../db/consent.ts';
import { consentSources } from '../../domain/author.ts';
import { networks } from '../../domain/network.ts';
import { entityTag } from '../entity-tag.ts';
import { answer } from '../route-context.ts';
import { instantView } from '../schemas.ts';
import { attributes, consent, toldConsent } from './author-schemas.ts';

export const authorView = z
  .object({
    id: z.string(),
    network: z.enum(networks),
    externalId: z.string().nullable().meta({ description: 'The network’s own id of the person, once it told it.' }),
    phone: z.string().nullable().meta({ description: 'E.164; null: the network keeps it to itself.' }),
    name: z.string(),
    country: z.string().nullable(),
    language: z.string().nullable(),
    timeZone: z.string().nullable(),
    attributes,
    tags: z.array(z.string()),
    consent,
    consentAt: instantView('Since when.').nullable(),
    blocked: z.boolean().meta({ description: 'On the block list: nothing is sent to them.' }),
    lastInboundAt: instantView('When they last wrote.').nullable(),
    lastContactAt: instantView('When either side last wrote.').nullable(),
    createdAt: instantView('When they became known.'),
    updatedAt: instantView('When something of it last changed.'),
    version: z.int(),
  })
  .meta({ description: 'An external contact on one network.' });

export const authorWithHistory = authorView.extend({
  consentHistory: z
    .array(
      z.object({
        consent: toldConsent,
        source: z.enum(consentSources),
        evidence: z.string().nullable(),
        byUserId: z.string().nullable().meta({ description: 'Whoever of the tenant said so; null: they themselves.' }),
        at: instantView('When.'),
      }),
    )
    .meta({ description: 'What they have agreed to, the newest first; the last hundred.' }),
});

export function presentAuthor(row: AuthorRow): z.input<typeof authorView> {
  const { consentAt, blockedAt, lastInboundAt, lastContactAt, createdAt, updatedAt, ...same } = row;
  return {
    ...same,
    tags: [...row.tags],
    consentAt: consentAt?.toISOString() ?? null,
    blocked: blockedAt !== null,
    lastInboundAt: lastInboundAt?.toISOString() ?? null,
    lastContactAt: lastContactAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

type History = Awaited<ReturnType<typeof selectConsentHistory>>;

export function answerAuthor(row: AuthorRow, history: History) {
  const consentHistory = history.map(({ by_user: byUserId, at, ...said }) => ({
    ...said,
    byUserId,
    at: at.toISOString(),
  }));
  return answer({ ...presentAuthor(row), consentHistory }, { etag: entityTag(row.version) });
}

import { z } from 'zod';
import { membership } from '../../db/audience.ts';
import { selectAuthor, selectAuthors } from '../../db/author.ts';
import { selectConsentHistory } from '../../db/consent.ts';
import { selectContactGroup } from '../../db/contact-group.ts';
import { consents } from '../../domain/author.ts';
import type { AuthorId, ContactGroupId } from '../../domain/ids.ts';
import { defineRoute } from '../define-route.ts';
import { listOf } from '../list-of.ts';
import { cursorCodec, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { id } from '../schemas.ts';
import { authorParams, country, language, tag } from './author-schemas.ts';
import { answerAuthor, authorView, authorWithHistory, presentAuthor } from './author-view.ts';

const cursors = cursorCodec('authors', id<AuthorId>('The last contact of the page before.'));

export const listAuthors = defineRoute({
  method: 'get',
  path: '/v1/authors',
  tag: 'Contacts',
  summary: 'List contacts',
  description:
    'External contacts, the newest first. Filters narrow each other. `groupId` shows who is in a group now, whether it is a list or a filter.',
  permission: 'contact.read',
  query: z.strictObject({
    ...pageQuery,
    q: z.string().trim().min(1).max(200).optional().meta({ description: 'Part of the name or of the number.' }),
    tag: tag.toLowerCase().optional(),
    consent: listOf(consents, 'What they have agreed to.'),
    country: country.optional(),
    language: language.optional().meta({ description: 'BCP 47; without a region, all of its regions.' }),
    blocked: z.stringbool().optional().meta({ description: 'Only those on the block list, or only the others.' }),
    groupId: id<ContactGroupId>('Only who is in this group.').optional(),
  }),
  answer: { status: 200, schema: pageOf(authorView), description: 'A page of contacts.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, query, now }) => {
    const { groupId } = query;
    const group = groupId === undefined ? null : await selectContactGroup(trx, groupId);
    // A group that is not there has nobody in it.
    if (groupId !== undefined && group === null) return answer({ items: [], nextCursor: null });
    const rows = await selectAuthors(trx, {
      search: query.q ?? null,
      tag: query.tag ?? null,
      consents: query.consent,
      country: query.country ?? null,
      language: query.language ?? null,
      blocked: query.blocked ?? null,
      inGroup: group === null ? null : await membership(trx, [group.id], now),
      before: cursors.decode(query.cursor),
      limit: query.limit,
    });
    return answer(pageFrom(rows, query.limit, { codec: cursors, positionOf: (row) => row.id, present: presentAuthor }));
  },
});

export const showAuthor = defineRoute({
  method: 'get',
  path: '/v1/authors/{authorId}',
  tag: 'Contacts',
  summary: 'Show a contact',
  description: 'A contact with the history of what they have agreed to.',
  permission: 'contact.read',
  params: authorParams,
  answer: {
    status: 200,
    schema: authorWithHistory,
    description: 'The contact.',
    headers: { etag: 'Its version, for `If-Match`.' },
  },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, refuse }) => {
    const row = await selectAuthor(trx, params.authorId);
    if (row === null) throw refuse('not_found');
    return answerAuthor(row, await selectConsentHistory(trx, row.id));
  },
});

import { z } from 'zod';
import { countAuthors, membership } from '../../db/audience.ts';
import { filterSql } from '../../db/contact-filter-sql.ts';
import { type GroupPosition, selectContactGroup, selectContactGroups } from '../../db/contact-group.ts';
import { defineRoute } from '../define-route.ts';
import { cursorCodec, cursorText, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { filterBody } from './filter-schema.ts';
import { answerGroup, countedGroup, countView, groupParams, groupView, presentGroup } from './group-view.ts';

const codec = cursorCodec<GroupPosition>('contact-groups', z.tuple([cursorText, z.uuid()]));

export const listGroups = defineRoute({
  method: 'get',
  path: '/v1/contact-groups',
  tag: 'Contacts',
  summary: 'List the groups of contacts',
  description: 'By name. How many are in each is told by the group itself.',
  permission: 'contact.read',
  query: z.strictObject({
    ...pageQuery,
    archived: z.stringbool().default(false).meta({ description: 'Those that are out of use instead.' }),
  }),
  answer: { status: 200, schema: pageOf(groupView), description: 'A page of groups.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, query: { limit, cursor, archived } }) => {
    const rows = await selectContactGroups(trx, { after: codec.decode(cursor), limit, archived });
    const positionOf = ({ name, id }: (typeof rows)[number]) => [name, id] as const;
    return answer(pageFrom(rows, limit, { codec, positionOf, present: presentGroup }));
  },
});

export const showGroup = defineRoute({
  method: 'get',
  path: '/v1/contact-groups/{groupId}',
  tag: 'Contacts',
  summary: 'Show a group of contacts',
  description: 'A group, and how many are in it now. Who they are: `GET /v1/authors?groupId=…`.',
  permission: 'contact.read',
  params: groupParams,
  answer: {
    status: 200,
    schema: countedGroup,
    description: 'The group.',
    headers: { etag: 'Its version, for `If-Match`.' },
  },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, now, refuse }) => {
    const row = await selectContactGroup(trx, params.groupId);
    if (row === null) throw refuse('not_found');
    return answerGroup(row, await countAuthors(trx, await membership(trx, [row.id], now)));
  },
});

export const countFilter = defineRoute({
  method: 'post',
  path: '/v1/contact-groups/count',
  tag: 'Contacts',
  summary: 'Count whom a filter finds',
  description: 'Tells how many contacts a filter finds, before a group is made of it. Nothing is kept.',
  permission: 'contact.read',
  body: z.strictObject({ filter: filterBody }),
  answer: { status: 200, schema: countView, description: 'How many they are now.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, body, now }) => answer(await countAuthors(trx, filterSql(body.filter, now))),
});

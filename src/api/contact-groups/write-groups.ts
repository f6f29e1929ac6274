import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { countAuthors, membership } from '../../db/audience.ts';
import {
  addMembers,
  archiveContactGroup,
  insertContactGroup,
  knownAuthors,
  removeMembers,
  selectContactGroup,
  updateContactGroup,
} from '../../db/contact-group.ts';
import type { ContactGroupId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import { authorId } from '../authors/author-schemas.ts';
import { defineRoute } from '../define-route.ts';
import type { FieldError } from '../problem.ts';
import { answer } from '../route-context.ts';
import { filterBody } from './filter-schema.ts';
import { groupProblem, nameTaken, notAList } from './group-problems.ts';
import { answerGroup, countedGroup, groupName, groupParams } from './group-view.ts';
import { recordChange } from './record-change.ts';

export const createGroup = defineRoute({
  method: 'post',
  path: '/v1/contact-groups',
  tag: 'Contacts',
  summary: 'Create a group of contacts',
  description:
    'Without a filter it is a list, empty at first. With one it is whoever the filter finds, whenever it is looked at.',
  permission: 'contact.write',
  body: z.strictObject({ name: groupName, filter: filterBody.nullable().default(null) }),
  answer: {
    status: 201,
    schema: countedGroup,
    description: 'The group.',
    headers: { etag: 'Its version, for `If-Match`.', location: 'Its address.' },
  },
  refusals: {},
  audit: 'contact_group.created',
  handle: async (ctx) => {
    const { trx, caller, body, now, invalid } = ctx;
    const id = newId<ContactGroupId>();
    const { tenantId, userId: by } = caller;
    if (!(await insertContactGroup(trx, { ...body, id, tenantId, by, now }))) throw invalid([nameTaken(body.name)]);
    await recordChange(ctx, 'contact_group.created', { id });
    const count = await countAuthors(trx, await membership(trx, [id], now));
    const row = { ...body, id, createdAt: now, archivedAt: null, version: 1 };
    const { body: view, headers } = answerGroup(row, count);
    return answer(view, { ...headers, location: `/v1/contact-groups/${id}` });
  },
});

export const editGroup = defineRoute({
  method: 'patch',
  path: '/v1/contact-groups/{groupId}',
  tag: 'Contacts',
  summary: 'Edit a group of contacts',
  description:
    'Changes its name, or the filter of a group that has one. Campaigns that have started keep the people they started with.',
  permission: 'contact.write',
  params: groupParams,
  body: z.strictObject({ name: groupName.optional(), filter: filterBody.optional() }),
  ifMatch: true,
  answer: {
    status: 200,
    schema: countedGroup,
    description: 'The group as it is now.',
    headers: { etag: 'Its version.' },
  },
  refusals: {},
  audit: 'contact_group.changed',
  handle: async (ctx) => {
    const { trx, params, body, now, refuse, invalid } = ctx;
    const row = await selectContactGroup(trx, params.groupId, { lock: true });
    if (row === null) throw refuse('not_found');
    ctx.requireVersion(row.version);
    if (row.filter === null && body.filter !== undefined) throw invalid([listHasNoFilter]);
    const after = { ...row, name: body.name ?? row.name, filter: body.filter ?? row.filter };
    const same = isDeepStrictEqual(after, row);
    if (!same) {
      if (!(await updateContactGroup(trx, after))) throw invalid([nameTaken(after.name)]);
      await recordChange(ctx, 'contact_group.changed', { id: row.id });
    }
    const count = await countAuthors(trx, await membership(trx, [row.id], now));
    return answerGroup({ ...after, version: same ? row.version : row.version + 1 }, count);
  },
});

const listHasNoFilter: FieldError = {
  pointer: '/filter',
  rule: 'list',
  limit: null,
  value: null,
  detail: 'cannot be given to a list: its members were put into it',
};

export const archiveGroup = defineRoute({
  method: 'delete',
  path: '/v1/contact-groups/{groupId}',
  tag: 'Contacts',
  summary: 'Archive a group of contacts',
  description: 'Takes a group out of use for good. Campaigns that name it keep it; its contacts stay as they are.',
  permission: 'contact.write',
  params: groupParams,
  ifMatch: true,
  answer: { status: 204, schema: z.null(), description: 'The group is out of use.' },
  refusals: {},
  audit: 'contact_group.archived',
  handle: async (ctx) => {
    const { trx, params, now } = ctx;
    const row = await selectContactGroup(trx, params.groupId, { lock: true });
    if (row === null) throw ctx.refuse('not_found');
    ctx.requireVersion(row.version);
    if (row.archivedAt !== null) return answer(null);
    await archiveContactGroup(trx, row.id, now);
    await recordChange(ctx, 'contact_group.archived', { id: row.id });
    return answer(null);
  },
});

const maxMembers = 1_000;
const members = (what: string) => z.array(authorId).max(maxMembers).default([]).meta({ description: what });

export const changeMembers = defineRoute({
  method: 'post',
  path: '/v1/contact-groups/{groupId}/members',
  tag: 'Contacts',
  summary: 'Add and remove members of a list',
  description: `Up to ${maxMembers} contacts each. Who is in it already, or is not in it, changes nothing; a contact that is not known refuses all.`,
  permission: 'contact.write',
  params: groupParams,
  body: z.strictObject({ add: members('Who comes.'), remove: members('Who goes.') }),
  answer: {
    status: 200,
    schema: z.object({ added: z.int(), removed: z.int() }),
    description: 'How many came and went.',
  },
  refusals: notAList,
  audit: 'contact_group.changed',
  handle: async (ctx) => {
    const { trx, caller, params, body, now, refuse, invalid } = ctx;
    const row = await selectContactGroup(trx, params.groupId, { lock: true });
    if (row === null) throw refuse('not_found');
    if (groupProblem(row) !== null) throw refuse('not_a_list');
    const known = await knownAuthors(trx, body.add);
    const unknown = body.add.flatMap((author, place) => (known.has(author) ? [] : [unknownAuthor(place)]));
    if (unknown.length > 0) throw invalid(unknown);
    const added = await addMembers(trx, { tenantId: caller.tenantId, groupId: row.id, ids: body.add, now });
    const removed = await removeMembers(trx, { groupId: row.id, ids: body.remove });
    if (added + removed > 0) await recordChange(ctx, 'contact_group.changed', { id: row.id, added, removed });
    return answer({ added, removed });
  },
});

function unknownAuthor(place: number): FieldError {
  const detail = 'is no contact of this tenant';
  return { pointer: `/add/${place}`, rule: 'known', limit: null, value: null, detail };
}

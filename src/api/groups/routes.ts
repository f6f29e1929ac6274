import { z } from 'zod';
import { type GroupPosition, type GroupRow, selectGroup, selectGroups } from '../../db/member.ts';
import { defineRoute } from '../define-route.ts';
import { cursorCodec, cursorText, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { groupId, userId } from '../users/user-view.ts';

const codec = cursorCodec<GroupPosition>('groups', z.tuple([cursorText, z.uuid()]));

const groupFields = {
  id: groupId,
  name: z.string().meta({ description: 'As people call it.', example: 'Redazione' }),
  memberCount: z.int().meta({ description: 'How many users are in it.' }),
};

const groupView = z.object(groupFields).meta({ id: 'Group', description: 'A team of the tenant.' });

const groupWithMembers = z
  .object({
    ...groupFields,
    members: z
      .array(
        z
          .object({
            id: userId,
            displayName: z.string().meta({ description: 'As others see it.', example: 'Elena Conti' }),
            active: z.boolean().meta({ description: 'False once removed from the tenant.' }),
          })
          .meta({ id: 'GroupMember', description: 'A user in a group.' }),
      )
      .meta({ description: 'Everybody in it, by display name.' }),
  })
  .meta({ id: 'GroupWithMembers', description: 'A team of the tenant with everybody in it.' });

const listGroups = defineRoute({
  method: 'get',
  path: '/v1/groups',
  tag: 'Groups',
  summary: 'List the groups of the tenant',
  description: 'Teams by name, each with how many members it has.',
  permission: 'user.read',
  query: z.strictObject({ ...pageQuery }),
  answer: { status: 200, schema: pageOf(groupView), description: 'A page of groups.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, query: { limit, cursor } }) => {
    const rows = await selectGroups(trx, { after: codec.decode(cursor), limit });
    return answer(pageFrom(rows, limit, { codec, positionOf: ({ name, id }) => [name, id] as const, present }));
  },
});

const showGroup = defineRoute({
  method: 'get',
  path: '/v1/groups/{groupId}',
  tag: 'Groups',
  summary: 'Show a group and its members',
  description: 'One team with everybody in it.',
  permission: 'user.read',
  params: z.strictObject({ groupId }),
  answer: { status: 200, schema: groupWithMembers, description: 'The group.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, refuse }) => {
    const group = await selectGroup(trx, params.groupId);
    if (group === null) throw refuse('not_found');
    const members = group.people.map(({ user_id, display_name, active }) => ({
      id: user_id,
      displayName: display_name,
      active,
    }));
    return answer({ ...present(group), members });
  },
});

export const groupRoutes = [listGroups, showGroup];

function present({ id, name, members }: GroupRow) {
  return { id, name, memberCount: members };
}

import { z } from 'zod';
import { type MemberPosition, selectMember, selectMembers } from '../../db/member.ts';
import { defineRoute } from '../define-route.ts';
import { cursorCodec, cursorText, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { activateUser, deactivateUser } from './change-active.ts';
import { presentMember, userId, userView } from './user-view.ts';

const codec = cursorCodec<MemberPosition>('users', z.tuple([cursorText, z.uuid()]));

const listUsers = defineRoute({
  method: 'get',
  path: '/v1/users',
  tag: 'Users',
  summary: 'List the users of the tenant',
  description: 'People and service accounts, by display name.',
  permission: 'user.read',
  query: z.strictObject({
    ...pageQuery,
    search: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'Part of the display name, username or email, in any case.', example: 'conti' }),
    active: z.enum(['true', 'false']).optional().meta({ description: 'Only active, or only removed users.' }),
  }),
  answer: { status: 200, schema: pageOf(userView), description: 'A page of users.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, query: { limit, cursor, search = null, active } }) => {
    const after = codec.decode(cursor);
    const rows = await selectMembers(trx, {
      search,
      active: active === undefined ? null : active === 'true',
      after,
      limit,
    });
    return answer(
      pageFrom(rows, limit, {
        codec,
        positionOf: (row) => [row.display_name, row.user_id] as const,
        present: presentMember,
      }),
    );
  },
});

const showUser = defineRoute({
  method: 'get',
  path: '/v1/users/{userId}',
  tag: 'Users',
  summary: 'Show a user',
  description: 'One person or service account of the tenant, removed ones included.',
  permission: 'user.read',
  params: z.strictObject({ userId }),
  answer: { status: 200, schema: userView, description: 'The user.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, refuse }) => {
    const row = await selectMember(trx, params.userId);
    if (row === null) throw refuse('not_found');
    return answer(presentMember(row));
  },
});

export const userRoutes = [listUsers, showUser, deactivateUser, activateUser];

import { z } from 'zod';
import { appendEvents } from '../../db/event.ts';
import { selectMember, setActive } from '../../db/member.ts';
import type { UserId } from '../../domain/ids.ts';
import { tellApprovals } from '../approvals/tell-approvals.ts';
import { defineRoute } from '../define-route.ts';
import { answer, type HandleContext } from '../route-context.ts';
import { presentMember, userId, userView } from './user-view.ts';

const shared = {
  method: 'post',
  tag: 'Users',
  permission: 'user.write',
  params: z.strictObject({ userId }),
  answer: { status: 200, schema: userView, description: 'The user as it is now.' },
} as const;

export const deactivateUser = defineRoute({
  ...shared,
  path: '/v1/users/{userId}/deactivate',
  summary: 'Deactivate a user',
  description:
    'Keeps a member out from the next request on, whatever their token says. Open approvals that may ask them go on with those who are left: votes that were cast stay, `all` asks for no more than the others, and where nobody is left the fallback is called. Does nothing to their account in Keycloak.',
  refusals: {
    own_account: {
      status: 409,
      title: 'Own account',
      description: 'Nobody deactivates themselves: another admin has to.',
    },
  },
  audit: 'user.deactivated',
  handle: async (ctx) => {
    if (ctx.params.userId === ctx.caller.userId) throw ctx.refuse('own_account');
    return change(ctx, ctx.params.userId, false);
  },
});

export const activateUser = defineRoute({
  ...shared,
  path: '/v1/users/{userId}/activate',
  summary: 'Activate a user',
  description: 'Lets a member in again, with the roles and groups from before. Open approvals may ask them again.',
  refusals: {},
  audit: 'user.activated',
  handle: async (ctx) => change(ctx, ctx.params.userId, true),
});

async function change(
  ctx: Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'caller' | 'now' | 'refuse'>,
  user: UserId,
  active: boolean,
) {
  const { trx, caller, now } = ctx;
  if (await setActive(trx, { userId: user, active })) {
    await appendEvents(trx, [
      {
        tenantId: caller.tenantId,
        at: now,
        kind: active ? 'user.activated' : 'user.deactivated',
        entity: 'user',
        entityId: user,
        actor: { kind: 'user', id: caller.userId },
      },
    ]);
    await tellApprovals(ctx, user);
  }
  const row = await selectMember(trx, user);
  if (row === null) throw ctx.refuse('not_found');
  return answer(presentMember(row));
}

import { z } from 'zod';
import { tellCampaignsOf } from '../../db/campaign-process.ts';
import { resumeConnection, suspendConnection, tellOutgoingPosts } from '../../db/connection.ts';
import { selectConnection } from '../../db/connection-card.ts';
import { appendConnectionEvent } from '../../db/connection-event.ts';
import { closeGate } from '../../db/halt.ts';
import { passedSlotPolicies } from '../../domain/hold.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { answer, type HandleContext } from '../route-context.ts';
import { connectionId, connectionView, presentConnection } from './connection-view.ts';
import { presentingTo } from './presenting.ts';

const params = z.strictObject({ connectionId });
const shown = { status: 200, schema: connectionView, description: 'The connection as it is now.' } as const;

export function suspend({ urls }: { urls: MediaUrls }): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/connections/{connectionId}/suspend',
    tag: 'Connections',
    summary: 'Suspend a connection',
    description:
      'From the answer on nothing is published through the connection, although it works. Targets that wait for it are parked, ahead of their slot; other targets of the same posts go out on time. Suspending it again changes nothing.',
    permission: 'connection.write',
    params,
    answer: shown,
    refusals: {},
    audit: 'connection.suspended',
    handle: async (ctx) => {
      const { trx, caller, now } = ctx;
      const { tenantId, userId } = caller;
      await closeGate(trx, tenantId);
      if (await suspendConnection(trx, ctx.params.connectionId, { by: userId, now })) {
        const hold = { kind: 'suspension', connectionId: ctx.params.connectionId } as const;
        await tell(ctx, 'connection.suspended', { kind: 'hold', hold });
      }
      return present(ctx, urls);
    },
  });
}

export function resume({ urls }: { urls: MediaUrls }): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/connections/{connectionId}/resume',
    tag: 'Connections',
    summary: 'Resume a suspended connection',
    description:
      'Ends the suspension: targets whose slot lies ahead wait for it again. `passedSlots` says what becomes of those whose slot has passed: they go out `now`, a person is to `ask` for each (`resolve`), or they are `drop`ped. Resuming a connection that is not suspended changes nothing.',
    permission: 'connection.write',
    params,
    body: z.strictObject({
      passedSlots: z
        .enum(passedSlotPolicies)
        .default('ask')
        .meta({ description: 'What becomes of targets whose slot has passed meanwhile.' }),
    }),
    answer: shown,
    refusals: {},
    audit: 'connection.resumed',
    handle: async (ctx) => {
      const { trx, caller, body } = ctx;
      // Closed, so that a post that starts meanwhile either is told or sees that the suspension is over.
      await closeGate(trx, caller.tenantId);
      if (await resumeConnection(trx, ctx.params.connectionId)) {
        const hold = { kind: 'suspension', connectionId: ctx.params.connectionId } as const;
        await tellCampaignsOf(trx, { tenantId: caller.tenantId, connectionId: ctx.params.connectionId }, ctx.now);
        await tell(ctx, 'connection.resumed', { kind: 'release', hold, passed: body.passedSlots, slot: null });
      }
      return present(ctx, urls);
    },
  });
}

type Context = Pick<
  HandleContext<z.output<typeof params>, undefined, unknown, never>,
  'trx' | 'caller' | 'now' | 'params' | 'refuse'
>;

async function tell(
  { trx, caller, now, params: about }: Context,
  kind: 'connection.suspended' | 'connection.resumed',
  message: Parameters<typeof tellOutgoingPosts>[2]['message'],
): Promise<void> {
  const key = { tenantId: caller.tenantId, connectionId: about.connectionId };
  await tellOutgoingPosts(trx, key, { message, now });
  await appendConnectionEvent(trx, { ...key, actor: { kind: 'user', id: caller.userId }, now }, { kind });
}

async function present(ctx: Context, urls: MediaUrls) {
  const { trx, params: about, refuse } = ctx;
  const row = await selectConnection(trx, about.connectionId);
  if (row === null) throw refuse('not_found');
  return answer(presentConnection(row, presentingTo(ctx, urls)));
}

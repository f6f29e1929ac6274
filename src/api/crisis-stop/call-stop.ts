import { z } from 'zod';
import { haltCampaigns } from '../../db/campaign-control.ts';
import { appendEvents } from '../../db/event.ts';
import { closeGate, insertHalt, lockHalt, selectHalt, selectRunningPosts, withdrawExemptions } from '../../db/halt.ts';
import { enqueueAll } from '../../db/outbox.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { HaltId } from '../../domain/ids.ts';
import { postWorkflowId } from '../../domain/post.ts';
import { newId } from '../../platform/new-id.ts';
import { defineRoute } from '../define-route.ts';
import { answer, type HandleContext } from '../route-context.ts';
import { presentStop, stopView } from './stop-view.ts';

const maxReasonLength = 1_000;

const stopBody = z.strictObject({
  reason: z.string().trim().min(1).max(maxReasonLength).meta({ description: 'Why, for whoever reads it later.' }),
});

export const callStop = defineRoute({
  method: 'post',
  path: '/v1/crisis-stop',
  tag: 'Crisis stop',
  summary: 'Stop all publication and all campaigns',
  description:
    'From the answer on no call that publishes begins for this tenant; one that began before can still arrive within a second. Every post that is or becomes due is parked instead and waits for a release. Campaigns stop likewise: those that run send nothing more, those that are due do not start, and no tests of them are sent. Replies to people are still sent. What is written, reviewed and scheduled meanwhile is held too. Stopping again while the stop lasts keeps its reason, and takes back what was released post by post.',
  permission: 'post.halt',
  body: stopBody,
  answer: { status: 200, schema: stopView, description: 'The stop.' },
  refusals: {},
  audit: 'tenant.halted',
  handle: async (ctx) => {
    const { trx, caller, now } = ctx;
    await closeGate(trx, caller.tenantId);
    const before = await lockHalt(trx);
    if (before === null) await begin(ctx);
    if (before === null || (await withdrawExemptions(trx, before.id)) > 0) await tellRunning(trx, ctx);
    return answer(await presentStop(trx, await selectHalt(trx), now));
  },
});

type StopContext = Pick<
  HandleContext<unknown, unknown, z.output<typeof stopBody>, never>,
  'trx' | 'caller' | 'now' | 'body'
>;

async function begin({ trx, caller, now, body }: StopContext): Promise<void> {
  const { tenantId, userId } = caller;
  const id = newId<HaltId>();
  await insertHalt(trx, { tenantId, id, reason: body.reason, by: userId, now });
  await haltCampaigns(trx);
  await appendEvents(trx, [
    {
      tenantId,
      at: now,
      kind: 'tenant.halted',
      entity: 'tenant',
      entityId: tenantId,
      actor: { kind: 'user', id: userId },
      data: { haltId: id },
    },
  ]);
}

/** Every process that runs: those that wait for nothing yet will know when they do. */
async function tellRunning(trx: TenantTransaction, { caller, now }: StopContext): Promise<void> {
  const posts = await selectRunningPosts(trx, null);
  await enqueueAll(trx, {
    tenantId: caller.tenantId,
    workflowIds: posts.map(({ id, run }) => postWorkflowId(caller.tenantId, id, run)),
    message: { kind: 'hold', hold: { kind: 'halt' } },
    now,
  });
}

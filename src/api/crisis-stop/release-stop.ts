import { z } from 'zod';
import { tellCampaign } from '../../db/campaign-process.ts';
import { appendEvents } from '../../db/event.ts';
import { selectHeldCampaignIds } from '../../db/halt-list.ts';
import {
  closeGate,
  endHalt,
  exemptPosts,
  lockHalt,
  lockRunningPosts,
  type RunningPost,
  selectHalt,
  selectRunningPosts,
  type StoredHalt,
} from '../../db/halt.ts';
import { enqueueAll } from '../../db/outbox.ts';
import type { PassedSlot } from '../../domain/hold.ts';
import type { PostId } from '../../domain/ids.ts';
import { postWorkflowId } from '../../domain/post.ts';
import { defineRoute } from '../define-route.ts';
import { requireFuture, slotProblem } from '../posts/slot.ts';
import { answer, type HandleContext } from '../route-context.ts';
import { id, instant } from '../schemas.ts';
import { presentStop, stopView } from './stop-view.ts';

const maxPosts = 500;

const releaseBody = z
  .strictObject({
    posts: z
      .union([
        z.literal('all'),
        z
          .array(id<PostId>('A post that is held back.'))
          .min(1)
          .max(maxPosts)
          .refine((ids) => new Set(ids).size === ids.length, {
            error: 'names a post twice',
            params: { rule: 'unique' },
          }),
      ])
      .meta({ description: '`all` ends the stop; a list lets these posts go, and the stop lasts for the others.' }),
    passedSlots: z.enum(['keep', 'publish_now', 'reschedule']).default('keep').meta({
      description:
        'What becomes of posts whose slot has passed meanwhile: they wait for a new one (`missedSlot`), go out at once, or go out at `scheduledAt`.',
    }),
    scheduledAt: instant('The new slot of those that are rescheduled.').optional(),
  })
  .refine(({ passedSlots, scheduledAt }) => (passedSlots === 'reschedule') === (scheduledAt !== undefined), {
    path: ['scheduledAt'],
    error: 'is needed to reschedule, and only then',
    params: { rule: 'required' },
  });

const refusals = {
  not_stopped: {
    status: 409,
    title: 'Not stopped',
    description: 'Publication is not stopped: there is nothing to release.',
  },
  ...slotProblem,
} as const;

type ReleaseContext = HandleContext<undefined, undefined, z.output<typeof releaseBody>, keyof typeof refusals>;

export const releaseStop = defineRoute({
  method: 'post',
  path: '/v1/crisis-stop/release',
  tag: 'Crisis stop',
  summary: 'Release what the stop holds back',
  description:
    'Ends the stop, or lets single posts go while it lasts. Posts whose slot lies ahead are published then. Campaigns go on, and start, when the stop ends: pause or cancel before what must not. No post whose slot has passed goes out late by itself: `passedSlots` says what becomes of it. Targets of a post that was already out in part wait for a person (`resolve`), unless they are to be published now.',
  permission: 'post.halt',
  body: releaseBody,
  answer: {
    status: 200,
    schema: z.object({ stop: stopView, released: z.int().meta({ description: 'How many posts were told to go on.' }) }),
    description: 'The stop as it is now.',
  },
  refusals,
  audit: 'tenant.released',
  handle: async (ctx) => {
    const { trx, body, now } = ctx;
    if (body.scheduledAt !== undefined) requireFuture(ctx, body.scheduledAt);
    const { halt, posts } = await (body.posts === 'all' ? releaseAll(ctx) : releaseSome(ctx, body.posts));
    await tell(ctx, halt, posts);
    return answer({ stop: await presentStop(trx, await selectHalt(trx), now), released: posts.length });
  },
});

interface Released {
  readonly halt: StoredHalt;
  readonly posts: readonly RunningPost[];
}

/** Behind the closed gate: a post that starts meanwhile either is among those told, or sees that the stop is over. */
async function releaseAll({ trx, caller, now, refuse }: ReleaseContext): Promise<Released> {
  await closeGate(trx, caller.tenantId);
  const halt = await lockHalt(trx);
  if (halt === null) throw refuse('not_stopped');
  const posts = await selectRunningPosts(trx, halt.id);
  await endHalt(trx, { id: halt.id, by: caller.userId, now });
  for (const campaignId of await selectHeldCampaignIds(trx)) {
    await tellCampaign(trx, { tenantId: caller.tenantId, campaignId }, now);
  }
  return { halt, posts };
}

/** Posts before the stop, in the order in which those lock that start a post. */
async function releaseSome(ctx: ReleaseContext, postIds: readonly PostId[]): Promise<Released> {
  const { trx, caller, now, refuse, invalid } = ctx;
  const running = new Map((await lockRunningPosts(trx, postIds)).map((post) => [post.id, post]));
  const unknown = postIds.flatMap((postId, index) =>
    running.has(postId)
      ? []
      : [{ pointer: `/posts/${index}`, rule: 'exists', limit: null, value: postId, detail: 'is not held back' }],
  );
  if (unknown.length > 0) throw invalid(unknown);
  const halt = await lockHalt(trx);
  if (halt === null) throw refuse('not_stopped');
  const { tenantId, userId } = caller;
  const exempt = new Set(await exemptPosts(trx, { tenantId, haltId: halt.id, postIds, by: userId, now }));
  return { halt, posts: [...running.values()].filter((post) => exempt.has(post.id)) };
}

async function tell({ trx, caller, body, now }: ReleaseContext, halt: StoredHalt, posts: Released['posts']) {
  const { tenantId, userId } = caller;
  await enqueueAll(trx, {
    tenantId,
    workflowIds: posts.map((post) => postWorkflowId(tenantId, post.id, post.run)),
    message: {
      kind: 'release',
      hold: { kind: 'halt' },
      passed: passedOf(body.passedSlots),
      slot: body.scheduledAt?.getTime() ?? null,
    },
    now,
  });
  await appendEvents(trx, [
    {
      tenantId,
      at: now,
      kind: 'tenant.released',
      entity: 'tenant',
      entityId: tenantId,
      actor: { kind: 'user', id: userId },
      data: { haltId: halt.id, all: body.posts === 'all', posts: posts.length, passedSlots: body.passedSlots },
    },
  ]);
}

function passedOf(said: 'keep' | 'publish_now' | 'reschedule'): PassedSlot {
  return said === 'publish_now' ? 'now' : 'ask';
}

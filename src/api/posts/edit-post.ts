import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { appendEvents } from '../../db/event.ts';
import { lockPost, type StoredPost, updateDraft } from '../../db/post.ts';
import { revisionState } from '../../db/post-edit.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { PostContent } from '../../domain/content.ts';
import { isEditable, isRunning } from '../../domain/post.ts';
import { edit, reschedule } from '../../workflows/post/messages.ts';
import { defineRoute } from '../define-route.ts';
import { Refused } from '../problem.ts';
import type { ActContext } from '../route-context.ts';
import { commandPost, freshPost } from './command-post.ts';
import { discardRevision, editOf, prepareEdit, revisionIdOf, type RunningEdit } from './edit-in-flight.ts';
import { editProblems } from './edit-problems.ts';
import { explainEnd } from './explain.ts';
import { changedPostBody, postParams } from './post-schemas.ts';
import { postView } from './post-view-schemas.ts';
import { requireLiveTargets } from './require-live-targets.ts';
import { requirePublish } from './require-publish.ts';
import { saveContent, targetsOf } from './save-content.ts';
import { requireFuture } from './slot.ts';

export const editPost = defineRoute({
  method: 'patch',
  path: '/v1/posts/{postId}',
  tag: 'Posts',
  summary: 'Edit a post',
  description:
    'Changes what a post says, where it goes or when. Changed content becomes a new, immutable revision; content that stays the same does not. A `draft`, or a post with `changes_requested`, stays in that state until it is submitted. A post that is `in_review`, `approved` or `scheduled` is edited in flight: in review, the steps of its approval open again; approved or scheduled under a policy, it goes back into review and keeps its slot; without a policy it stays scheduled, which needs `post.publish`. Once the first call to a network has begun it is `too-late`. Whoever edits may not vote. A new `scheduledAt` of a running post is a reschedule and needs `post.publish`.',
  permission: 'post.write',
  params: postParams,
  body: changedPostBody,
  ifMatch: true,
  answer: { status: 200, schema: postView, description: 'The post as it is now.', headers: { etag: 'Its version.' } },
  refusals: editProblems,
  audit: 'post.edited',
  act: async (ctx) => {
    const plan = await ctx.inTenant((trx) => planEdit(ctx, trx));
    switch (plan.kind) {
      case 'done':
        return freshPost(ctx, ctx.params.postId);
      case 'reschedule':
        await commandPost(ctx, plan.post, {
          update: reschedule,
          args: [{ slot: plan.slot.getTime(), by: ctx.caller.userId }],
        });
        return freshPost(ctx, plan.post.id);
      case 'edit':
        await adopt(ctx, plan);
        return freshPost(ctx, plan.post.id, ({ revisionId }) => revisionId === plan.change.revisionId);
    }
  },
});

type EditContext = ActContext<
  z.output<typeof postParams>,
  undefined,
  z.output<typeof changedPostBody>,
  keyof typeof editProblems
>;

type Plan =
  | { readonly kind: 'done' }
  | { readonly kind: 'reschedule'; readonly post: StoredPost; readonly slot: Date }
  | ({ readonly kind: 'edit' } & RunningEdit);

/** A draft is changed here and now; for a running post the revision is written, and its process has the last word. */
async function planEdit(ctx: EditContext, trx: TenantTransaction): Promise<Plan> {
  const { params, body } = ctx;
  const post = await lockPost(trx, params.postId);
  if (post === undefined) throw ctx.refuse('not_found');
  const revisionId = revisionIdOf(ctx);
  const written = await revisionState(trx, post.id, revisionId);
  if (written === 'adopted') return { kind: 'done' }; // the answer to the first request was lost
  if (written === 'pending') {
    return { kind: 'edit', post, change: await editOf(ctx, trx, { post, revisionId, slot: slotIn(body, post) }) };
  }
  ctx.requireVersion(post.version);
  if (!isEditable(post.status) && !isRunning(post.status)) throw await explainEnd(trx, ctx, post);
  const content = changed(post.content, body);
  const newContent = !isDeepStrictEqual(content, post.content);
  const scheduledAt = body.scheduledAt === undefined ? post.scheduledAt : body.scheduledAt;
  const newSlot = scheduledAt?.getTime() !== post.scheduledAt?.getTime();
  if (newSlot && scheduledAt !== null) requireFuture(ctx, scheduledAt);
  if (!newContent && !newSlot) return { kind: 'done' };
  if (isEditable(post.status)) return editDraft(ctx, trx, { post, content: newContent ? content : null, scheduledAt });
  const slot = newSlot ? requireSlot(ctx, scheduledAt) : null;
  if (newContent) return { kind: 'edit', post, change: await prepareEdit(ctx, trx, { post, content, slot }) };
  return slot === null ? { kind: 'done' } : { kind: 'reschedule', post, slot };
}

async function editDraft(
  ctx: EditContext,
  trx: TenantTransaction,
  { post, content, scheduledAt }: { post: StoredPost; content: PostContent | null; scheduledAt: Date | null },
): Promise<Plan> {
  const { caller, now } = ctx;
  if (content !== null) await requireLiveTargets({ ...ctx, trx }, content, post.content.targets);
  const revision =
    content === null
      ? { id: post.revisionId, number: post.revisionNumber }
      : await saveContent({ ...ctx, trx }, { id: revisionIdOf(ctx), postId: post.id, content });
  await updateDraft(trx, { id: post.id, revisionId: revision.id, scheduledAt, now });
  await appendEvents(trx, [
    {
      tenantId: caller.tenantId,
      at: now,
      kind: 'post.edited',
      entity: 'post',
      entityId: post.id,
      actor: { kind: 'user', id: caller.userId },
      data: { revision: revision.number, scheduledAt: scheduledAt?.toISOString() ?? null },
    },
  ]);
  return { kind: 'done' };
}

/** A refused edit leaves nothing behind; one that nobody answered may yet be adopted. */
async function adopt(ctx: EditContext, { post, change }: RunningEdit): Promise<void> {
  try {
    await commandPost(ctx, post, { update: edit, args: [change] });
  } catch (error) {
    if (error instanceof Refused && error.kind.status < 500) await discardRevision(ctx, change.revisionId);
    throw error;
  }
}

/** What only `post.publish` may move, and nobody may take away from a process that waits for it. */
function requireSlot(ctx: EditContext, scheduledAt: Date | null): Date {
  requirePublish(ctx.caller, 'Moving the slot of a running post');
  if (scheduledAt !== null) return scheduledAt;
  const detail = 'of a running post can be moved, not taken away; cancel the post instead';
  throw ctx.invalid([{ pointer: '/scheduledAt', rule: 'required', limit: null, value: null, detail }]);
}

function slotIn({ scheduledAt }: EditContext['body'], post: StoredPost): Date | null {
  return scheduledAt === undefined || scheduledAt?.getTime() === post.scheduledAt?.getTime() ? null : scheduledAt;
}

function changed(content: PostContent, body: EditContext['body']): PostContent {
  return {
    text: body.text ?? content.text,
    mediaIds: body.mediaIds ?? content.mediaIds,
    link: body.link === undefined ? content.link : body.link,
    targets: body.targets === undefined ? content.targets : targetsOf(body.targets),
  };
}

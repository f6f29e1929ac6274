import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { appendEvents } from '../../db/event.ts';
import { lockPost, type StoredPost, updateDraft } from '../../db/post.ts';
import type { PostContent } from '../../domain/content.ts';
import type { RevisionId } from '../../domain/ids.ts';
import { isEditable } from '../../domain/post.ts';
import { newId } from '../../platform/new-id.ts';
import { defineRoute } from '../define-route.ts';
import { commandProblems } from './post-problems.ts';
import { changedPostBody, postParams } from './post-schemas.ts';
import { postView } from './post-view-schemas.ts';
import { presentPost } from './present-post.ts';
import { saveContent, targetsOf } from './save-content.ts';
import { requireFuture, slotProblem } from './slot.ts';
import { wrongState } from './wrong-state.ts';

export const editPost = defineRoute({
  method: 'patch',
  path: '/v1/posts/{postId}',
  tag: 'Posts',
  summary: 'Edit a draft',
  description:
    'Changes a post that is a `draft` or has `changes_requested`; it stays in that state until it is submitted. Changed content becomes a new, immutable revision; content that stays the same does not.',
  permission: 'post.write',
  params: postParams,
  body: changedPostBody,
  ifMatch: true,
  answer: { status: 200, schema: postView, description: 'The post as it is now.', headers: { etag: 'Its version.' } },
  refusals: { wrong_state: commandProblems.wrong_state, ...slotProblem },
  audit: 'post.edited',
  handle: async (ctx) => {
    const { trx, caller, params, body, now } = ctx;
    const post = await lockPost(trx, params.postId);
    if (post === undefined) throw ctx.refuse('not_found');
    ctx.requireVersion(post.version);
    if (!isEditable(post.status)) throw wrongState(ctx, post.status);

    const content = changed(post.content, body);
    const scheduledAt = body.scheduledAt === undefined ? post.scheduledAt : body.scheduledAt;
    const newContent = !isDeepStrictEqual(content, post.content);
    const newSlot = scheduledAt?.getTime() !== post.scheduledAt?.getTime();
    if (newSlot && scheduledAt !== null) requireFuture(ctx, scheduledAt);
    if (!newContent && !newSlot) return presentPost(trx, ctx, post.id);

    const revision = newContent ? nextRevision(post) : { id: post.revisionId, number: post.revisionNumber };
    if (newContent) await saveContent(ctx, { ...revision, postId: post.id, content });
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
    return presentPost(trx, ctx, post.id);
  },
});

function nextRevision({ revisionNumber }: StoredPost) {
  return { id: newId<RevisionId>(), number: revisionNumber + 1 };
}

function changed(content: PostContent, body: z.output<typeof changedPostBody>): PostContent {
  return {
    text: body.text ?? content.text,
    mediaIds: body.mediaIds ?? content.mediaIds,
    link: body.link === undefined ? content.link : body.link,
    targets: body.targets === undefined ? content.targets : targetsOf(body.targets),
  };
}

import { appendEvents } from '../../db/event.ts';
import { lockPost, updateDraft } from '../../db/post.ts';
import { selectRevision } from '../../db/revision-read.ts';
import type { RevisionId } from '../../domain/ids.ts';
import { isEditable } from '../../domain/post.ts';
import { newId } from '../../platform/new-id.ts';
import { defineRoute } from '../define-route.ts';
import { commandProblems } from '../posts/post-problems.ts';
import { postView } from '../posts/post-view-schemas.ts';
import { presentPost } from '../posts/present-post.ts';
import { saveContent } from '../posts/save-content.ts';
import { wrongState } from '../posts/wrong-state.ts';
import { revisionParams } from './revision-schemas.ts';

export const restoreRevision = defineRoute({
  method: 'post',
  path: '/v1/posts/{postId}/revisions/{number}/restore',
  tag: 'Posts',
  summary: 'Restore a revision',
  description:
    'Makes a post that may be edited say what it said before, as a new revision: nothing that was written or decided since is lost. Its time stays.',
  permission: 'post.write',
  params: revisionParams,
  ifMatch: true,
  answer: { status: 200, schema: postView, description: 'The post as it is now.', headers: { etag: 'Its version.' } },
  refusals: { wrong_state: commandProblems.wrong_state },
  audit: 'post.edited',
  handle: async (ctx) => {
    const { trx, caller, params, now } = ctx;
    const post = await lockPost(trx, params.postId);
    const old = await selectRevision(trx, params.postId, params.number);
    if (post === undefined || old === undefined) throw ctx.refuse('not_found');
    ctx.requireVersion(post.version);
    if (!isEditable(post.status)) throw wrongState(ctx, post.status);
    if (old.number === post.revisionNumber) return presentPost(trx, ctx, post.id);

    const revision = { id: newId<RevisionId>(), number: post.revisionNumber + 1 };
    await saveContent(ctx, { ...revision, postId: post.id, content: old.content });
    await updateDraft(trx, { id: post.id, revisionId: revision.id, scheduledAt: post.scheduledAt, now });
    await appendEvents(trx, [
      {
        tenantId: caller.tenantId,
        at: now,
        kind: 'post.edited',
        entity: 'post',
        entityId: post.id,
        actor: { kind: 'user', id: caller.userId },
        data: { revision: revision.number, restored: old.number },
      },
    ]);
    return presentPost(trx, ctx, post.id);
  },
});

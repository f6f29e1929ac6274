import { z } from 'zod';
import { appendEvents } from '../../db/event.ts';
import { deletePost, lockPost } from '../../db/post.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { commandProblems } from './post-problems.ts';
import { postParams } from './post-schemas.ts';
import { wrongState } from './wrong-state.ts';

export const removePost = defineRoute({
  method: 'delete',
  path: '/v1/posts/{postId}',
  tag: 'Posts',
  summary: 'Delete a draft',
  description:
    'Deletes a post that was never submitted, with its revisions. Its media stay. Later states are cancelled instead.',
  permission: 'post.write',
  params: postParams,
  ifMatch: true,
  answer: { status: 204, schema: z.null(), description: 'The draft is gone.' },
  refusals: { wrong_state: commandProblems.wrong_state },
  audit: 'post.deleted',
  handle: async (ctx) => {
    const { trx, caller, params, now } = ctx;
    const post = await lockPost(trx, params.postId);
    if (post === undefined) throw ctx.refuse('not_found');
    ctx.requireVersion(post.version);
    if (post.status !== 'draft') throw wrongState(ctx, post.status);
    await deletePost(trx, post.id);
    await appendEvents(trx, [
      {
        tenantId: caller.tenantId,
        at: now,
        kind: 'post.deleted',
        entity: 'post',
        entityId: post.id,
        actor: { kind: 'user', id: caller.userId },
      },
    ]);
    return answer(null);
  },
});

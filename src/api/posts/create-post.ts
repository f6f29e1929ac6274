import { appendEvents } from '../../db/event.ts';
import { insertPost } from '../../db/post.ts';
import type { PostId, RevisionId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { newPostBody } from './post-schemas.ts';
import { postView } from './post-view-schemas.ts';
import { presentPost } from './present-post.ts';
import { requireLiveTargets } from './require-live-targets.ts';
import { saveContent, targetsOf } from './save-content.ts';
import { requireFuture, slotProblem } from './slot.ts';

export const createPost = defineRoute({
  method: 'post',
  path: '/v1/posts',
  tag: 'Posts',
  summary: 'Create a draft',
  description:
    'Creates a draft. It may be unfinished: `violations` in the answer says what the networks would refuse. A page that has been disconnected cannot be named. Nothing is published before the draft is submitted, scheduled or published by a request of its own.',
  permission: 'post.write',
  body: newPostBody,
  answer: {
    status: 201,
    schema: postView,
    description: 'The draft.',
    headers: { etag: 'Its version, for `If-Match`.', location: 'Its address.' },
  },
  refusals: slotProblem,
  audit: 'post.created',
  handle: async (ctx) => {
    const { trx, caller, body, now } = ctx;
    if (body.scheduledAt !== null) requireFuture(ctx, body.scheduledAt);
    const id = newId<PostId>();
    const revisionId = newId<RevisionId>();
    const content = { text: body.text, mediaIds: body.mediaIds, link: body.link, targets: targetsOf(body.targets) };
    await requireLiveTargets(ctx, content);
    const { tenantId, userId } = caller;
    await insertPost(trx, { tenantId, id, revisionId, scheduledAt: body.scheduledAt, by: userId, now });
    await saveContent(ctx, { id: revisionId, postId: id, content });
    await appendEvents(trx, [
      {
        tenantId,
        at: now,
        kind: 'post.created',
        entity: 'post',
        entityId: id,
        actor: { kind: 'user', id: userId },
        data: { revision: 1 },
      },
    ]);
    const { body: view, headers } = await presentPost(trx, ctx, id);
    return answer(view, { ...headers, location: `/v1/posts/${id}` });
  },
});

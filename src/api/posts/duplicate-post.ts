import { z } from 'zod';
import { appendEvents } from '../../db/event.ts';
import { type Destination, selectDestinations } from '../../db/post-destination.ts';
import { insertPost, notePost, selectPost } from '../../db/post.ts';
import { connectionStates } from '../../domain/connection.ts';
import type { PostId, RevisionId } from '../../domain/ids.ts';
import { publishingNetworks } from '../../domain/network.ts';
import { newId } from '../../platform/new-id.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { postParams } from './post-schemas.ts';
import { postView } from './post-view-schemas.ts';
import { presentPost } from './present-post.ts';
import { saveContent } from './save-content.ts';

const leftOut = z
  .array(
    z.object({
      id: z.string(),
      name: z.string(),
      network: z.enum(publishingNetworks),
      state: z.enum(connectionStates),
    }),
  )
  .meta({ description: 'Connections that the post had and that are gone: the copy goes without them.' });

export const duplicatePost = defineRoute({
  method: 'post',
  path: '/v1/posts/{postId}/duplicate',
  tag: 'Posts',
  summary: 'Duplicate a post',
  description:
    'Makes a new draft that says what the post says now, whatever its state. The copy has no time, no comments and no approval of its own yet; connections that were disconnected since are left out.',
  permission: 'post.write',
  params: postParams,
  answer: {
    status: 201,
    schema: z.object({ post: postView, leftOut }),
    description: 'The copy.',
    headers: { etag: 'The version of the copy, for `If-Match`.', location: 'Its address.' },
  },
  refusals: {},
  audit: 'post.duplicated',
  handle: async (ctx) => {
    const { trx, caller, params, now } = ctx;
    const source = await selectPost(trx, params.postId);
    if (source === undefined) throw ctx.refuse('not_found');
    const named = source.content.targets.map(({ connectionId }) => connectionId);
    const gone = [...(await selectDestinations(trx, named)).values()].filter(isGone);
    const content = {
      ...source.content,
      targets: source.content.targets.filter(({ connectionId }) => gone.every((page) => page.id !== connectionId)),
    };

    const { tenantId, userId } = caller;
    const [id, revisionId] = [newId<PostId>(), newId<RevisionId>()];
    await insertPost(trx, { tenantId, id, revisionId, scheduledAt: null, by: userId, now });
    await saveContent(ctx, { id: revisionId, postId: id, content });
    await notePost(trx, source.id, now);
    const told = { tenantId, at: now, entity: 'post', actor: { kind: 'user', id: userId } } as const;
    await appendEvents(trx, [
      { ...told, kind: 'post.created', entityId: id, data: { revision: 1 } },
      {
        ...told,
        kind: 'post.duplicated',
        entityId: id,
        data: { sourceId: source.id, sourceRevision: source.revisionNumber },
      },
      { ...told, kind: 'post.duplicated', entityId: source.id, data: { copyId: id } },
    ]);
    const { body: post, headers } = await presentPost(trx, ctx, id);
    return answer({ post, leftOut: gone }, { ...headers, location: `/v1/posts/${id}` });
  },
});

function isGone({ state }: Destination): boolean {
  return state === 'disconnected';
}

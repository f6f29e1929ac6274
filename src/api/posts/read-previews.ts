import { z } from 'zod';
import { selectMediaFacts } from '../../db/media.ts';
import { mediaIdsOf, selectRevisionContent } from '../../db/post-revision.ts';
import { selectPost } from '../../db/post.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { answer } from '../route-context.ts';
import { postParams } from './post-schemas.ts';
import { presentPreviews } from './present-previews.ts';
import { previewsExample, previewsView } from './preview-schemas.ts';

export function readPreviews({ urls }: { urls: MediaUrls }): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/posts/{postId}/previews',
    tag: 'Posts',
    summary: 'Preview a post',
    description:
      'How each of its networks will show the post: the text with its hashtags, mentions and links, where it is folded, the link card, the files that are used and how they are cropped, what the network would refuse, and warnings of what an author may not expect.',
    permission: 'post.read',
    params: postParams,
    query: z.strictObject({
      revision: z.coerce.number().int().min(1).max(1_000_000).optional().meta({
        description: 'A revision of the post by its number; absent: the current one.',
      }),
    }),
    answer: {
      status: 200,
      schema: previewsView,
      description: 'One preview for each target.',
      example: previewsExample,
    },
    refusals: {},
    audit: null,
    handle: async ({ trx, params, query, caller, now, refuse }) => {
      const post = await selectPost(trx, params.postId);
      if (post === undefined) throw refuse('not_found');
      const revision = query.revision ?? post.revisionNumber;
      const content =
        revision === post.revisionNumber
          ? post.content
          : await selectRevisionContent(trx, { postId: post.id, number: revision });
      if (content === null) throw refuse('not_found');
      const facts = await selectMediaFacts(trx, mediaIdsOf(content));
      const { tenantId } = caller;
      return answer(
        await presentPreviews(trx, { content, facts, post: { id: post.id, revision }, tenantId, urls, now }),
      );
    },
  });
}

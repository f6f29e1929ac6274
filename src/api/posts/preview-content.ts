import { defineRoute, type Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { answer } from '../route-context.ts';
import { newPostBody } from './post-schemas.ts';
import { presentPreviews } from './present-previews.ts';
import { previewsExample, previewsView } from './preview-schemas.ts';
import { requireKnown, targetsOf } from './save-content.ts';

export function previewContent({ urls }: { urls: MediaUrls }): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/previews',
    tag: 'Posts',
    summary: 'Preview content that is not saved',
    description:
      'How the networks would show a new post with this body, for an editor to show while somebody writes. Nothing is saved. The answer is that of a post’s own previews.',
    permission: 'post.write',
    body: newPostBody,
    answer: {
      status: 200,
      schema: previewsView,
      description: 'One preview for each target.',
      example: { ...previewsExample, revision: null },
    },
    refusals: {},
    audit: null,
    handle: async ({ trx, body, caller, now, invalid }) => {
      const { text, mediaIds, link, targets } = body;
      const content = { text, mediaIds, link, targets: targetsOf(targets) };
      const facts = await requireKnown({ trx, invalid }, content);
      const { tenantId } = caller;
      return answer(await presentPreviews(trx, { content, facts, post: null, tenantId, urls, now }));
    },
  });
}

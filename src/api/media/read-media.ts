import { selectMedia } from '../../db/media.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { mediaParams, type MediaUrls, mediaView, presentMedia } from './media-view.ts';

export function readMedia({ urls }: { urls: MediaUrls }): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/media/{mediaId}',
    tag: 'Media',
    summary: 'Read an uploaded file',
    description: 'What is known of the file, with signed addresses from which its files can be fetched for a while.',
    permission: 'post.read',
    params: mediaParams,
    answer: { status: 200, schema: mediaView, description: 'The file.' },
    refusals: {},
    audit: null,
    handle: async ({ trx, params, caller, now, refuse }) => {
      const row = await selectMedia(trx, params.mediaId);
      if (row === undefined) throw refuse('not_found');
      return answer(presentMedia(row, { tenantId: caller.tenantId, urls, now }));
    },
  });
}

import { z } from 'zod';
import type { Sha256, TenantId } from '../../domain/ids.ts';
import { grantsPicture } from '../../platform/signed-url.ts';
import type { Storage } from '../../platform/storage.ts';
import { definePublicRoute, type PublicRoute } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { id } from '../schemas.ts';
import { signedQuery, unsignedProblem } from '../signed-address.ts';

export function fetchPicture({ storage, urls }: { storage: Storage; urls: MediaUrls }): PublicRoute {
  return definePublicRoute({
    method: 'get',
    path: '/pictures/{tenantId}/{sha256}',
    tag: 'Connections',
    summary: 'Fetch the picture of a page by its signed address',
    description:
      'The picture that a card shows, as a JPEG. The address itself is the right to it: browsers fetch it without a token, until it expires.',
    params: z.strictObject({
      tenantId: id<TenantId>('The tenant.'),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .meta({ description: 'sha256 of the picture, in hex.' })
        .transform((hash) => hash as Sha256),
    }),
    query: signedQuery,
    answer: { description: 'The picture.', contentType: 'image/jpeg' },
    refusals: unsignedProblem,
    serve: async ({ params, query, now, refuse }) => {
      if (!grantsPicture(urls.urlKey, { ...params, ...query, now: now.getTime() })) throw refuse('not_signed');
      const stored = await storage.find(params.tenantId, params.sha256);
      if (stored === null) throw refuse('not_found');
      const headers = {
        'content-type': 'image/jpeg',
        'content-disposition': 'inline',
        'x-content-type-options': 'nosniff',
        'cache-control': `private, max-age=${query.expires - Math.ceil(now.getTime() / 1_000)}, immutable`,
        'content-length': String(stored.bytes),
        etag: `"${params.sha256}"`,
      };
      return { status: 200, headers, open: () => stored.stream() };
    },
  });
}

import { z } from 'zod';
import { selectMediaFile } from '../../db/media.ts';
import { withTenant } from '../../db/tenant.ts';
import type { MediaId, TenantId } from '../../domain/ids.ts';
import { grantsAccess, mediaFileKinds } from '../../platform/signed-url.ts';
import type { Storage } from '../../platform/storage.ts';
import { definePublicRoute, type PublicRoute } from '../define-route.ts';
import { headerOf } from '../pipeline/request.ts';
import { id } from '../schemas.ts';
import { signedQuery, unsignedProblem } from '../signed-address.ts';
import { requestedRange } from './byte-range.ts';
import type { MediaUrls } from './media-view.ts';

export function fetchMedia({ storage, urls }: { storage: Storage; urls: MediaUrls }): PublicRoute {
  return definePublicRoute({
    method: 'get',
    path: '/media/{tenantId}/{mediaId}/{kind}',
    tag: 'Media',
    summary: 'Fetch a file by its signed address',
    description:
      'The bytes of a file, all of them or the part that `Range` names (one range, in bytes). The address itself is the right to them: networks and browsers fetch it without a token, until it expires.',
    params: z.strictObject({
      tenantId: id<TenantId>('The tenant.'),
      mediaId: id<MediaId>('The uploaded file.'),
      kind: z
        .enum(mediaFileKinds)
        .meta({ description: 'The file as it was uploaded, the JPEG made of it for the networks, or a small one.' }),
    }),
    query: signedQuery,
    answer: { description: 'The file.', contentType: '*/*' },
    refusals: {
      ...unsignedProblem,
      range_not_satisfiable: {
        status: 416,
        title: 'Range not satisfiable',
        description: 'The file ends before the range that was asked for. `Content-Range` tells how long it is.',
      },
    },
    serve: async ({ params, query, headers, now, services, refuse }) => {
      const { tenantId, mediaId, kind } = params;
      const granted = grantsAccess(urls.urlKey, { ...params, ...query, now: now.getTime() });
      if (!granted) throw refuse('not_signed');
      const file = await withTenant(services.db, tenantId, (trx) => selectMediaFile(trx, { id: mediaId, kind }));
      const stored = file === undefined ? null : await storage.find(tenantId, file.sha256);
      if (file === undefined || stored === null) throw refuse('not_found');
      const etag = `"${file.sha256}"`;
      const { bytes } = stored;
      const asked = { range: headerOf(headers, 'range'), ifRange: headerOf(headers, 'if-range'), etag };
      const range = requestedRange(asked, bytes);
      if (range === 'none') {
        throw refuse('range_not_satisfiable', { headers: { 'content-range': `bytes */${bytes}` } });
      }
      const common = {
        'content-type': file.mime_type,
        'content-disposition': 'inline',
        'x-content-type-options': 'nosniff',
        'cache-control': `private, max-age=${query.expires - Math.ceil(now.getTime() / 1_000)}, immutable`,
        'accept-ranges': 'bytes',
        etag,
      };
      if (range === 'all') {
        const whole = { ...common, 'content-length': String(bytes) };
        return { status: 200, headers: whole, open: () => stored.stream() };
      }
      const part = {
        ...common,
        'content-length': String(range.end - range.start),
        'content-range': `bytes ${range.start}-${range.end - 1}/${bytes}`,
      };
      return { status: 206, headers: part, open: () => stored.stream(range) };
    },
  });
}

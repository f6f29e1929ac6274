import { z } from 'zod';
import { selectMediaFile } from '../../db/media.ts';
import { withTenant } from '../../db/tenant.ts';
import type { MediaId, TenantId } from '../../domain/ids.ts';
import { grantsAccess, mediaFileKinds } from '../../platform/signed-url.ts';
import type { Storage } from '../../platform/storage.ts';
import { definePublicRoute, type PublicRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { id } from '../schemas.ts';
import type { MediaUrls } from './media-view.ts';

export function fetchMedia({ storage, urls }: { storage: Storage; urls: MediaUrls }): PublicRoute {
  return definePublicRoute({
    method: 'get',
    path: '/media/{tenantId}/{mediaId}/{kind}',
    tag: 'Media',
    summary: 'Fetch a file by its signed address',
    description:
      'The bytes of an image. The address itself is the right to them: networks and browsers fetch it without a token, until it expires.',
    params: z.strictObject({
      tenantId: id<TenantId>('The tenant.'),
      mediaId: id<MediaId>('The uploaded file.'),
      kind: z.enum(mediaFileKinds).meta({ description: 'The file as it was uploaded, or its JPEG rendition.' }),
    }),
    query: z.strictObject({
      expires: z.coerce.number().int().min(0).max(99_999_999_999).meta({ description: 'Seconds since the epoch.' }),
      signature: z.string().max(128).meta({ description: 'Proves that this system made the address.' }),
    }),
    answer: { description: 'The file.', contentType: 'image/*' },
    refusals: {
      not_signed: {
        status: 403,
        title: 'Not signed',
        description: 'The address was not made by this system, was changed, or has expired.',
      },
    },
    serve: async ({ params, query, now, services, refuse }) => {
      const { tenantId, mediaId, kind } = params;
      const granted = grantsAccess(urls.urlKey, { ...params, ...query, now: now.getTime() });
      if (!granted) throw refuse('not_signed');
      const file = await withTenant(services.db, tenantId, (trx) => selectMediaFile(trx, { id: mediaId, kind }));
      const stored = file === undefined ? null : await storage.find(tenantId, file.sha256);
      if (file === undefined || stored === null) throw refuse('not_found');
      return answer(await stored.stream(), {
        'content-type': file.mime_type,
        'content-length': String(stored.bytes),
        'content-disposition': 'inline',
        'x-content-type-options': 'nosniff',
        'cache-control': `private, max-age=${query.expires - Math.ceil(now.getTime() / 1_000)}, immutable`,
        etag: `"${file.sha256}"`,
      });
    },
  });
}

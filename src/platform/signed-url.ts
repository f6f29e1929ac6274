import { createHmac, timingSafeEqual } from 'node:crypto';

/** What one address gives access to, and until when. */
export interface MediaGrant {
  readonly tenantId: string;
  readonly mediaId: string;
  readonly kind: MediaFileKind;
  /** Milliseconds since the epoch; an address speaks of whole seconds. */
  readonly expiresAt: number;
}

/** The uploaded file, or a JPEG made from it: for the networks, or small, for lists. */
export const mediaFileKinds = ['original', 'jpeg', 'thumbnail'] as const;
export type MediaFileKind = (typeof mediaFileKinds)[number];

/**
 * The address from which a network or a browser fetches one file until `expiresAt`, without a token. `publicUrl` is
 * the base that the outside world reaches this API by.
 */
export function signedMediaUrl(
  { publicUrl, urlKey }: { readonly publicUrl: string; readonly urlKey: string },
  grant: MediaGrant,
): string {
  const expires = Math.floor(grant.expiresAt / 1_000);
  const query = new URLSearchParams({ expires: String(expires), signature: sign(urlKey, grant, expires) });
  return `${publicUrl}/media/${grant.tenantId}/${grant.mediaId}/${grant.kind}?${query}`;
}

/** Whether a signature is ours, for exactly this file and instant, and not yet over. Compares in constant time. */
export function grantsAccess(
  urlKey: string,
  {
    expires,
    signature,
    now,
    ...file
  }: Omit<MediaGrant, 'expiresAt'> & {
    /** Seconds since the epoch. */
    readonly expires: number;
    readonly signature: string;
    /** Milliseconds since the epoch. */
    readonly now: number;
  },
): boolean {
  const expected = Buffer.from(sign(urlKey, file, expires));
  const given = Buffer.from(signature);
  const genuine = given.length === expected.length && timingSafeEqual(given, expected);
  return genuine && expires * 1_000 > now;
}

function sign(
  urlKey: string,
  { tenantId, mediaId, kind }: Omit<MediaGrant, 'expiresAt'>,
  expiresSeconds: number,
): string {
  return createHmac('sha256', urlKey)
    .update(JSON.stringify(['media/v1', tenantId, mediaId, kind, expiresSeconds]))
    .digest('base64url');
}

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
  const query = new URLSearchParams({
    expires: String(expires),
    signature: signed(urlKey, mediaParts(grant, expires)),
  });
  return `${publicUrl}/media/${grant.tenantId}/${grant.mediaId}/${grant.kind}?${query}`;
}

/** The picture that stands on a card; its bytes are named, so that an address never shows another one. */
export interface PictureGrant {
  readonly tenantId: string;
  readonly sha256: string;
  /** Milliseconds since the epoch; an address speaks of whole seconds. */
  readonly expiresAt: number;
}

/** The address from which a browser fetches a picture until `expiresAt`, without a token. */
export function signedPictureUrl(
  { publicUrl, urlKey }: { readonly publicUrl: string; readonly urlKey: string },
  { tenantId, sha256, expiresAt }: PictureGrant,
): string {
  const expires = Math.floor(expiresAt / 1_000);
  const signature = signed(urlKey, pictureParts({ tenantId, sha256 }, expires));
  return `${publicUrl}/pictures/${tenantId}/${sha256}?${new URLSearchParams({ expires: String(expires), signature })}`;
}

/** A campaign's ledger as a file. */
export interface ExportGrant {
  readonly tenantId: string;
  readonly campaignId: string;
  /** Milliseconds since the epoch; an address speaks of whole seconds. */
  readonly expiresAt: number;
}

/** The address from which a campaign's ledger is downloaded until `expiresAt`, without a token. */
export function signedExportUrl(
  { publicUrl, urlKey }: { readonly publicUrl: string; readonly urlKey: string },
  { tenantId, campaignId, expiresAt }: ExportGrant,
): string {
  const expires = Math.floor(expiresAt / 1_000);
  const signature = signed(urlKey, exportParts({ tenantId, campaignId }, expires));
  return `${publicUrl}/exports/campaigns/${tenantId}/${campaignId}?${new URLSearchParams({ expires: String(expires), signature })}`;
}

/** The file of rows that an import has refused. */
export interface RefusedRowsGrant {
  readonly tenantId: string;
  readonly importId: string;
  /** Milliseconds since the epoch; an address speaks of whole seconds. */
  readonly expiresAt: number;
}

/** The address from which a browser fetches the rows that an import has refused until `expiresAt`, without a token. */
export function signedRefusedRowsUrl(
  { publicUrl, urlKey }: { readonly publicUrl: string; readonly urlKey: string },
  grant: RefusedRowsGrant,
): string {
  const expires = Math.floor(grant.expiresAt / 1_000);
  const signature = signed(urlKey, refusedRowsParts(grant, expires));
  const query = new URLSearchParams({ expires: String(expires), signature });
  return `${publicUrl}/refused-rows/${grant.tenantId}/${grant.importId}?${query}`;
}

/** What an address brings along to prove itself. */
interface Proof {
  /** Seconds since the epoch. */
  readonly expires: number;
  readonly signature: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Whether a signature is ours, for exactly this file and instant, and not yet over. */
export function grantsAccess(urlKey: string, file: Omit<MediaGrant, 'expiresAt'> & Proof): boolean {
  return proves(urlKey, mediaParts(file, file.expires), file);
}

/** Whether a signature is ours, for exactly this picture and instant, and not yet over. */
export function grantsPicture(urlKey: string, picture: Omit<PictureGrant, 'expiresAt'> & Proof): boolean {
  return proves(urlKey, pictureParts(picture, picture.expires), picture);
}

/** Whether a signature is ours, for exactly this campaign's ledger and instant, and not yet over. */
export function grantsExport(urlKey: string, ledger: Omit<ExportGrant, 'expiresAt'> & Proof): boolean {
  return proves(urlKey, exportParts(ledger, ledger.expires), ledger);
}

/** Whether a signature is ours, for exactly this import and instant, and not yet over. */
export function grantsRefusedRows(urlKey: string, file: Omit<RefusedRowsGrant, 'expiresAt'> & Proof): boolean {
  return proves(urlKey, refusedRowsParts(file, file.expires), file);
}

/** Compares in constant time. */
function proves(urlKey: string, parts: readonly unknown[], { expires, signature, now }: Proof): boolean {
  const expected = Buffer.from(signed(urlKey, parts));
  const given = Buffer.from(signature);
  const genuine = given.length === expected.length && timingSafeEqual(given, expected);
  return genuine && expires * 1_000 > now;
}

function mediaParts(
  { tenantId, mediaId, kind }: Omit<MediaGrant, 'expiresAt'>,
  expiresSeconds: number,
): readonly unknown[] {
  return ['media/v1', tenantId, mediaId, kind, expiresSeconds];
}

function pictureParts({ tenantId, sha256 }: Omit<PictureGrant, 'expiresAt'>, expiresSeconds: number) {
  return ['picture/v1', tenantId, sha256, expiresSeconds];
}

function exportParts({ tenantId, campaignId }: Omit<ExportGrant, 'expiresAt'>, expiresSeconds: number) {
  return ['export/campaign/v1', tenantId, campaignId, expiresSeconds];
}

function refusedRowsParts(
  { tenantId, importId }: Omit<RefusedRowsGrant, 'expiresAt'>,
  expiresSeconds: number,
): readonly unknown[] {
  return ['refused-rows/v1', tenantId, importId, expiresSeconds];
}

function signed(urlKey: string, parts: readonly unknown[]): string {
  return createHmac('sha256', urlKey).update(JSON.stringify(parts)).digest('base64url');
}

import { Readable } from 'node:stream';
import { Context } from '@temporalio/activity';
import { fileTypeFromBuffer } from 'file-type';
import type { Kysely } from 'kysely';
import { ChannelError } from '../channels/channel.ts';
import type { PictureFetcher } from '../channels/picture.ts';
import type { Connectors } from '../channels/registry.ts';
import { setPicture } from '../db/connection-picture.ts';
import { selectStoredGrant, type StoredGrant } from '../db/held-grant.ts';
import { claimFiles } from '../db/stored-file.ts';
import type { Database } from '../db/schema.ts';
import { withTenant } from '../db/tenant.ts';
import type { ConnectionId, Sha256, TenantId } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';
import { imageTypes, readImage } from '../platform/image.ts';
import type { SealKey } from '../platform/sealing.ts';
import type { Storage } from '../platform/storage.ts';

export interface PictureDependencies {
  readonly db: Kysely<Database>;
  readonly connectors: Connectors;
  readonly pictures: PictureFetcher;
  readonly storage: Storage;
  readonly masterKeys: readonly SealKey[];
  readonly clock: Clock;
}

/** `none`: the page shows none, or no picture that we take; `unavailable`: it could not be asked for, or not fetched. */
export interface PictureResult {
  readonly kind: 'kept' | 'none' | 'unavailable';
}

export type PictureActivities = ReturnType<typeof connectionPictureActivities>;

/** What a card shows: small, square or not. */
const cardPicture = { card: { maxWidthPx: 400, maxBytes: 200_000, maxPixels: 400 * 400 } } as const;

interface ConnectionKey {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
}

/** Keeps the pictures of pages, since the addresses that networks give for them expire. */
export function connectionPictureActivities(dependencies: PictureDependencies) {
  return {
    keepPicture: (about: ConnectionKey): Promise<PictureResult> =>
      keepPicture(dependencies, about, Context.current().cancellationSignal),
  };
}

/**
 * Fetches the picture that a page shows now and keeps it. Repeatable. A network or a picture that is of no use fails
 * nothing: what was kept before stays.
 */
export async function keepPicture(
  dependencies: PictureDependencies,
  about: ConnectionKey,
  signal: AbortSignal,
): Promise<PictureResult> {
  const { db, connectors, pictures, masterKeys, clock } = dependencies;
  const now = new Date(clock());
  const grant = await withTenant(db, about.tenantId, (trx) => selectStoredGrant(trx, about, { masterKeys, now }));
  const asked = await pictureUrlOf(connectors, grant, signal);
  if (asked.kind !== 'known') return asked;
  const fetched = await pictures.fetch(asked.url, signal);
  if (fetched.kind === 'refused') return { kind: fetched.why === 'unreachable' ? 'unavailable' : 'none' };
  const picture = await smallJpeg(fetched.content);
  if (picture === null) return { kind: 'none' };
  await keep(dependencies, about, picture);
  return { kind: 'kept' };
}

async function pictureUrlOf(
  connectors: Connectors,
  { network, kind, held }: StoredGrant,
  signal: AbortSignal,
): Promise<PictureResult | { readonly kind: 'known'; readonly url: string }> {
  const connector = connectors(network, kind);
  if (connector === null || held === null) return { kind: 'unavailable' };
  try {
    const { pictureUrl } = await connector.probe(held, { signal });
    return pictureUrl === null ? { kind: 'none' } : { kind: 'known', url: pictureUrl };
  } catch (error) {
    if (error instanceof ChannelError) return { kind: 'unavailable' };
    throw error;
  }
}

/** Claimed, kept, and only then named by the row: what nobody comes to name is found by the sweep. */
async function keep(
  { db, storage, clock }: PictureDependencies,
  { tenantId, connectionId }: ConnectionKey,
  picture: Buffer,
): Promise<void> {
  const file = await storage.receive(tenantId, Readable.from([picture]), { maxBytes: picture.length });
  try {
    const sha256 = file.sha256 as Sha256;
    const now = new Date(clock());
    await withTenant(db, tenantId, (trx) => claimFiles(trx, { tenantId, hashes: [sha256], now }));
    await file.keep();
    await withTenant(db, tenantId, (trx) => setPicture(trx, connectionId, sha256));
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Made anew from its pixels, so that nothing that a stranger has put into a file is passed on. */
async function smallJpeg(content: Uint8Array): Promise<Buffer | null> {
  const found = await fileTypeFromBuffer(content);
  const type = imageTypes.find((candidate) => candidate === found?.mime);
  if (type === undefined) return null;
  const read = await readImage(content, type, cardPicture);
  return read.ok ? read.renditions.card.content : null;
}

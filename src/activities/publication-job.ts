import type { Kysely } from 'kysely';
import type {
  Channel,
  PageAccess,
  PublishableContent,
  PublishableFile,
  PublishableLink,
  PublishableMedia,
} from '../channels/channel.ts';
import type { Channels } from '../channels/registry.ts';
import { tokenContext } from '../db/connection-grant.ts';
import { type Publication, type PublicationKey, type PublicationMedia, selectPublication } from '../db/publication.ts';
import type { Database } from '../db/schema.ts';
import { withTenant } from '../db/tenant.ts';
import { tenantKeys } from '../db/tenant-key.ts';
import { fileFor } from '../domain/content.ts';
import type { PublishingNetwork } from '../domain/network.ts';
import type { Clock } from '../platform/clock.ts';
import { type SealKey, sealVersion, unseal } from '../platform/sealing.ts';
import { signedMediaUrl } from '../platform/signed-url.ts';
import type { Storage } from '../platform/storage.ts';
import type { Refresh } from './renewed-access.ts';

export interface PublicationDependencies {
  readonly db: Kysely<Database>;
  readonly channels: Channels;
  readonly storage: Storage;
  /** Where networks fetch media, and the key that signs the addresses. */
  readonly mediaUrls: { readonly publicUrl: string; readonly urlKey: string };
  readonly masterKeys: readonly SealKey[];
  /** Renews a token that a network no longer takes. */
  readonly refresh: Refresh;
  readonly clock: Clock;
  /** Aborted when this process is asked to stop: what has not called yet is handed back. */
  readonly stopping: AbortSignal;
  /** Told of every call that goes out: how long after its instant, in seconds. */
  readonly onCall: (network: PublishingNetwork, latenessS: number) => void;
}

/** One post on its way to one page, with all that the channel needs. */
export interface PublicationJob {
  readonly key: PublicationKey;
  readonly publication: Publication;
  readonly channel: Channel;
  /** `null`: the connection holds no token any more. */
  readonly page: PageAccess | null;
  readonly content: PublishableContent;
}

/** Networks fetch media within minutes, some of them more than once. */
const mediaUrlLifetimeMs = 24 * 60 * 60_000;

export async function loadJob(dependencies: PublicationDependencies, key: PublicationKey): Promise<PublicationJob> {
  const { db, channels, masterKeys, clock } = dependencies;
  return withTenant(db, key.tenantId, async (trx) => {
    const publication = await selectPublication(trx, key);
    const { externalId, sealedToken } = publication.page;
    const keys = await tenantKeys(trx, key.tenantId, masterKeys, new Date(clock()));
    const page =
      sealedToken === null
        ? null
        : {
            externalId,
            accessToken: unseal(keys.byVersion(sealVersion(sealedToken)), tokenContext(key), sealedToken),
          };
    return {
      key,
      publication,
      channel: channels[key.network],
      page,
      content: contentFor(dependencies, key, publication),
    };
  });
}

function contentFor(
  dependencies: PublicationDependencies,
  key: PublicationKey,
  { shown: { text, link, format }, media, linkImage }: Publication,
): PublishableContent {
  const card: PublishableLink | null =
    link === null
      ? null
      : {
          url: link.url,
          title: link.title,
          description: link.description,
          image: linkImage === null ? null : fileOf(dependencies, key, linkImage),
        };
  return { text, media: media.map((file) => mediaFor(dependencies, key, file)), link: card, format };
}

function mediaFor(
  dependencies: PublicationDependencies,
  key: PublicationKey,
  media: PublicationMedia,
): PublishableMedia {
  const file = fileOf(dependencies, key, media);
  const { original } = media.facts;
  switch (original.kind) {
    case 'image':
      return { ...file, kind: 'image' };
    case 'video':
      return { ...file, kind: 'video', durationMs: original.durationMs };
    case 'document':
      return { ...file, kind: 'document', title: media.altText ?? media.fileName };
  }
}

function fileOf(
  { storage, mediaUrls, clock }: PublicationDependencies,
  { tenantId, network }: PublicationKey,
  { id, altText, facts }: PublicationMedia,
): PublishableFile {
  const file = fileFor(network, facts);
  const kind = file === facts.original ? 'original' : 'jpeg';
  return {
    url: signedMediaUrl(mediaUrls, { tenantId, mediaId: id, kind, expiresAt: clock() + mediaUrlLifetimeMs }),
    mimeType: file.mimeType,
    bytes: file.bytes,
    altText,
    async read(range) {
      const stored = await storage.find(tenantId, file.sha256);
      if (stored === null) throw new Error('a stored file is missing');
      return stored.read(range);
    },
  };
}

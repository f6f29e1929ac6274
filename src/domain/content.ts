import { contentLimits } from './content-limits.ts';
import type { ConnectionId, MediaId, Sha256 } from './ids.ts';
import type { FileFacts, MediaFacts } from './media.ts';
import type { PublishingNetwork } from './network.ts';

/** What a post says: one body, and for each connection what differs there. */
export interface PostContent {
  readonly text: string;
  readonly mediaIds: readonly MediaId[];
  /** Shown as a card where the target shows no media and the network has cards. */
  readonly link: LinkCard | null;
  /** In the order the author chose them; each connection at most once. */
  readonly targets: readonly TargetContent[];
}

export interface TargetContent {
  readonly connectionId: ConnectionId;
  /** `null`: the post's own text. */
  readonly text: string | null;
  /** `null`: the post's own media. */
  readonly mediaIds: readonly MediaId[] | null;
  readonly format: PostFormat;
}

/** How a network shows it. A reel is one upright video; Instagram shows every single video as a reel. */
export const postFormats = ['feed', 'reel'] as const;
export type PostFormat = (typeof postFormats)[number];

/** A link with its preview. Facebook reads title and picture from the page itself; LinkedIn shows what is given here. */
export interface LinkCard {
  readonly url: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly mediaId: MediaId | null;
}

/** What one connection's readers will see. */
export interface EffectiveContent {
  readonly text: string;
  readonly mediaIds: readonly MediaId[];
  /** `null` beside media: a post shows its media or a card, never both. */
  readonly link: LinkCard | null;
  readonly format: PostFormat;
}

export function effective(content: PostContent, target: TargetContent): EffectiveContent {
  const mediaIds = target.mediaIds ?? content.mediaIds;
  const link = mediaIds.length === 0 ? content.link : null;
  return { text: target.text ?? content.text, mediaIds, link, format: target.format };
}

/**
 * The file that a network is given: the original where it takes it as it is, else the JPEG rendition.
 * Instagram takes only JPEG; Facebook and LinkedIn refuse large originals that a rendition brings under the limit.
 */
export function fileFor(network: PublishingNetwork, { original, jpeg }: MediaFacts): FileFacts {
  if (original.kind !== 'image') return original;
  const { mimeTypes, maxBytes, maxPixels } = contentLimits[network].image;
  const fits =
    mimeTypes.includes(original.mimeType) &&
    original.bytes <= maxBytes &&
    (maxPixels === null || original.widthPx * original.heightPx <= maxPixels);
  return fits || jpeg === null ? original : jpeg;
}

/**
 * The one spelling of what readers will see, to be hashed: texts, media bytes in their order, link cards, formats, and
 * where they go. Order of targets does not count, time and labels do not either.
 */
export function canonical(content: PostContent, hashOf: (id: MediaId) => Sha256): string {
  const targets = content.targets
    .map((target) => {
      const { text, mediaIds, link, format } = effective(content, target);
      const card =
        link === null
          ? null
          : [link.url, link.title, link.description, link.mediaId === null ? null : hashOf(link.mediaId)];
      return [target.connectionId, text, mediaIds.map(hashOf), card, format] as const;
    })
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(['v2', targets]);
}

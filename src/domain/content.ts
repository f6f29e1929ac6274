import type { ConnectionId, MediaId, Sha256 } from './ids.ts';
import type { FileFacts, MediaFacts } from './media.ts';
import { type ContentLimits, contentLimits, type Network } from './network.ts';

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

/** One way in which a content breaks a network's limits. `target` is null when it is the post as a whole. */
export interface Violation {
  readonly target: ConnectionId | null;
  readonly field: 'text' | 'mediaIds' | 'targets';
  readonly rule:
    | 'required'
    | 'max_text_length'
    | 'max_hashtags'
    | 'min_images'
    | 'max_images'
    | 'image_type'
    | 'max_image_bytes'
    | 'min_image_width'
    | 'max_image_pixels'
    | 'image_ratio';
  readonly limit: number | string | null;
  readonly value: number | string | null;
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

/** Everything that keeps a content from being submitted or scheduled; empty when it may go out. */
export function violations(
  content: PostContent,
  networkOf: (id: ConnectionId) => Network,
  factsOf: (id: MediaId) => MediaFacts,
): readonly Violation[] {
  if (content.targets.length === 0) {
    return [{ target: null, field: 'targets', rule: 'required', limit: 1, value: 0 }];
  }
  return content.targets.flatMap((target) => {
    const { text, mediaIds } = effective(content, target);
    const network = networkOf(target.connectionId);
    const limits = contentLimits[network];
    return [
      ...textViolations(target.connectionId, text, mediaIds.length, limits),
      ...countViolations(target.connectionId, mediaIds.length, limits),
      ...mediaIds.flatMap((id) => imageViolations(target.connectionId, fileFor(network, factsOf(id)), limits)),
    ];
  });
}

/**
 * The file that a network is given: the original where it takes it as it is, else the JPEG rendition.
 * Instagram takes only JPEG; Facebook and LinkedIn refuse large originals that a rendition brings under the limit.
 */
export function fileFor(network: Network, { original, jpeg }: MediaFacts): FileFacts {
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

/** Length as people count it: code points, so that an emoji is not two. */
export function textLength(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

const hashtag = /(?<![\p{L}\p{N}_&])#[\p{L}\p{N}_]+/gu;

function textViolations(
  target: ConnectionId,
  text: string,
  images: number,
  { maxTextLength, maxHashtags }: ContentLimits,
): readonly Violation[] {
  const found: Violation[] = [];
  const length = textLength(text);
  if (text.trim() === '' && images === 0) {
    found.push({ target, field: 'text', rule: 'required', limit: 1, value: 0 });
  }
  if (length > maxTextLength) {
    found.push({ target, field: 'text', rule: 'max_text_length', limit: maxTextLength, value: length });
  }
  const hashtags = text.match(hashtag)?.length ?? 0;
  if (maxHashtags !== null && hashtags > maxHashtags) {
    found.push({ target, field: 'text', rule: 'max_hashtags', limit: maxHashtags, value: hashtags });
  }
  return found;
}

function countViolations(target: ConnectionId, images: number, limits: ContentLimits): readonly Violation[] {
  if (images < limits.minImages) {
    return [{ target, field: 'mediaIds', rule: 'min_images', limit: limits.minImages, value: images }];
  }
  if (images > limits.maxImages) {
    return [{ target, field: 'mediaIds', rule: 'max_images', limit: limits.maxImages, value: images }];
  }
  return [];
}

function imageViolations(target: ConnectionId, file: FileFacts, { image }: ContentLimits): readonly Violation[] {
  if (file.kind !== 'image') return [];
  const at = { target, field: 'mediaIds' } as const;
  const found: Violation[] = [];
  if (!image.mimeTypes.includes(file.mimeType)) {
    found.push({ ...at, rule: 'image_type', limit: image.mimeTypes.join(', '), value: file.mimeType });
  }
  if (file.bytes > image.maxBytes) {
    found.push({ ...at, rule: 'max_image_bytes', limit: image.maxBytes, value: file.bytes });
  }
  if (image.minWidthPx !== null && file.widthPx < image.minWidthPx) {
    found.push({ ...at, rule: 'min_image_width', limit: image.minWidthPx, value: file.widthPx });
  }
  const pixels = file.widthPx * file.heightPx;
  if (image.maxPixels !== null && pixels > image.maxPixels) {
    found.push({ ...at, rule: 'max_image_pixels', limit: image.maxPixels, value: pixels });
  }
  const ratio = file.widthPx / file.heightPx;
  if (image.minRatio !== null && image.maxRatio !== null && !within(ratio, image.minRatio, image.maxRatio)) {
    found.push({ ...at, rule: 'image_ratio', limit: `${image.minRatio}–${image.maxRatio}`, value: round(ratio) });
  }
  return found;
}

/** Ratios are compared with the tolerance that a whole number of pixels brings. */
function within(ratio: number, min: number, max: number): boolean {
  return ratio >= min - 0.005 && ratio <= max + 0.005;
}

function round(ratio: number): number {
  return Math.round(ratio * 1_000) / 1_000;
}

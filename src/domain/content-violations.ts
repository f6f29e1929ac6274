import { compositionOf, kindsTaken } from './composition.ts';
import { type Composition, contentLimits, type FormatLimits, type TextLimits } from './content-limits.ts';
import { effective, type EffectiveContent, fileFor, type PostContent, type TargetContent } from './content.ts';
import type { ConnectionId, MediaId } from './ids.ts';
import type { FileFacts, MediaFacts } from './media.ts';
import { fileViolations, imageViolations, type MediaRule } from './media-violations.ts';
import type { PublishingNetwork } from './network.ts';
import { segments } from './segments.ts';
import { textLength } from './text-length.ts';

/** One way in which a content breaks a network's limits. `target` is null when it is the post as a whole. */
export interface Violation {
  readonly target: ConnectionId | null;
  readonly field: ContentField;
  /** The file that it is about, where it is about a single one. */
  readonly mediaId: MediaId | null;
  readonly rule: ContentRule | MediaRule;
  readonly limit: number | string | null;
  readonly value: number | string | null;
}

/** Where the author can mend it; a dot leads into the field before it. */
export const contentFields = ['text', 'mediaIds', 'targets', 'format', 'link.title', 'link.mediaId'] as const;
export type ContentField = (typeof contentFields)[number];

type ContentRule =
  | 'required'
  | 'max_text_length'
  | 'max_hashtags'
  | 'max_mentions'
  | 'min_media'
  | 'max_media'
  | 'media_kind'
  | 'mixed_media'
  | 'animated_alone'
  | 'format'
  | 'card_title';

type Found = Omit<Violation, 'target' | 'mediaId'> & { readonly mediaId?: MediaId };
type FactsOf = (id: MediaId) => MediaFacts;

/** Everything that keeps a content from being submitted or scheduled; empty when it may go out. */
export function violations(
  content: PostContent,
  networkOf: (id: ConnectionId) => PublishingNetwork,
  factsOf: FactsOf,
): readonly Violation[] {
  const perTarget = content.targets.flatMap((target) =>
    targetViolations(content, target, { network: networkOf(target.connectionId), factsOf }),
  );
  return [...wholeViolations(content), ...perTarget];
}

/** What is wrong with the post as a whole, wherever it goes. */
export function wholeViolations({ targets }: PostContent): readonly Violation[] {
  if (targets.length > 0) return [];
  return [{ target: null, field: 'targets', mediaId: null, rule: 'required', limit: 1, value: 0 }];
}

/** What one of the networks would refuse. */
export function targetViolations(
  content: PostContent,
  target: TargetContent,
  { network, factsOf }: { network: PublishingNetwork; factsOf: FactsOf },
): readonly Violation[] {
  const shown = effective(content, target);
  const limits = contentLimits[network];
  const format = limits.formats[shown.format];
  const found = [
    ...textViolations(shown, network, limits.text),
    ...(format === null
      ? [{ field: 'format', rule: 'format', limit: 'feed', value: shown.format } as const]
      : mediaViolations(shown, format, (id) => fileFor(network, factsOf(id)))),
    ...cardViolations(shown, network, factsOf),
  ];
  return found.map(({ mediaId = null, ...rest }) => ({ target: target.connectionId, mediaId, ...rest }));
}

function textViolations(
  { text, mediaIds, link }: EffectiveContent,
  network: PublishingNetwork,
  { maxLength, maxHashtags, maxMentions }: TextLimits,
): readonly Found[] {
  const found: Found[] = [];
  const length = textLength(text);
  const hasCard = link !== null && contentLimits[network].card !== null;
  if (text.trim() === '' && mediaIds.length === 0 && !hasCard) {
    found.push({ field: 'text', rule: 'required', limit: 1, value: 0 });
  }
  if (length > maxLength) found.push({ field: 'text', rule: 'max_text_length', limit: maxLength, value: length });
  if (maxHashtags === null && maxMentions === null) return found;
  const pieces = segments(text, network);
  const hashtags = pieces.filter(({ kind }) => kind === 'hashtag').length;
  if (maxHashtags !== null && hashtags > maxHashtags) {
    found.push({ field: 'text', rule: 'max_hashtags', limit: maxHashtags, value: hashtags });
  }
  const mentions = pieces.filter(({ kind, href }) => kind === 'mention' && href !== null).length;
  if (maxMentions !== null && mentions > maxMentions) {
    found.push({ field: 'text', rule: 'max_mentions', limit: maxMentions, value: mentions });
  }
  return found;
}

interface Item {
  readonly mediaId: MediaId;
  readonly file: FileFacts;
}

/** Files of a kind that is not taken are told one by one; the others are judged as if those were not there. */
function mediaViolations(
  { mediaIds }: EffectiveContent,
  format: FormatLimits,
  fileOf: (id: MediaId) => FileFacts,
): readonly Found[] {
  const count = mediaIds.length;
  if (count < format.minMedia) return [{ field: 'mediaIds', rule: 'min_media', limit: format.minMedia, value: count }];
  const kinds = kindsTaken(format);
  const items = mediaIds.map((mediaId) => ({ mediaId, file: fileOf(mediaId) }));
  const strangers = items.filter(({ file }) => !kinds.includes(file.kind));
  const others = items.filter(({ file }) => kinds.includes(file.kind));
  return [
    ...strangers.map(({ mediaId, file }) =>
      wrongKind('mediaIds', mediaId, { limit: kinds.join(', '), value: file.kind }),
    ),
    ...togetherViolations(others, format),
  ];
}

function togetherViolations(items: readonly Item[], format: FormatLimits): readonly Found[] {
  const kinds = items.map(({ file }) => file.kind);
  const composition = compositionOf(format, kinds);
  if (composition === null) {
    return [{ field: 'mediaIds', rule: 'mixed_media', limit: null, value: [...new Set(kinds)].toSorted().join(', ') }];
  }
  const { max } = composition;
  return [
    ...(items.length > max ? [{ field: 'mediaIds', rule: 'max_media', limit: max, value: items.length } as const] : []),
    ...items.flatMap((item) => itemViolations(item, composition, items.length)),
  ];
}

function itemViolations({ mediaId, file }: Item, composition: Composition, count: number): readonly Found[] {
  const broken = fileViolations(file, composition);
  const found: Found[] = broken.map(({ rule, limit, value }) => ({ field: 'mediaIds', mediaId, rule, limit, value }));
  const frames = file.kind === 'image' ? file.frames : 1;
  if (frames > 1 && count > 1 && composition.image?.animation.moves === 'alone') {
    found.push({ field: 'mediaIds', mediaId, rule: 'animated_alone', limit: 1, value: count });
  }
  return found;
}

/** A card that the network reads from the page itself is not judged: nothing given here is shown. */
function cardViolations({ link }: EffectiveContent, network: PublishingNetwork, factsOf: FactsOf): readonly Found[] {
  const { card, image } = contentLimits[network];
  if (link === null || card !== 'given') return [];
  const found: Found[] = [];
  if (link.title === null) found.push({ field: 'link.title', rule: 'card_title', limit: 1, value: 0 });
  if (link.mediaId === null) return found;
  const picture = fileFor(network, factsOf(link.mediaId));
  if (picture.kind !== 'image') {
    return [...found, wrongKind('link.mediaId', link.mediaId, { limit: 'image', value: picture.kind })];
  }
  const { mediaId } = link;
  return [
    ...found,
    ...imageViolations(picture, image).map((broken) => ({ field: 'link.mediaId', mediaId, ...broken }) as const),
  ];
}

function wrongKind(
  field: 'mediaIds' | 'link.mediaId',
  mediaId: MediaId,
  { limit, value }: { readonly limit: string; readonly value: string },
): Found {
  return { field, mediaId, rule: 'media_kind', limit, value };
}

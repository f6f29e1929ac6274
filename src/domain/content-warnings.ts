import { contentLimits } from './content-limits.ts';
import type { EffectiveContent, PostContent } from './content.ts';
import type { MediaId, PostId } from './ids.ts';
import { networkDisplay, reelRatio } from './network-display.ts';
import type { PublishingNetwork } from './network.ts';
import type { Layout, MediaPreview } from './preview-media.ts';
import type { Segment } from './segments.ts';

/** Something that an author may not expect. Nothing here keeps a post from going out. */
export interface ContentWarning {
  readonly code: WarningCode;
  /** The file that it is about, where it is about a single one. */
  readonly mediaId: MediaId | null;
  readonly limit: number | null;
  readonly value: number | string | null;
}

export const warningCodes = [
  'text_folded',
  'hashtags_beyond_advice',
  'mention_not_resolved',
  'link_not_clickable',
  'link_shortened',
  'link_not_shown',
  'card_read_from_page',
  'card_without_picture',
  'shown_as_reel',
  'reel_cropped',
  'cropped_in_feed',
  'hidden_in_album',
  'gif_shown_still',
  'no_alt_text',
  'document_untitled',
  'same_as_recent_post',
] as const;
export type WarningCode = (typeof warningCodes)[number];

/** A post of the same page that says the same, on its way or out. */
export interface RecentPost {
  readonly postId: PostId;
}

/** How long a text is remembered: a repetition after more than this is meant. */
export const recentMs = 30 * 86_400_000;

export interface WarningFacts {
  readonly content: PostContent;
  readonly shown: EffectiveContent;
  readonly network: PublishingNetwork;
  readonly pieces: readonly Segment[];
  readonly truncatedAt: number | null;
  readonly shortenedLinks: number;
  readonly layout: Layout;
  readonly media: readonly MediaPreview[];
  readonly sameText: RecentPost | null;
}

type Found = Pick<ContentWarning, 'code'> & Partial<ContentWarning>;

export function contentWarnings(facts: WarningFacts): readonly ContentWarning[] {
  const found: readonly Found[] = [
    ...textWarnings(facts),
    ...linkWarnings(facts),
    ...layoutWarnings(facts),
    ...facts.media.flatMap((item) => mediaWarnings(item, facts)),
  ];
  return found.map((warning) => ({ mediaId: null, limit: null, value: null, ...warning }));
}

function textWarnings({ network, pieces, truncatedAt, sameText }: WarningFacts): readonly Found[] {
  const { advisedHashtags } = networkDisplay[network];
  const hashtags = pieces.filter(({ kind }) => kind === 'hashtag').length;
  const isTooMany = advisedHashtags !== null && hashtags > advisedHashtags;
  return [
    ...(truncatedAt === null ? [] : [{ code: 'text_folded', value: truncatedAt } as const]),
    ...(isTooMany ? [{ code: 'hashtags_beyond_advice', limit: advisedHashtags, value: hashtags } as const] : []),
    ...unresolved(pieces).map((name) => ({ code: 'mention_not_resolved', value: name }) as const),
    ...(sameText === null ? [] : [{ code: 'same_as_recent_post', value: sameText.postId } as const]),
  ];
}

/** Each name once, and not more of them than anybody reads. */
function unresolved(pieces: readonly Segment[]): readonly string[] {
  const names = pieces.filter(({ kind, href }) => kind === 'mention' && href === null).map(({ text }) => text);
  return [...new Set(names)].slice(0, 10);
}

function linkWarnings({ content, shown, network, pieces, shortenedLinks }: WarningFacts): readonly Found[] {
  const found: Found[] = [];
  const { linksAreClickable, shortensLinksAbove } = networkDisplay[network];
  const links = pieces.filter(({ kind }) => kind === 'link');
  if (!linksAreClickable && links.length > 0) found.push({ code: 'link_not_clickable', value: links.length });
  if (shortenedLinks > 0) found.push({ code: 'link_shortened', limit: shortensLinksAbove, value: shortenedLinks });
  if (content.link === null) return found;
  const { card } = contentLimits[network];
  if (shown.link === null || card === null) return [...found, { code: 'link_not_shown', value: content.link.url }];
  const { title, description, mediaId } = shown.link;
  if (card === 'given') return mediaId === null ? [...found, { code: 'card_without_picture' }] : found;
  const isGiven = title !== null || description !== null || mediaId !== null;
  return isGiven ? [...found, { code: 'card_read_from_page' }] : found;
}

function layoutWarnings({ shown, layout }: WarningFacts): readonly Found[] {
  const isUnasked = layout.kind === 'reel' && shown.format === 'feed';
  const isHidden = layout.kind === 'collage' && layout.hidden > 0;
  return [
    ...(isUnasked ? [{ code: 'shown_as_reel' } as const] : []),
    ...(isHidden ? [{ code: 'hidden_in_album', limit: layout.visible, value: layout.hidden } as const] : []),
  ];
}

function mediaWarnings(
  { mediaId, file, altText, stilled, crops }: MediaPreview,
  { layout }: WarningFacts,
): readonly Found[] {
  const found: Found[] = [];
  if (file.kind === 'document') return isMissing(altText) ? [{ code: 'document_untitled', mediaId }] : [];
  if (layout.kind === 'reel') {
    const ratio = file.widthPx / file.heightPx;
    const isUpright = Math.abs(ratio - reelRatio) <= 0.005;
    if (!isUpright) found.push({ code: 'reel_cropped', mediaId, value: Math.round(ratio * 1_000) / 1_000 });
  } else if (crops.some(({ place, cropped }) => place === 'feed' && cropped)) {
    found.push({ code: 'cropped_in_feed', mediaId });
  }
  if (stilled) found.push({ code: 'gif_shown_still', mediaId });
  if (file.kind === 'image' && isMissing(altText)) found.push({ code: 'no_alt_text', mediaId });
  return found;
}

/** Pictures are described by it, documents titled. */
function isMissing(altText: string | null): boolean {
  return altText === null || altText.trim() === '';
}

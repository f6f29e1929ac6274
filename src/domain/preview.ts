import { contentLimits } from './content-limits.ts';
import { targetViolations, type Violation } from './content-violations.ts';
import { type ContentWarning, contentWarnings, type RecentPost } from './content-warnings.ts';
import {
  effective,
  type EffectiveContent,
  fileFor,
  type PostContent,
  type PostFormat,
  type TargetContent,
} from './content.ts';
import { foldedAt } from './fold.ts';
import type { MediaId } from './ids.ts';
import type { FileFacts } from './media.ts';
import { cardRatio, networkDisplay } from './network-display.ts';
import type { PublishingNetwork } from './network.ts';
import { type Crop, cropTo, type Layout, type MediaPreview, previewMedia, type ShownMedia } from './preview-media.ts';
import { type Segment, segments } from './segments.ts';
import { textLength } from './text-length.ts';

/** How one network will show a post, as far as that can be foretold. */
export interface Preview {
  readonly format: PostFormat;
  /** What readers see, whole. */
  readonly text: string;
  /** The same text in pieces, without a gap. */
  readonly segments: readonly Segment[];
  /** See `foldedAt`. */
  readonly truncatedAt: number | null;
  readonly counts: Readonly<Record<'characters' | 'hashtags' | 'mentions', Count>>;
  readonly link: LinkPreview;
  readonly layout: Layout;
  readonly media: readonly MediaPreview[];
  readonly violations: readonly Violation[];
  readonly warnings: readonly ContentWarning[];
}

export interface Count {
  readonly used: number;
  /** `null`: the network does not limit it. */
  readonly limit: number | null;
}

export interface LinkPreview {
  readonly card: CardPreview | null;
  /** What becomes of links in the text. */
  readonly inText: { readonly clickable: boolean; readonly shortened: number };
}

/** A card under the text. Where the network reads the page itself, only the address is known. */
export interface CardPreview {
  readonly source: 'given' | 'read';
  readonly url: string;
  readonly domain: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly image: { readonly mediaId: MediaId; readonly file: FileFacts; readonly crops: readonly Crop[] } | null;
}

/** What must be known besides the content. */
export interface PreviewFacts {
  readonly network: PublishingNetwork;
  readonly mediaOf: (id: MediaId) => ShownMedia;
  /** The latest post of the page that says the same, if one does. */
  readonly sameText: RecentPost | null;
}

export function preview(content: PostContent, target: TargetContent, facts: PreviewFacts): Preview {
  const { network, mediaOf } = facts;
  const shown = effective(content, target);
  const pieces = segments(shown.text, network);
  const text = pieces.map((piece) => piece.text).join('');
  const { layout, media } = previewMedia(shown, network, mediaOf);
  const format = layout.kind === 'reel' ? 'reel' : 'feed';
  const truncatedAt = foldedAt(text, networkDisplay[network][format].fold);
  const link = previewLink(shown, pieces, facts);
  return {
    format: shown.format,
    text,
    segments: pieces,
    truncatedAt,
    counts: countsOf(shown.text, pieces, network),
    link,
    layout,
    media,
    violations: targetViolations(content, target, { network, factsOf: (id) => mediaOf(id).facts }),
    warnings: contentWarnings({
      content,
      shown,
      network,
      pieces,
      truncatedAt,
      layout,
      media,
      shortenedLinks: link.inText.shortened,
      sameText: facts.sameText,
    }),
  };
}

function countsOf(written: string, pieces: readonly Segment[], network: PublishingNetwork): Preview['counts'] {
  const { maxLength, maxHashtags, maxMentions } = contentLimits[network].text;
  const count = (kind: Segment['kind']) => pieces.filter((piece) => piece.kind === kind && piece.href !== null).length;
  return {
    characters: { used: textLength(written), limit: maxLength },
    hashtags: { used: count('hashtag'), limit: maxHashtags },
    mentions: { used: count('mention'), limit: maxMentions },
  };
}

function previewLink(
  { link }: EffectiveContent,
  pieces: readonly Segment[],
  { network, mediaOf }: PreviewFacts,
): LinkPreview {
  const { linksAreClickable, shortensLinksAbove } = networkDisplay[network];
  const links = pieces.filter(({ kind }) => kind === 'link');
  const isLong = (piece: Segment) => shortensLinksAbove !== null && textLength(piece.text) > shortensLinksAbove;
  const { card } = contentLimits[network];
  return {
    card: link === null || card === null ? null : cardOf(link, { source: card, network, mediaOf }),
    inText: { clickable: linksAreClickable, shortened: links.filter(isLong).length },
  };
}

function cardOf(
  link: NonNullable<PostContent['link']>,
  { source, network, mediaOf }: Pick<PreviewFacts, 'network' | 'mediaOf'> & { source: CardPreview['source'] },
): CardPreview {
  const { url } = link;
  const domain = new URL(url).hostname.replace(/^www\./, '');
  if (source === 'read') return { source, url, domain, title: null, description: null, image: null };
  const { title, description, mediaId } = link;
  if (mediaId === null) return { source, url, domain, title, description, image: null };
  const file = fileFor(network, mediaOf(mediaId).facts);
  const image = { mediaId, file, crops: cropTo('card', file, cardRatio) };
  return { source, url, domain, title, description, image };
}

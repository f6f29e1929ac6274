import type { RatioLimits } from './content-limits.ts';
import type { PublishingNetwork } from './network.ts';

/**
 * How the networks show a post, as far as it can be foretold. Nothing here refuses a content. The networks document
 * none of it: these are what several vendors observed up to November 2026, all unverified, and they differ by device.
 */
export interface NetworkDisplay {
  readonly feed: FormatDisplay;
  readonly reel: FormatDisplay;
  /** From how many hashtags on fewer would do better; `null`: no advice. */
  readonly advisedHashtags: number | null;
  readonly linksAreClickable: boolean;
  /** A link in the text of more characters is shown as a short one of the network's own; `null`: never. */
  readonly shortensLinksAbove: number | null;
  /** How several pictures are laid out: one at a time, or all at once. */
  readonly album: 'carousel' | 'collage';
  /** The ratio of the tiles on the page's own profile; `null`: it shows none. */
  readonly gridRatio: number | null;
}

export interface FormatDisplay {
  /** What is shown before "See more", whichever ends first. */
  readonly fold: { readonly graphemes: number; readonly lines: number };
  /** What the feed crops a single picture or film to; `null`: it is shown whole. */
  readonly ratio: RatioLimits | null;
}

/** What the viewer of reels fills. */
export const reelRatio = 9 / 16;

/** The picture of a link card. */
export const cardRatio = 1.91;

const anyWidth = 100;

export const networkDisplay: Readonly<Record<PublishingNetwork, NetworkDisplay>> = {
  facebook: {
    feed: { fold: { graphemes: 477, lines: 5 }, ratio: { min: 4 / 5, max: anyWidth } },
    reel: { fold: { graphemes: 72, lines: 1 }, ratio: { min: reelRatio, max: reelRatio } },
    advisedHashtags: 3,
    linksAreClickable: true,
    shortensLinksAbove: null,
    album: 'collage',
    gridRatio: null,
  },
  instagram: {
    feed: { fold: { graphemes: 125, lines: 2 }, ratio: { min: 4 / 5, max: 1.91 } },
    reel: { fold: { graphemes: 55, lines: 1 }, ratio: { min: 4 / 5, max: 1.91 } },
    advisedHashtags: 5,
    linksAreClickable: false,
    shortensLinksAbove: null,
    album: 'carousel',
    gridRatio: 3 / 4,
  },
  linkedin: {
    feed: { fold: { graphemes: 210, lines: 3 }, ratio: { min: 4 / 5, max: anyWidth } },
    reel: { fold: { graphemes: 210, lines: 3 }, ratio: null },
    advisedHashtags: 5,
    linksAreClickable: true,
    shortensLinksAbove: 26,
    album: 'collage',
    gridRatio: null,
  },
};

import type { PublishingNetwork } from './network.ts';

/**
 * What the networks refuse, as data. `content-violations.ts` judges by it, and nothing else knows a number.
 *
 * Read, November 2026, in stored copies of Meta's and LinkedIn's own pages: reels of pages (video-api/guides/
 * reels-publishing), uploads of videos (graph-api/video-uploads), LinkedIn's MultiImage, Documents, Images, Videos and
 * Article Post APIs. Instagram's media reference was read as several vendors repeat it. What no page of the network
 * itself says is marked `unverified`: it is the stricter of what vendors say, until a live answer corrects it.
 * See docs/decisions/content-limits-as-data.md.
 */
export interface NetworkLimits {
  readonly text: TextLimits;
  /** Of any picture that is handed over, which may be a rendition of the original. */
  readonly image: ImageLimits;
  /** `null`: the network has no such format. */
  readonly formats: { readonly feed: FormatLimits; readonly reel: FormatLimits | null };
  /** Whether a link card is made from what is given here, is read by the network from the page itself, or is not. */
  readonly card: 'given' | 'read' | null;
  /** True where a second identical post is refused, so that repeating an unanswered call is safe. */
  readonly refusesDuplicates: boolean;
}

export interface TextLimits {
  /** Unicode code points of the text as it is written, before the network's own escaping. */
  readonly maxLength: number;
  readonly maxHashtags: number | null;
  readonly maxMentions: number | null;
}

export interface FormatLimits {
  readonly minMedia: number;
  /** What the media of one post may be: it has to be one of these. The first one that fits counts. */
  readonly compositions: readonly Composition[];
}

/** Up to `max` files of the kinds that are not null here, in any mixture. */
export interface Composition {
  readonly max: number;
  readonly image: ImageLimits | null;
  readonly video: VideoLimits | null;
  readonly document: DocumentLimits | null;
}

/** Width divided by height. */
export interface RatioLimits {
  readonly min: number;
  readonly max: number;
}

export interface ImageLimits {
  readonly mimeTypes: readonly string[];
  readonly maxBytes: number;
  readonly minWidthPx: number | null;
  readonly maxPixels: number | null;
  readonly ratio: RatioLimits | null;
  /** What becomes of an animated GIF: it moves where it stands alone, or is shown as a still picture. */
  readonly animation: { readonly moves: 'alone'; readonly maxFrames: number } | { readonly moves: 'never' };
}

export interface VideoLimits {
  readonly mimeTypes: readonly string[];
  readonly maxBytes: number;
  readonly minDurationMs: number;
  readonly maxDurationMs: number;
  /** `null`: any that the container holds. */
  readonly videoCodecs: readonly string[] | null;
  readonly audioCodecs: readonly string[] | null;
  readonly minWidthPx: number | null;
  readonly minHeightPx: number | null;
  readonly maxWidthPx: number | null;
  /** Frames per second, rounded: 23.976 counts as 24. */
  readonly frameRate: { readonly min: number; readonly max: number } | null;
  readonly ratio: RatioLimits | null;
}

export interface DocumentLimits {
  readonly mimeTypes: readonly string[];
  readonly maxBytes: number;
  readonly maxPages: number;
}

const megabyte = 1_000_000;
const second = 1_000;
const minute = 60 * second;

const facebookImage: ImageLimits = {
  mimeTypes: ['image/jpeg', 'image/png'],
  // Subcode 1366046 beyond it.
  maxBytes: 4 * megabyte,
  minWidthPx: null,
  maxPixels: null,
  ratio: null,
  // The photos endpoint keeps one frame.
  animation: { moves: 'never' },
};

/** Handed over by address, which Facebook takes up to 1 GB and 20 minutes. */
const facebookVideo: VideoLimits = {
  mimeTypes: ['video/mp4', 'video/quicktime'],
  maxBytes: 1_000 * megabyte,
  minDurationMs: second,
  maxDurationMs: 20 * minute,
  videoCodecs: null,
  audioCodecs: null,
  minWidthPx: null,
  minHeightPx: null,
  maxWidthPx: null,
  frameRate: null,
  ratio: { min: 9 / 16, max: 16 / 9 },
};

/** 9:16 is asked for; what is merely upright is cropped, of which a warning tells (unverified). */
const facebookReel: VideoLimits = {
  ...facebookVideo,
  minDurationMs: 3 * second,
  maxDurationMs: 90 * second,
  videoCodecs: ['avc', 'hevc', 'vp9', 'av1'],
  audioCodecs: ['aac'],
  minWidthPx: 540,
  minHeightPx: 960,
  frameRate: { min: 24, max: 60 },
  ratio: { min: 9 / 21, max: 1 },
};

const instagramImage: ImageLimits = {
  mimeTypes: ['image/jpeg'],
  maxBytes: 8 * megabyte,
  minWidthPx: 320,
  maxPixels: null,
  ratio: { min: 4 / 5, max: 1.91 },
  animation: { moves: 'never' },
};

/** Every video that stands alone is a reel on Instagram, whatever its format is called here. */
const instagramReel: VideoLimits = {
  mimeTypes: ['video/mp4', 'video/quicktime'],
  // Vendors say 300 MB or 1 GB: the stricter one, unverified.
  maxBytes: 300 * megabyte,
  minDurationMs: 3 * second,
  maxDurationMs: 15 * minute,
  videoCodecs: ['avc', 'hevc'],
  audioCodecs: ['aac'],
  minWidthPx: null,
  minHeightPx: null,
  maxWidthPx: 1_920,
  frameRate: { min: 23, max: 60 },
  ratio: { min: 0.01, max: 10 },
};

/** Within a carousel: the length is unverified, the ratio that of its pictures. */
const instagramCarouselVideo: VideoLimits = {
  ...instagramReel,
  maxDurationMs: minute,
  ratio: instagramImage.ratio,
};

const linkedinImage: ImageLimits = {
  mimeTypes: ['image/jpeg', 'image/png', 'image/gif'],
  // Unverified; only the number of pixels and of frames is documented.
  maxBytes: 20 * megabyte,
  minWidthPx: null,
  maxPixels: 36_152_320,
  ratio: null,
  // That a GIF stops moving among other pictures is unverified.
  animation: { moves: 'alone', maxFrames: 250 },
};

const linkedinVideo: VideoLimits = {
  mimeTypes: ['video/mp4'],
  maxBytes: 500 * megabyte,
  minDurationMs: 3 * second,
  maxDurationMs: 30 * minute,
  videoCodecs: null,
  audioCodecs: null,
  minWidthPx: null,
  minHeightPx: null,
  maxWidthPx: null,
  frameRate: null,
  ratio: { min: 1 / 2.4, max: 2.4 },
};

const linkedinDocument: DocumentLimits = {
  // LinkedIn takes office files too; here only PDF is taken in.
  mimeTypes: ['application/pdf'],
  maxBytes: 100 * megabyte,
  maxPages: 300,
};

const none = { image: null, video: null, document: null } as const;

export const contentLimits: Readonly<Record<PublishingNetwork, NetworkLimits>> = {
  facebook: {
    text: { maxLength: 63_206, maxHashtags: null, maxMentions: null },
    image: facebookImage,
    formats: {
      feed: {
        minMedia: 0,
        compositions: [
          // Unverified: no page of Meta's gives a number, and all vendors stop at ten.
          { ...none, max: 10, image: facebookImage },
          { ...none, max: 1, video: facebookVideo },
        ],
      },
      reel: { minMedia: 1, compositions: [{ ...none, max: 1, video: facebookReel }] },
    },
    card: 'read',
    refusesDuplicates: false,
  },
  instagram: {
    // The app asks for five hashtags at most since December 2025; the API's own number is still thirty.
    text: { maxLength: 2_200, maxHashtags: 30, maxMentions: 20 },
    image: instagramImage,
    formats: {
      feed: {
        minMedia: 1,
        compositions: [
          { ...none, max: 1, video: instagramReel },
          { ...none, max: 10, image: instagramImage, video: instagramCarouselVideo },
        ],
      },
      reel: { minMedia: 1, compositions: [{ ...none, max: 1, video: instagramReel }] },
    },
    card: null,
    // A container is published at most once, and it tells whether it has been.
    refusesDuplicates: true,
  },
  linkedin: {
    text: { maxLength: 3_000, maxHashtags: null, maxMentions: null },
    image: linkedinImage,
    formats: {
      feed: {
        minMedia: 0,
        compositions: [
          { ...none, max: 20, image: linkedinImage },
          { ...none, max: 1, video: linkedinVideo },
          { ...none, max: 1, document: linkedinDocument },
        ],
      },
      reel: null,
    },
    card: 'given',
    refusesDuplicates: true,
  },
};

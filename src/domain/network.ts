/** The networks that a post can be published on today. */
export const networks = ['facebook', 'instagram', 'linkedin'] as const;

export type Network = (typeof networks)[number];

/** As the networks spell themselves. */
export const networkNames: Readonly<Record<Network, string>> = {
  facebook: 'Facebook',
  instagram: 'Instagram',
  linkedin: 'LinkedIn',
};

export interface ImageLimits {
  readonly mimeTypes: readonly string[];
  readonly maxBytes: number;
  readonly minWidthPx: number | null;
  readonly maxPixels: number | null;
  /** Width divided by height. */
  readonly minRatio: number | null;
  readonly maxRatio: number | null;
}

export interface ContentLimits {
  /** Unicode code points of the text as the reader sees it, before the network's own escaping. */
  readonly maxTextLength: number;
  readonly maxHashtags: number | null;
  readonly minImages: number;
  readonly maxImages: number;
  /** Of the file that we hand over, which may be a rendition of the original. */
  readonly image: ImageLimits;
  /** True where a second identical post is refused, so that repeating an unanswered call is safe. */
  readonly refusesDuplicates: boolean;
}

/**
 * What each network accepts. Sources: Meta's and LinkedIn's publishing guides, as of November 2026; Instagram takes
 * only JPEG, so other formats are judged as the JPEG rendition that is made for it.
 */
export const contentLimits: Readonly<Record<Network, ContentLimits>> = {
  facebook: {
    maxTextLength: 63_206,
    maxHashtags: null,
    minImages: 0,
    maxImages: 1,
    image: {
      mimeTypes: ['image/jpeg', 'image/png'],
      maxBytes: 4_000_000,
      minWidthPx: null,
      maxPixels: null,
      minRatio: null,
      maxRatio: null,
    },
    refusesDuplicates: false,
  },
  instagram: {
    maxTextLength: 2_200,
    maxHashtags: 30,
    minImages: 1,
    maxImages: 1,
    image: {
      mimeTypes: ['image/jpeg'],
      maxBytes: 8_000_000,
      minWidthPx: 320,
      maxPixels: null,
      minRatio: 4 / 5,
      maxRatio: 1.91,
    },
    // A container is published at most once, and it tells whether it has been.
    refusesDuplicates: true,
  },
  linkedin: {
    maxTextLength: 3_000,
    maxHashtags: null,
    minImages: 0,
    maxImages: 1,
    image: {
      mimeTypes: ['image/jpeg', 'image/png', 'image/gif'],
      maxBytes: 20_000_000,
      minWidthPx: null,
      maxPixels: 36_152_320,
      minRatio: null,
      maxRatio: null,
    },
    refusesDuplicates: true,
  },
};

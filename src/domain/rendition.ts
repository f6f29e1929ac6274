import { contentLimits } from './content-limits.ts';
import { publishingNetworks } from './network.ts';

/** The pictures that are made of an upload, beside the file itself. */
export const renditionKinds = ['jpeg', 'thumbnail'] as const;
export type RenditionKind = (typeof renditionKinds)[number];

/** What a rendition, always a JPEG, must fit into. It is scaled down and encoded again, never cropped or padded. */
export interface RenditionRules {
  readonly maxWidthPx: number;
  readonly maxBytes: number;
  readonly maxPixels: number;
}

/** The width that Instagram keeps; wider files only travel longer. */
const widestKeptPx = 1_440;
/** What the tallest side of a JPEG can be. */
const jpegSidePx = 65_500;

/**
 * One JPEG is made for the networks, and it fits into the limits of every one of them: the fewest bytes and pixels that
 * any of them takes. Shapes are the author's own: one that a network refuses stays a violation, shown before it is sent.
 */
export const renditionRules: Readonly<Record<RenditionKind, RenditionRules>> = {
  jpeg: {
    maxWidthPx: widestKeptPx,
    maxBytes: Math.min(...publishingNetworks.map((network) => contentLimits[network].image.maxBytes)),
    maxPixels: Math.min(
      jpegSidePx * widestKeptPx,
      ...publishingNetworks.map((network) => contentLimits[network].image.maxPixels ?? Number.POSITIVE_INFINITY),
    ),
  },
  // For lists of files, on screens with two pixels for one.
  thumbnail: { maxWidthPx: 480, maxBytes: 100_000, maxPixels: 480 * 960 },
};

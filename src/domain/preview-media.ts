import { collageRatios, maxTiles } from './collage.ts';
import { type EffectiveContent, fileFor, type PostFormat } from './content.ts';
import { type Box, centred, isCropped, shownRatio, type Size } from './crop.ts';
import type { MediaId } from './ids.ts';
import type { FileFacts, MediaFacts } from './media.ts';
import { networkDisplay, reelRatio } from './network-display.ts';
import type { PublishingNetwork } from './network.ts';

/** What is known of an upload that is shown. */
export interface ShownMedia {
  readonly facts: MediaFacts;
  readonly altText: string | null;
}

/** How the media of a post lie together. `hidden` of them stand behind the last visible one, or further along. */
export interface Layout {
  readonly kind: 'none' | 'single' | 'reel' | 'carousel' | 'collage' | 'document';
  readonly visible: number;
  readonly hidden: number;
}

export interface MediaPreview {
  readonly mediaId: MediaId;
  /** The file that the network is given. */
  readonly file: FileFacts;
  readonly altText: string | null;
  /** True for an animated GIF that does not move here. */
  readonly stilled: boolean;
  readonly crops: readonly Crop[];
}

/** The part that is seen: in the feed, among the tiles of the profile, in the viewer of reels, on a link card. */
export interface Crop extends Box {
  readonly place: 'feed' | 'grid' | 'viewer' | 'card';
  readonly cropped: boolean;
}

export function previewMedia(
  { mediaIds, format }: EffectiveContent,
  network: PublishingNetwork,
  mediaOf: (id: MediaId) => ShownMedia,
): { layout: Layout; media: readonly MediaPreview[] } {
  const items = mediaIds.map((mediaId) => {
    const { facts, altText } = mediaOf(mediaId);
    const file = fileFor(network, facts);
    return { mediaId, file, altText, stilled: framesOf(facts.original) > 1 && framesOf(file) === 1 };
  });
  const files = items.map(({ file }) => file);
  const layout = layoutOf(files, network, format);
  const ratios = feedRatios(files, network, layout);
  return {
    layout,
    media: items.map((item, index) => ({
      ...item,
      crops: cropsOf(item.file, network, { layout, feed: ratios[index] }),
    })),
  };
}

function framesOf(file: FileFacts): number {
  return file.kind === 'image' ? file.frames : 1;
}

function layoutOf(files: readonly FileFacts[], network: PublishingNetwork, format: PostFormat): Layout {
  const count = files.length;
  const [first] = files;
  if (first === undefined) return { kind: 'none', visible: 0, hidden: 0 };
  if (first.kind === 'document') return { kind: 'document', visible: 1, hidden: count - 1 };
  if (count === 1) return { kind: isReel(first, network, format) ? 'reel' : 'single', visible: 1, hidden: 0 };
  if (networkDisplay[network].album === 'carousel') return { kind: 'carousel', visible: 1, hidden: count - 1 };
  const visible = Math.min(count, maxTiles);
  return { kind: 'collage', visible, hidden: count - visible };
}

/** Instagram shows every video that stands alone as a reel. */
function isReel({ kind }: FileFacts, network: PublishingNetwork, format: PostFormat): boolean {
  return kind === 'video' && (format === 'reel' || network === 'instagram');
}

/** The ratio in which the feed shows each file; none for what it does not show at once or shows whole. */
function feedRatios(
  files: readonly FileFacts[],
  network: PublishingNetwork,
  { kind }: Layout,
): readonly (number | undefined)[] {
  const [first] = files.flatMap(sizeOf);
  if (first === undefined) return [];
  const display = networkDisplay[network];
  switch (kind) {
    case 'none':
    case 'document':
      return [];
    case 'reel':
      return [shownRatio(first, display.reel.ratio)];
    case 'single':
      return [shownRatio(first, display.feed.ratio)];
    case 'carousel': {
      // All take the shape of the first.
      const ratio = shownRatio(first, display.feed.ratio);
      return files.map(() => ratio);
    }
    case 'collage':
      return collageRatios(files.length, first);
  }
}

function cropsOf(
  file: FileFacts,
  network: PublishingNetwork,
  { layout, feed }: { layout: Layout; feed: number | undefined },
): readonly Crop[] {
  const { gridRatio } = networkDisplay[network];
  return [
    ...(feed === undefined ? [] : cropTo('feed', file, feed)),
    ...(gridRatio === null ? [] : cropTo('grid', file, gridRatio)),
    ...(layout.kind === 'reel' ? cropTo('viewer', file, reelRatio) : []),
  ];
}

/** The part of a file that is seen in one place; none of a document. */
export function cropTo(place: Crop['place'], file: FileFacts, ratio: number): readonly Crop[] {
  return sizeOf(file).map((size) => {
    const box = centred(size, ratio);
    return { place, ...box, cropped: isCropped(size, box) };
  });
}

function sizeOf(file: FileFacts): readonly Size[] {
  return file.kind === 'document' ? [] : [file];
}

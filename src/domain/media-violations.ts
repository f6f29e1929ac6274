import type { Composition, DocumentLimits, ImageLimits, RatioLimits, VideoLimits } from './content-limits.ts';
import type { DocumentFacts, FileFacts, ImageFacts, VideoFacts } from './media.ts';

export type MediaRule =
  | 'image_type'
  | 'max_image_bytes'
  | 'min_image_width'
  | 'max_image_pixels'
  | 'max_image_frames'
  | 'image_ratio'
  | 'video_type'
  | 'max_video_bytes'
  | 'min_video_duration'
  | 'max_video_duration'
  | 'video_codec'
  | 'audio_codec'
  | 'min_video_width'
  | 'min_video_height'
  | 'max_video_width'
  | 'min_frame_rate'
  | 'max_frame_rate'
  | 'video_ratio'
  | 'document_type'
  | 'max_document_bytes'
  | 'max_document_pages';

/** One limit that a file breaks: what is allowed, and what the file is. Durations are in milliseconds. */
export interface BrokenLimit {
  readonly rule: MediaRule;
  readonly limit: number | string;
  readonly value: number | string;
}

/** What is wrong with a file where it is to stand. A kind that cannot stand there is judged elsewhere. */
export function fileViolations(file: FileFacts, composition: Composition): readonly BrokenLimit[] {
  switch (file.kind) {
    case 'image':
      return composition.image === null ? [] : imageViolations(file, composition.image);
    case 'video':
      return composition.video === null ? [] : videoViolations(file, composition.video);
    case 'document':
      return composition.document === null ? [] : documentViolations(file, composition.document);
  }
}

export function imageViolations(file: ImageFacts, limits: ImageLimits): readonly BrokenLimit[] {
  const maxFrames = limits.animation.moves === 'alone' ? limits.animation.maxFrames : null;
  return [
    ...oneOf('image_type', file.mimeType, limits.mimeTypes),
    ...atMost('max_image_bytes', file.bytes, limits.maxBytes),
    ...atLeast('min_image_width', file.widthPx, limits.minWidthPx),
    ...atMost('max_image_pixels', file.widthPx * file.heightPx, limits.maxPixels),
    ...atMost('max_image_frames', file.frames, maxFrames),
    ...ratioWithin('image_ratio', file, limits.ratio),
  ];
}

function videoViolations(file: VideoFacts, limits: VideoLimits): readonly BrokenLimit[] {
  const { audioCodec, framesPerSecond } = file;
  // A silent film has no sound to refuse, and a rate that nobody could read is left to the network.
  const rate = framesPerSecond === null ? null : Math.round(framesPerSecond);
  return [
    ...oneOf('video_type', file.mimeType, limits.mimeTypes),
    ...atMost('max_video_bytes', file.bytes, limits.maxBytes),
    ...atLeast('min_video_duration', file.durationMs, limits.minDurationMs),
    ...atMost('max_video_duration', file.durationMs, limits.maxDurationMs),
    ...oneOf('video_codec', file.videoCodec, limits.videoCodecs),
    ...(audioCodec === null ? [] : oneOf('audio_codec', audioCodec, limits.audioCodecs)),
    ...atLeast('min_video_width', file.widthPx, limits.minWidthPx),
    ...atLeast('min_video_height', file.heightPx, limits.minHeightPx),
    ...atMost('max_video_width', file.widthPx, limits.maxWidthPx),
    ...(rate === null ? [] : atLeast('min_frame_rate', rate, limits.frameRate?.min ?? null)),
    ...(rate === null ? [] : atMost('max_frame_rate', rate, limits.frameRate?.max ?? null)),
    ...ratioWithin('video_ratio', file, limits.ratio),
  ];
}

function documentViolations(file: DocumentFacts, limits: DocumentLimits): readonly BrokenLimit[] {
  return [
    ...oneOf('document_type', file.mimeType, limits.mimeTypes),
    ...atMost('max_document_bytes', file.bytes, limits.maxBytes),
    ...atMost('max_document_pages', file.pages, limits.maxPages),
  ];
}

function oneOf(rule: MediaRule, value: string, allowed: readonly string[] | null): readonly BrokenLimit[] {
  return allowed === null || allowed.includes(value) ? [] : [{ rule, limit: allowed.join(', '), value }];
}

function atMost(rule: MediaRule, value: number, limit: number | null): readonly BrokenLimit[] {
  return limit === null || value <= limit ? [] : [{ rule, limit, value }];
}

function atLeast(rule: MediaRule, value: number, limit: number | null): readonly BrokenLimit[] {
  return limit === null || value >= limit ? [] : [{ rule, limit, value }];
}

function ratioWithin(
  rule: MediaRule,
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
  limits: RatioLimits | null,
): readonly BrokenLimit[] {
  const ratio = widthPx / heightPx;
  if (limits === null || (ratio >= limits.min - pixelTolerance && ratio <= limits.max + pixelTolerance)) return [];
  return [{ rule, limit: `${round(limits.min)}–${round(limits.max)}`, value: round(ratio) }];
}

/** What a whole number of pixels brings. */
const pixelTolerance = 0.005;

function round(ratio: number): number {
  return Math.round(ratio * 1_000) / 1_000;
}

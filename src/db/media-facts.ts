import type { Sha256 } from '../domain/ids.ts';
import type { FileFacts, ImageFacts } from '../domain/media.ts';

/** The columns of `media` that hold what is known of the file. */
export interface FactColumns extends ImageColumns {
  readonly kind: FileFacts['kind'];
  readonly frames: number | null;
  readonly duration_ms: number | null;
  readonly video_codec: string | null;
  readonly audio_codec: string | null;
  readonly frames_per_second: number | null;
  readonly pages: number | null;
}

/** The columns of `media_rendition` that do. */
export interface ImageColumns {
  readonly sha256: Sha256;
  readonly mime_type: string;
  readonly bytes: string;
  readonly width_px: number | null;
  readonly height_px: number | null;
}

/** For reading: everything that `factsOf` needs. */
export const factColumns = [
  'media.kind',
  'media.sha256',
  'media.mime_type',
  'media.bytes',
  'media.width_px',
  'media.height_px',
  'media.frames',
  'media.duration_ms',
  'media.video_codec',
  'media.audio_codec',
  'media.frames_per_second',
  'media.pages',
] as const;

export function factsOf(row: FactColumns): FileFacts {
  const file = { sha256: row.sha256, mimeType: row.mime_type, bytes: Number(row.bytes) };
  switch (row.kind) {
    case 'image':
      return { kind: 'image', ...file, ...sizeOf(row), frames: known(row.frames) };
    case 'video':
      return {
        kind: 'video',
        ...file,
        ...sizeOf(row),
        durationMs: known(row.duration_ms),
        videoCodec: known(row.video_codec),
        audioCodec: row.audio_codec,
        framesPerSecond: row.frames_per_second,
      };
    case 'document':
      return { kind: 'document', ...file, pages: known(row.pages) };
  }
}

/** A rendition is a still picture. */
export function renditionFacts(row: ImageColumns): ImageFacts {
  const file = { sha256: row.sha256, mimeType: row.mime_type, bytes: Number(row.bytes) };
  return { kind: 'image', ...file, ...sizeOf(row), frames: 1 };
}

/** For writing. */
export function columnsOf(facts: FileFacts) {
  const { sha256, mimeType: mime_type, bytes, kind } = facts;
  return {
    sha256,
    mime_type,
    bytes,
    kind,
    width_px: facts.kind === 'document' ? null : facts.widthPx,
    height_px: facts.kind === 'document' ? null : facts.heightPx,
    frames: facts.kind === 'image' ? facts.frames : null,
    duration_ms: facts.kind === 'video' ? facts.durationMs : null,
    video_codec: facts.kind === 'video' ? facts.videoCodec : null,
    audio_codec: facts.kind === 'video' ? facts.audioCodec : null,
    frames_per_second: facts.kind === 'video' ? facts.framesPerSecond : null,
    pages: facts.kind === 'document' ? facts.pages : null,
  };
}

function sizeOf({ width_px, height_px }: Pick<ImageColumns, 'width_px' | 'height_px'>) {
  return { widthPx: known(width_px), heightPx: known(height_px) };
}

/** The table's own check demands it of every row of the kind. */
function known<T>(value: T | null): T {
  if (value === null) throw new Error('a row of media lacks what its kind demands');
  return value;
}

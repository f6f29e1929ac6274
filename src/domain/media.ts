import type { Sha256 } from './ids.ts';

/** What is known of one stored file, by what kind of file it is. */
export type FileFacts = ImageFacts | VideoFacts | DocumentFacts;

interface StoredFile {
  readonly sha256: Sha256;
  readonly mimeType: string;
  readonly bytes: number;
}

export interface ImageFacts extends StoredFile {
  readonly kind: 'image';
  /** As a viewer sees it: after the orientation that the file asks for. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** More than one: an animated GIF. */
  readonly frames: number;
}

export interface VideoFacts extends StoredFile {
  readonly kind: 'video';
  /** As a viewer sees it: after the rotation that the file asks for. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly durationMs: number;
  /** Short lower-case names, like `avc`, `hevc`, `vp9`, `av1`. */
  readonly videoCodec: string;
  /** Like `aac`; `null` for a silent film. */
  readonly audioCodec: string | null;
  readonly framesPerSecond: number | null;
}

export interface DocumentFacts extends StoredFile {
  readonly kind: 'document';
  readonly pages: number;
}

/** What must be known of an upload to judge it: the file itself and the JPEG rendition, where one was made. */
export interface MediaFacts {
  readonly original: FileFacts;
  readonly jpeg: ImageFacts | null;
}

import { fileTypeFromBuffer } from 'file-type';
import type { Sha256 } from '../../domain/ids.ts';
import type { FileFacts, ImageFacts } from '../../domain/media.ts';
import { type RenditionKind, renditionRules } from '../../domain/rendition.ts';
import { type ImageRefusal, type ImageType, readImage } from '../../platform/image.ts';
import { inspectFilm, inspectPaper } from '../../platform/inspect.ts';
import type { ReceivedFile } from '../../platform/storage.ts';
import { refuseCommon } from '../common-problems.ts';
import { Refused } from '../problem.ts';
import { fileProblems } from './media-problems.ts';
import { acceptedTypes, maxBytesOf, takenTypes } from './taken-files.ts';

/** A file that may become media: what is known of it, and the pictures made of it, which are not stored yet. */
export interface JudgedFile {
  readonly original: FileFacts;
  readonly renditions: readonly JudgedRendition[];
}

export interface JudgedRendition {
  readonly kind: RenditionKind;
  readonly content: Buffer;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Every type that is taken shows itself within so many first bytes. */
const headBytes = 65_536;

/** Reads a file that was sent, by its bytes alone. Throws 413, 415 and the `fileProblems`. */
export async function judgeFile(file: ReceivedFile): Promise<JudgedFile> {
  const found = await typeOf(file);
  const stored = { sha256: file.sha256 as Sha256, bytes: file.bytes };
  const imageType = takenTypes.image.find((type) => type === found);
  if (imageType !== undefined) return judgeImage(file, imageType, stored);
  const filmType = takenTypes.video.find((type) => type === found);
  if (filmType !== undefined) {
    requireSize(file, maxBytesOf.video);
    const read = await inspectFilm(file);
    if (!read.ok) throw unreadable(read.refusal.code === 'no_picture' ? 'The file has sound only.' : null);
    return { original: { kind: 'video', mimeType: filmType, ...stored, ...read.film }, renditions: [] };
  }
  const paperType = takenTypes.document.find((type) => type === found);
  if (paperType === undefined) throw unsupported(found);
  requireSize(file, maxBytesOf.document);
  const read = await inspectPaper(file);
  if (!read.ok) {
    throw read.refusal.code === 'encrypted'
      ? new Refused('media_encrypted', fileProblems.media_encrypted)
      : unreadable(null);
  }
  return { original: { kind: 'document', mimeType: paperType, ...stored, ...read.paper }, renditions: [] };
}

async function judgeImage(
  file: ReceivedFile,
  mimeType: ImageType,
  stored: Pick<ImageFacts, 'sha256' | 'bytes'>,
): Promise<JudgedFile> {
  requireSize(file, maxBytesOf.image);
  const read = await readImage(await file.read(), mimeType, renditionRules);
  if (!read.ok) throw refusedImage(read.refusal);
  const kinds = Object.keys(renditionRules) as RenditionKind[];
  return {
    original: { kind: 'image', mimeType, ...stored, ...read.image },
    renditions: kinds.map((kind) => ({ kind, ...read.renditions[kind] })),
  };
}

async function typeOf(file: ReceivedFile): Promise<string | null> {
  if (file.bytes === 0) return null;
  const head = await file.read({ start: 0, end: Math.min(headBytes, file.bytes) });
  return (await fileTypeFromBuffer(head))?.mime ?? null;
}

function requireSize({ bytes }: ReceivedFile, limitBytes: number): void {
  if (bytes > limitBytes) throw fileTooLarge(limitBytes);
}

export function fileTooLarge(limitBytes: number): Refused {
  return refuseCommon('too_large', {
    detail: `A file of this kind may have at most ${limitBytes} bytes.`,
    extensions: { limitBytes },
  });
}

function unsupported(found: string | null): Refused {
  return refuseCommon('unsupported_media_type', {
    detail: `The file is ${found ?? 'of an unknown type'}; taken are ${acceptedTypes.join(', ')}.`,
    extensions: { accepted: acceptedTypes, found },
  });
}

function unreadable(detail: string | null): Refused {
  return new Refused('media_unreadable', fileProblems.media_unreadable, detail === null ? {} : { detail });
}

function refusedImage(refusal: ImageRefusal): Refused {
  switch (refusal.code) {
    case 'unreadable':
      return unreadable(null);
    case 'too_many_pixels':
      return new Refused('media_unreadable', fileProblems.media_unreadable, {
        detail: `The image declares ${refusal.pixels} pixels; at most ${refusal.maxPixels} are taken.`,
        errors: [
          {
            pointer: '/file',
            rule: 'max_pixels',
            limit: refusal.maxPixels,
            value: refusal.pixels,
            detail: 'has too many pixels',
          },
        ],
      });
    case 'animated':
      return new Refused('media_animated', fileProblems.media_animated, { extensions: { frames: refusal.frames } });
  }
}

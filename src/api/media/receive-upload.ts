import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ImageFacts } from '../../domain/media.ts';
import type { Sha256, TenantId } from '../../domain/ids.ts';
import { type Image, type ImageRefusal, imageTypes, readImage } from '../../platform/image.ts';
import { FileTooLarge, type ReceivedFile, type Storage } from '../../platform/storage.ts';
import { refuseCommon } from '../common-problems.ts';
import type { Received } from '../define-route.ts';
import { badText } from '../pipeline/check-text.ts';
import { type ProblemKinds, Refused } from '../problem.ts';
import { type FormFile, readForm } from './read-form.ts';

export const maxFileBytes = 20_000_000;
const maxAltTextLength = 1_000;
const maxFileNameLength = 200;

/** A file that has been read, judged and stored. */
export interface UploadedFile {
  readonly fileName: string;
  readonly altText: string | null;
  readonly original: ImageFacts;
  readonly jpeg: ImageFacts;
}

export const uploadProblems = {
  media_unreadable: {
    status: 422,
    title: 'Media unreadable',
    description: 'The file is an image by its first bytes, but cannot be decoded: it is damaged, cut off or absurd.',
  },
  media_animated: {
    status: 422,
    title: 'Media animated',
    description: 'The image has several frames, of which networks would show one. Send a still image.',
    example: { frames: 12 },
  },
} as const satisfies ProblemKinds;

/**
 * Takes an upload in. The bytes are in the store before any row speaks of them; should no row come to do so, nobody
 * can reach them, and the same bytes may be another upload's: they are never removed here.
 */
export async function receiveUpload(
  storage: Storage,
  request: Parameters<typeof readForm>[0] & { readonly tenantId: TenantId },
): Promise<Received<UploadedFile>> {
  const { tenantId } = request;
  const { taken, fields } = await readForm(request, {
    fields: ['altText'],
    take: (file) => take(storage, tenantId, file),
    drop: ({ file }) => file.discard(),
  });
  try {
    const altText = altTextOf(fields.get('altText'));
    const image = await judge(await taken.file.content());
    const jpeg = await storage.receive(tenantId, Readable.from([image.jpeg.content]), { maxBytes: maxFileBytes });
    await jpeg.keep();
    await taken.file.keep();
    const body: UploadedFile = {
      fileName: fileNameOf(taken.fileName),
      altText,
      original: facts(taken.file, image.mimeType, image),
      jpeg: facts(jpeg, 'image/jpeg', image.jpeg),
    };
    return { body, bodyHash: bodyHash(body), discard: () => Promise.resolve() };
  } catch (error) {
    await taken.file.discard();
    throw error;
  }
}

async function take(storage: Storage, tenantId: TenantId, { stream, fileName }: FormFile) {
  try {
    return { file: await storage.receive(tenantId, stream, { maxBytes: maxFileBytes }), fileName };
  } catch (error) {
    if (!(error instanceof FileTooLarge)) throw error;
    throw refuseCommon('too_large', {
      detail: `A file may have at most ${error.maxBytes} bytes.`,
      extensions: { limitBytes: error.maxBytes },
    });
  }
}

async function judge(content: Buffer): Promise<Image> {
  const read = await readImage(content);
  if (read.ok) return read.image;
  throw refusalOf(read.refusal);
}

function refusalOf(refusal: ImageRefusal): Refused {
  switch (refusal.code) {
    case 'unsupported_type':
      return refuseCommon('unsupported_media_type', {
        detail: `The file is ${refusal.found ?? 'of an unknown type'}; taken are ${imageTypes.join(', ')}.`,
        extensions: { accepted: imageTypes, found: refusal.found },
      });
    case 'unreadable':
      return new Refused('media_unreadable', uploadProblems.media_unreadable);
    case 'too_many_pixels':
      return new Refused('media_unreadable', uploadProblems.media_unreadable, {
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
      return new Refused('media_animated', uploadProblems.media_animated, { extensions: { frames: refusal.frames } });
  }
}

function altTextOf(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return null;
  const length = trimmed.length;
  if (length > maxAltTextLength) {
    const error = {
      pointer: '/altText',
      rule: 'too_big',
      limit: maxAltTextLength,
      value: length,
      detail: 'is too long',
    };
    throw refuseCommon('invalid', { errors: [error] });
  }
  if (badText(trimmed)) {
    const error = { pointer: '/altText', rule: 'characters', limit: null, value: null, detail: 'holds a NUL' };
    throw refuseCommon('malformed', { errors: [error] });
  }
  return trimmed;
}

/** What the sender's system calls the file, for people to recognise it by; nothing is ever opened by it. */
function fileNameOf(given: string): string {
  const name = given
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, '')
    .trim();
  return name === '' ? 'image' : name.slice(0, maxFileNameLength).toWellFormed();
}

function facts(
  { sha256, bytes }: ReceivedFile,
  mimeType: string,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): ImageFacts {
  return { kind: 'image', sha256: sha256 as Sha256, mimeType, bytes, widthPx, heightPx, frames: 1 };
}

function bodyHash({ fileName, altText, original }: UploadedFile): string {
  return createHash('sha256')
    .update(JSON.stringify([fileName, altText, original.sha256]))
    .digest('hex');
}

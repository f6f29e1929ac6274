import { fileTypeFromBuffer } from 'file-type';
import sharp from 'sharp';

/** What is taken in; every other type is refused by name. */
export const imageTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] as const;
export type ImageType = (typeof imageTypes)[number];

/** Above what phones take; a decompression bomb declares far more. */
const maxInputPixels = 64_000_000;
/** The width that Instagram keeps; wider files only travel longer. */
const maxRenditionWidthPx = 1_440;
const renditionQuality = 88;

export interface Image {
  readonly mimeType: ImageType;
  /** As a viewer sees it: after the orientation that the file asks for. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly jpeg: { readonly content: Buffer; readonly widthPx: number; readonly heightPx: number };
}

/** Why a file is not taken. `found` is the type that its bytes show, where they show one. */
export type ImageRefusal =
  | { readonly code: 'unsupported_type'; readonly found: string | null }
  | { readonly code: 'unreadable' }
  | { readonly code: 'too_many_pixels'; readonly maxPixels: number; readonly pixels: number }
  | { readonly code: 'animated'; readonly frames: number };

export type ReadImage =
  | { readonly ok: true; readonly image: Image }
  | { readonly ok: false; readonly refusal: ImageRefusal };

/**
 * Reads an image that a stranger sent: its type from its bytes, its whole content decoded once, so that a file that
 * is cut off or lies about itself is found out here and not at a network. Makes the JPEG rendition on the way: sRGB,
 * upright, at most 1,440 px wide, without metadata.
 */
export async function readImage(content: Buffer): Promise<ReadImage> {
  const found = (await fileTypeFromBuffer(content))?.mime ?? null;
  const mimeType = imageTypes.find((type) => type === found);
  if (mimeType === undefined) return refuse({ code: 'unsupported_type', found });
  try {
    return await decode(content, mimeType);
  } catch {
    // The decoder's words speak of bytes and offsets; to the caller they all mean this.
    return refuse({ code: 'unreadable' });
  }
}

async function decode(content: Buffer, mimeType: ImageType): Promise<ReadImage> {
  const header = await sharp(content, { limitInputPixels: false, failOn: 'error' }).metadata();
  const pixels = header.width * header.height;
  if (pixels > maxInputPixels) return refuse({ code: 'too_many_pixels', maxPixels: maxInputPixels, pixels });
  if (header.pages !== undefined && header.pages > 1) return refuse({ code: 'animated', frames: header.pages });
  const { width: widthPx, height: heightPx } = header.autoOrient;
  const { data, info } = await sharp(content, { limitInputPixels: maxInputPixels, failOn: 'error' })
    .autoOrient()
    .resize({ width: maxRenditionWidthPx, withoutEnlargement: true })
    // Transparency has no place in a JPEG; without this it would turn black.
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .jpeg({ quality: renditionQuality })
    .toBuffer({ resolveWithObject: true });
  const jpeg = { content: data, widthPx: info.width, heightPx: info.height };
  return { ok: true, image: { mimeType, widthPx, heightPx, jpeg } };
}

function refuse(refusal: ImageRefusal): ReadImage {
  return { ok: false, refusal };
}

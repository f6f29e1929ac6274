import sharp from 'sharp';

/** What is taken in; every other type is refused by name. */
export const imageTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] as const;
export type ImageType = (typeof imageTypes)[number];

/** Above what phones take; a decompression bomb declares far more. */
const maxInputPixels = 64_000_000;
/** Of all frames of an animation together: five seconds of a large one. */
const maxAnimatedPixels = 256_000_000;
/** Tried in turn until a rendition has few enough bytes; below the last one it is made smaller instead. */
const qualities = [88, 80, 70, 60] as const;
const shrinkBy = 0.8;

export interface Image {
  /** As a viewer sees it: after the orientation that the file asks for. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** More than one: an animated GIF. */
  readonly frames: number;
}

export interface Picture {
  readonly content: Buffer;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** What a rendition must fit into. */
export interface PictureLimits {
  readonly maxWidthPx: number;
  readonly maxBytes: number;
  readonly maxPixels: number;
}

/** Why a file is not taken. */
export type ImageRefusal =
  | { readonly code: 'unreadable' }
  | { readonly code: 'too_many_pixels'; readonly maxPixels: number; readonly pixels: number }
  | { readonly code: 'animated'; readonly frames: number };

export type ReadImage<Kind extends string> =
  | { readonly ok: true; readonly image: Image; readonly renditions: Readonly<Record<Kind, Picture>> }
  | { readonly ok: false; readonly refusal: ImageRefusal };

/**
 * Reads an image that a stranger sent, whose type its first bytes have told: its whole content is decoded once, so that
 * a file that is cut off or lies about itself is found out here and not at a network. Makes the renditions on the way:
 * JPEG, sRGB, upright, without metadata; of an animation, its first frame.
 */
export async function readImage<Kind extends string>(
  content: Uint8Array,
  mimeType: ImageType,
  kinds: Readonly<Record<Kind, PictureLimits>>,
): Promise<ReadImage<Kind>> {
  try {
    const { refusal, image } = await judge(content, mimeType);
    if (refusal !== null) return { ok: false, refusal };
    const renditions: Partial<Record<Kind, Picture>> = {};
    for (const kind of Object.keys(kinds) as Kind[]) renditions[kind] = await render(content, kinds[kind]);
    return { ok: true, image, renditions: renditions as Record<Kind, Picture> };
  } catch {
    // The decoder's words speak of bytes and offsets; to the caller they all mean this.
    return { ok: false, refusal: { code: 'unreadable' } };
  }
}

async function judge(
  content: Uint8Array,
  mimeType: ImageType,
): Promise<{ refusal: ImageRefusal; image: null } | { refusal: null; image: Image }> {
  const refuse = (refusal: ImageRefusal) => ({ refusal, image: null });
  // Decoders take a GIF that is cut off between two frames for a shorter one.
  if (mimeType === 'image/gif' && !endsAsGif(content)) return refuse({ code: 'unreadable' });
  const header = await sharp(content, { limitInputPixels: false, failOn: 'error' }).metadata();
  const frames = header.pages ?? 1;
  const [pixels, maxPixels] = [header.width * header.height, maxInputPixels];
  if (pixels > maxPixels) return refuse({ code: 'too_many_pixels', maxPixels, pixels });
  if (frames > 1) {
    if (mimeType !== 'image/gif') return refuse({ code: 'animated', frames });
    if (pixels * frames > maxAnimatedPixels) {
      return refuse({ code: 'too_many_pixels', maxPixels: maxAnimatedPixels, pixels: pixels * frames });
    }
    // Decodes every frame; the result is of no use.
    await sharp(content, { animated: true, limitInputPixels: maxAnimatedPixels, failOn: 'error' })
      .resize({ width: 16 })
      .raw()
      .toBuffer();
  }
  const { width: widthPx, height: heightPx } = header.autoOrient;
  return { refusal: null, image: { widthPx, heightPx, frames } };
}

const gifTrailer = 0x3b;

/** Some programs fill up with zeros behind the trailer. */
function endsAsGif(content: Uint8Array): boolean {
  return content.findLast((byte) => byte !== 0) === gifTrailer;
}

/** The largest and best JPEG of the image that fits: quality goes first, size after it. */
async function render(content: Uint8Array, limits: PictureLimits): Promise<Picture> {
  let { maxWidthPx, maxPixels } = limits;
  for (;;) {
    for (const quality of qualities) {
      const picture = await encode(content, { maxWidthPx, maxPixels, quality });
      if (picture.content.length <= limits.maxBytes) return picture;
    }
    maxWidthPx = Math.floor(maxWidthPx * shrinkBy);
    maxPixels = Math.floor(maxPixels * shrinkBy * shrinkBy);
  }
}

async function encode(
  content: Uint8Array,
  { maxWidthPx, maxPixels, quality }: { maxWidthPx: number; maxPixels: number; quality: number },
): Promise<Picture> {
  const input = { limitInputPixels: maxInputPixels, failOn: 'error' } as const;
  const { width, height } = (await sharp(content, input).metadata()).autoOrient;
  const scale = Math.min(1, maxWidthPx / width, Math.sqrt(maxPixels / (width * height)));
  const { data, info } = await sharp(content, input)
    .autoOrient()
    .resize({ width: Math.max(1, Math.floor(width * scale)), withoutEnlargement: true })
    // Transparency has no place in a JPEG; without this it would turn black.
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .jpeg({ quality })
    .toBuffer({ resolveWithObject: true });
  return { content: data, widthPx: info.width, heightPx: info.height };
}

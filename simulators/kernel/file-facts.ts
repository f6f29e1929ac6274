import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import sharp from 'sharp';

/** What a network finds out about a file that it was handed, by decoding it. */
export type FileFacts =
  | (Known & { readonly kind: 'image'; readonly widthPx: number; readonly heightPx: number })
  | (Known & {
      readonly kind: 'video';
      readonly widthPx: number;
      readonly heightPx: number;
      readonly durationMs: number;
    })
  | (Known & { readonly kind: 'document' });

interface Known {
  readonly mimeType: string;
  readonly bytes: number;
}

/** `null` if it is neither an image nor a film nor a PDF. */
export async function factsOfFile(content: Buffer): Promise<FileFacts | null> {
  if (content.subarray(0, 5).toString('latin1') === '%PDF-') {
    return { kind: 'document', mimeType: 'application/pdf', bytes: content.byteLength };
  }
  return (await imageFacts(content)) ?? filmFacts(content);
}

async function imageFacts(content: Buffer): Promise<FileFacts | null> {
  try {
    const { format, width, height, autoOrient } = await sharp(content).metadata();
    if (format === undefined || width === undefined || height === undefined) return null;
    return {
      kind: 'image',
      mimeType: `image/${format}`,
      bytes: content.byteLength,
      widthPx: autoOrient?.width ?? width,
      heightPx: autoOrient?.height ?? height,
    };
  } catch (error) {
    // sharp tells "not an image" only by throwing.
    if (error instanceof Error) return null;
    throw error;
  }
}

async function filmFacts(content: Buffer): Promise<FileFacts | null> {
  try {
    using input = new Input({ source: new BufferSource(content), formats: ALL_FORMATS });
    const track = await input.getPrimaryVideoTrack();
    if (track === null) return null;
    return {
      kind: 'video',
      mimeType: (await input.getFormat()).mimeType,
      bytes: content.byteLength,
      widthPx: track.displayWidth,
      heightPx: track.displayHeight,
      durationMs: Math.round((await input.computeDuration()) * 1_000),
    };
  } catch (error) {
    // Nor does the reader of films tell it otherwise.
    if (error instanceof Error) return null;
    throw error;
  }
}

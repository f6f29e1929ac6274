import type { StoredUpload } from '../../db/media-upload.ts';
import type { PieceStore, UploadAddress } from '../../platform/storage.ts';

/** All pieces of an upload have this size, but for the last. So much of each upload under way is in memory. */
export const pieceBytes = 8 * 1_024 * 1_024;

/** The source gave more than the upload may still take. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

/**
 * Cuts what arrives into pieces, the first of which begins with `begun`. When the source breaks off, what has arrived is
 * given as a last piece before its error is thrown: it counts. At most `remaining` bytes are taken.
 */
export async function* intoPieces(
  source: AsyncIterable<Uint8Array>,
  { begun, remaining }: { begun: Uint8Array; remaining: number },
): AsyncGenerator<Uint8Array> {
  let chunks: Uint8Array[] = [begun];
  let size = begun.byteLength;
  let taken = 0;
  const piece = () => {
    const whole = Buffer.concat(chunks);
    [chunks, size] = [[], 0];
    return whole;
  };
  let failed: { readonly error: unknown } | null = null;
  try {
    for await (let chunk of source) {
      taken += chunk.byteLength;
      if (taken > remaining) throw new TooMuch('more bytes than the upload was declared to have');
      while (size + chunk.byteLength >= pieceBytes) {
        chunks.push(chunk.subarray(0, pieceBytes - size));
        chunk = chunk.subarray(pieceBytes - size);
        yield piece();
      }
      chunks.push(chunk);
      size += chunk.byteLength;
    }
  } catch (error) {
    failed = { error };
  }
  // Nothing but what was there before: that piece is stored already.
  if (size > 0 && taken > 0) yield piece();
  if (failed !== null) throw failed.error;
}

/** The last piece of an upload as far as it counts, if it is not full: what comes next belongs behind it. */
export async function lastPiece(
  store: PieceStore,
  address: UploadAddress,
  { received, pieces }: Pick<StoredUpload, 'received' | 'pieces'>,
): Promise<Uint8Array> {
  const counted = received % pieceBytes;
  const piece = pieces.at(-1);
  if (counted === 0 || piece === undefined) return new Uint8Array();
  return (await store.read({ ...address, piece })).subarray(0, counted);
}

/** The bytes of a whole upload in their order, one piece in memory at a time. */
export async function* joined(
  store: PieceStore,
  address: UploadAddress,
  { length, pieces }: Pick<StoredUpload, 'length' | 'pieces'>,
): AsyncGenerator<Uint8Array> {
  for (const [index, piece] of pieces.entries()) {
    const counted = Math.min(pieceBytes, length - index * pieceBytes);
    yield (await store.read({ ...address, piece })).subarray(0, counted);
  }
}

import { readFile } from 'node:fs/promises';

/** Made once with ffmpeg and libx264, libx265 and libvpx: a second of a moving test picture, 320 × 180, 25 frames. */
export type FilmName = 'h264-aac.mp4' | 'hevc.mp4' | 'rotated-silent.mov' | 'vp9-opus.webm';

export function film(name: FilmName): Promise<Buffer> {
  return readFile(new URL(`films/${name}`, import.meta.url));
}

/**
 * A valid film of any length in bytes, given bit by bit: after a real one comes a box of noise that players skip. The
 * noise is different in every place, so that a byte out of place changes the hash.
 */
export async function* largeFilm(bytes: number, from = 0): AsyncGenerator<Buffer> {
  const small = await film('h264-aac.mp4');
  const header = Buffer.alloc(8);
  header.writeUInt32BE(bytes - small.length);
  header.write('free', 4);
  const beginning = Buffer.concat([small, header]);
  for (let at = from; at < bytes;) {
    // Whatever the first byte that is asked for, each is the same as in the whole.
    const start = at - (at % chunkBytes);
    const chunk = chunkAt(start, Math.min(chunkBytes, bytes - start), beginning);
    yield chunk.subarray(at - start);
    at = start + chunk.length;
  }
}

const chunkBytes = 1_048_576;
const noise = Buffer.from(Array.from({ length: chunkBytes }, (_, i) => (i * 31 + (i >> 8)) & 0xff));

function chunkAt(at: number, length: number, beginning: Buffer): Buffer {
  const chunk = Buffer.from(noise.subarray(0, length));
  for (let i = 0; i + 8 <= length; i += 4_096) chunk.writeDoubleBE(at + i, i);
  if (at < beginning.length) beginning.copy(chunk, 0, at, Math.min(beginning.length, at + length));
  return chunk;
}

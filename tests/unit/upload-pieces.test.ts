import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intoPieces, pieceBytes, TooMuch } from '../../src/api/uploads/pieces.ts';
import { parseMetadata } from '../../src/api/uploads/tus.ts';
import { largeFilm } from '../support/films.ts';

describe('cutting what arrives into pieces', () => {
  it('loses and repeats nothing, wherever the connection breaks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 3 * pieceBytes }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: pieceBytes - 1 }),
        fc.boolean(),
        async (lengths, begunBytes, breaks) => {
          const sent = lengths.reduce((sum, length) => sum + length, 0);
          const { pieces, failed } = await cut(source(lengths, breaks), new Uint8Array(begunBytes), sent);
          expect(failed).toBe(breaks ? 'connection lost' : null);
          expect(pieces.reduce((sum, length) => sum + length, 0)).toBe(begunBytes + sent);
          expect(pieces.slice(0, -1).every((length) => length === pieceBytes)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('gives nothing when nothing came', async () => {
    expect(await cut(source([], false), new Uint8Array(10), 100)).toEqual({ pieces: [], failed: null });
    expect(await cut(source([], true), new Uint8Array(10), 100)).toEqual({ pieces: [], failed: 'connection lost' });
  });

  it('takes no more than was announced', async () => {
    await expect(async () => {
      for await (const _ of intoPieces(source([10, 10], false), { begun: new Uint8Array(), remaining: 15 }));
    }).rejects.toThrow(TooMuch);
  });
});

describe('the metadata of an upload', () => {
  it('is names with texts in base64', () => {
    const header = `filename ${base64('Natale è qui.mp4')},altText ${base64('Un albero')}, is_public`;
    expect(Object.fromEntries(parseMetadata(header))).toEqual({
      filename: 'Natale è qui.mp4',
      altText: 'Un albero',
      is_public: '',
    });
    expect(parseMetadata(undefined).size).toBe(0);
  });

  it.each(['filename not+base64!', 'a b c', 'filename aGk=,filename aGk=', 'filename /w==', ','])(
    'is refused as "%s"',
    (header) => expect(() => parseMetadata(header)).toThrow('malformed'),
  );

  const base64 = (text: string) => Buffer.from(text).toString('base64');
});

async function* source(lengths: readonly number[], breaks: boolean): AsyncGenerator<Uint8Array> {
  for (const length of lengths) yield new Uint8Array(length);
  if (breaks) throw new Error('connection lost');
}

async function cut(from: AsyncIterable<Uint8Array>, begun: Uint8Array, remaining: number) {
  const pieces: number[] = [];
  try {
    for await (const piece of intoPieces(from, { begun, remaining })) pieces.push(piece.byteLength);
    return { pieces, failed: null };
  } catch (error) {
    return { pieces, failed: error instanceof Error ? error.message : 'no error' };
  }
}

it('a film that tests send is the same from whichever byte on', async () => {
  const bytes = 3_000_000;
  const read = async (from: number) => Buffer.concat(await Array.fromAsync(largeFilm(bytes, from)));
  const whole = await read(0);
  for (const from of [1, 1_048_576, 1_500_001]) expect((await read(from)).equals(whole.subarray(from))).toBe(true);
});

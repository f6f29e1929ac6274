import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { inspectFilm, inspectPaper, type RangedFile } from '../../src/platform/inspect.ts';
import { pdf } from '../support/papers.ts';
import { film, type FilmName } from '../support/films.ts';

describe('reading a film', () => {
  it.each<[FilmName, object]>([
    ['h264-aac.mp4', { videoCodec: 'avc', audioCodec: 'aac', widthPx: 320, heightPx: 180, durationMs: 1_000 }],
    ['hevc.mp4', { videoCodec: 'hevc', audioCodec: null, widthPx: 320, heightPx: 180, durationMs: 1_000 }],
    ['vp9-opus.webm', { videoCodec: 'vp9', audioCodec: 'opus', widthPx: 320, heightPx: 180 }],
    ['rotated-silent.mov', { videoCodec: 'avc', audioCodec: null, widthPx: 180, heightPx: 320 }],
  ])('finds of %s what a viewer will see and hear', async (name, expected) => {
    const read = await inspectFilm(inMemory(await film(name)));
    expect(read).toMatchObject({ ok: true, film: { ...expected, framesPerSecond: 25 } });
  });

  it.each<[FilmName, number]>([
    ['h264-aac.mp4', 0.9],
    ['h264-aac.mp4', 0.3],
    ['rotated-silent.mov', 0.5],
    ['vp9-opus.webm', 0.9],
    ['hevc.mp4', 0.1],
  ])('refuses %s cut off at %d of its length', async (name, part) => {
    const whole = await film(name);
    const read = await inspectFilm(inMemory(whole.subarray(0, Math.floor(whole.length * part))));
    expect(read.ok).toBe(false);
  });

  it('reads little of a large file', async () => {
    const small = await film('h264-aac.mp4');
    let bytesRead = 0;
    const large: RangedFile = {
      bytes: 900_000_000,
      read: async ({ start, end }) => {
        bytesRead += end - start;
        const content = Buffer.alloc(end - start);
        if (start < small.length) small.copy(content, 0, start, end);
        // After the film: one `free` box up to the end.
        const at = small.length - start;
        if (at >= 0 && at + 8 <= content.length) {
          content.writeUInt32BE(900_000_000 - small.length, at);
          content.write('free', at + 4);
        }
        return content;
      },
    };
    expect(await inspectFilm(large)).toMatchObject({ ok: true, film: { durationMs: 1_000 } });
    expect(bytesRead).toBeLessThan(2_000_000);
  });

  it('throws what the store throws, which is no fault of the file', async () => {
    const broken = { bytes: 10_000, read: () => Promise.reject(new Error('the store is away')) };
    await expect(inspectFilm(broken)).rejects.toThrow('the store is away');
  });
});

describe('reading a PDF', () => {
  it.each([1, 3, 40])('counts %d pages', async (pages) => {
    expect(await inspectPaper(inMemory(pdf({ pages })))).toEqual({ ok: true, paper: { pages } });
  });

  it.each(['encrypted.pdf', 'restricted.pdf'])(
    'refuses one that needs a key, or that limits what may be done with it: %s',
    async (name) => {
      expect(await inspectPaper(inMemory(await fixture(name)))).toEqual(refused('encrypted'));
    },
  );

  it.each([0.9, 0.5, 0.1])('refuses one that is cut off at %d of its length', async (part) => {
    const whole = pdf({ pages: 5 });
    expect(await inspectPaper(inMemory(whole.subarray(0, Math.floor(whole.length * part))))).toEqual(
      refused('unreadable'),
    );
  });

  it('refuses one whose pages are not there', async () => {
    expect(await inspectPaper(inMemory(Buffer.from('%PDF-1.7\nnothing\n%%EOF\n')))).toEqual(refused('unreadable'));
  });
});

const refused = (code: string) => ({ ok: false, refusal: { code } });

function inMemory(content: Buffer): RangedFile {
  return { bytes: content.length, read: async ({ start, end }) => content.subarray(start, end) };
}

function fixture(name: string): Promise<Buffer> {
  return readFile(new URL(`../support/papers/${name}`, import.meta.url));
}

import { fileTypeFromBuffer } from 'file-type';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { contentLimits } from '../../src/domain/content-limits.ts';
import { publishingNetworks } from '../../src/domain/network.ts';
import { renditionRules } from '../../src/domain/rendition.ts';
import { type ImageRefusal, imageTypes, readImage } from '../../src/platform/image.ts';

describe('reading an uploaded image', () => {
  it.each(['jpeg', 'png', 'webp', 'gif'] as const)('takes a %s and makes a JPEG rendition of it', async (format) => {
    const { image, jpeg } = await read(await picture({ width: 320, height: 240 }).toFormat(format).toBuffer());
    expect(image).toEqual({ widthPx: 320, heightPx: 240, frames: 1 });
    expect(jpeg).toMatchObject({ widthPx: 320, heightPx: 240 });
    expect((await sharp(jpeg.content).metadata()).format).toBe('jpeg');
  });

  it('makes the rendition at most 1,440 px wide and keeps its shape', async () => {
    const { jpeg } = await read(await picture({ width: 2_000, height: 1_500 }).jpeg().toBuffer());
    expect(jpeg).toMatchObject({ widthPx: 1_440, heightPx: 1_080 });
  });

  it('measures a photo as a viewer sees it, and turns the rendition upright', async () => {
    const lying = await picture({ width: 800, height: 600 }).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const { image, jpeg } = await read(lying);
    expect(image).toMatchObject({ widthPx: 600, heightPx: 800 });
    expect(jpeg).toMatchObject({ widthPx: 600, heightPx: 800 });
    expect((await sharp(jpeg.content).metadata()).orientation).toBeUndefined();
  });

  it('strips what the camera wrote', async () => {
    const exif = { IFD0: { Artist: 'Anna' }, IFD3: { GPSLatitude: '45/1 27/1 0/1' } };
    const { jpeg } = await read(await picture({ width: 100, height: 100 }).withExif(exif).jpeg().toBuffer());
    expect((await sharp(jpeg.content).metadata()).exif).toBeUndefined();
  });

  it('puts a transparent image on white', async () => {
    const clear = sharp({ create: { width: 8, height: 8, channels: 4, background: '#00000000' } });
    const { jpeg } = await read(await clear.png().toBuffer());
    const [red, green, blue] = await sharp(jpeg.content).raw().toBuffer();
    expect([red, green, blue]).toEqual([255, 255, 255]);
  });

  it.each(['jpeg', 'png', 'webp', 'gif'] as const)('refuses a %s that is cut off', async (format) => {
    const whole = await picture({ width: 200, height: 200 }).toFormat(format).toBuffer();
    expect(await refusal(whole.subarray(0, Math.floor(whole.length / 2)))).toEqual({ code: 'unreadable' });
  });

  it('refuses a few bytes that declare a huge image, without unpacking it', async () => {
    const bomb = sharp({ create: { width: 9_000, height: 9_000, channels: 3, background: '#000000' } });
    const bytes = await bomb.toColourspace('b-w').png().toBuffer();
    expect(bytes.length).toBeLessThan(1_000_000);
    expect(await refusal(bytes)).toEqual({
      code: 'too_many_pixels',
      maxPixels: 64_000_000,
      pixels: 81_000_000,
    });
  });

  it('takes an animated GIF, and makes a still picture of its first frame', async () => {
    const { image, jpeg } = await read(await animation('gif'));
    expect(image).toEqual({ widthPx: 100, heightPx: 100, frames: 2 });
    expect(jpeg).toMatchObject({ widthPx: 100, heightPx: 100 });
    expect((await sharp(jpeg.content).metadata()).pages).toBeUndefined();
  });

  it('refuses an animation that no network shows moving', async () => {
    expect(await refusal(await animation('webp'))).toEqual({ code: 'animated', frames: 2 });
  });

  it('refuses an animation that is cut off in its last frame', async () => {
    const whole = await animation('gif');
    expect(await refusal(whole.subarray(0, Math.floor(whole.length * 0.8)))).toEqual({ code: 'unreadable' });
  });

  it.each([
    { of: 'a noisy photo', width: 3_000, height: 2_000, sigma: 60 },
    { of: 'the widest', width: 6_000, height: 400, sigma: 30 },
    { of: 'the tallest', width: 1_440, height: 30_000, sigma: 0 },
  ])('makes renditions that every network takes of $of', async ({ width, height, sigma }) => {
    const content = await picture({ width, height, sigma }).jpeg({ quality: 95 }).toBuffer();
    const { jpeg, thumbnail } = await read(content);
    for (const network of publishingNetworks) {
      const { maxBytes, maxPixels, mimeTypes } = contentLimits[network].image;
      expect(jpeg.content.length).toBeLessThanOrEqual(maxBytes);
      expect(jpeg.widthPx * jpeg.heightPx).toBeLessThanOrEqual(maxPixels ?? Number.POSITIVE_INFINITY);
      expect(mimeTypes).toContain('image/jpeg');
    }
    expect(jpeg.widthPx / jpeg.heightPx / (width / height)).toBeCloseTo(1, 1);
    expect(thumbnail.content.length).toBeLessThanOrEqual(100_000);
    expect(thumbnail.widthPx).toBeLessThanOrEqual(480);
  });

  it('gives up quality before size, and size only when quality is not enough', async () => {
    const noisy = await picture({ width: 1_000, height: 1_000, sigma: 120 }).png().toBuffer();
    const within = async (maxBytes: number) => {
      const read = await readImage(noisy, 'image/png', { it: { maxWidthPx: 1_000, maxPixels: 1e6, maxBytes } });
      if (!read.ok) throw new Error(read.refusal.code);
      return read.renditions.it;
    };
    const best = await within(10_000_000);
    const lighter = await within(Math.floor(best.content.length * 0.8));
    expect(lighter).toMatchObject({ widthPx: 1_000 });
    expect(lighter.content.length).toBeLessThan(best.content.length);
    const smaller = await within(Math.floor(best.content.length * 0.2));
    expect(smaller.widthPx).toBeLessThan(1_000);
  });
});

/** Noise, so that a cut-off file is cut off in its pixels. */
function picture({ width, height, sigma = 30 }: { width: number; height: number; sigma?: number }) {
  return sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#808080',
      ...(sigma === 0 ? {} : { noise: { type: 'gaussian', mean: 128, sigma } }),
    },
  });
}

async function read(content: Buffer) {
  const result = await readAny(content);
  if (!result.ok) throw new Error(`refused: ${result.refusal.code}`);
  return { image: result.image, ...result.renditions };
}

async function refusal(content: Buffer): Promise<ImageRefusal> {
  const result = await readAny(content);
  if (result.ok) throw new Error('taken');
  return result.refusal;
}

async function readAny(content: Buffer) {
  const found = (await fileTypeFromBuffer(content))?.mime;
  const mimeType = imageTypes.find((type) => type === found);
  if (mimeType === undefined) throw new Error('not an image');
  return readImage(content, mimeType, renditionRules);
}

function animation(format: 'gif' | 'webp'): Promise<Buffer> {
  const frames = Buffer.from(Array.from({ length: 100 * 200 * 3 }, (_, i) => (i * i * 31 + (i >> 7)) & 0xff));
  return sharp(frames, { raw: { width: 100, height: 200, channels: 3, pageHeight: 100 } })
    .toFormat(format, { delay: [100, 100] })
    .toBuffer();
}

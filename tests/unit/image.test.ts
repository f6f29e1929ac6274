import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type ImageRefusal, readImage } from '../../src/platform/image.ts';

describe('reading an uploaded image', () => {
  it.each(['jpeg', 'png', 'webp', 'gif'] as const)('takes a %s and makes a JPEG rendition of it', async (format) => {
    const image = await read(await picture({ width: 320, height: 240 }).toFormat(format).toBuffer());
    expect(image).toMatchObject({ mimeType: `image/${format}`, widthPx: 320, heightPx: 240 });
    expect(image.jpeg).toMatchObject({ widthPx: 320, heightPx: 240 });
    expect((await sharp(image.jpeg.content).metadata()).format).toBe('jpeg');
  });

  it('makes the rendition at most 1,440 px wide and keeps its shape', async () => {
    const { jpeg } = await read(await picture({ width: 2_000, height: 1_500 }).jpeg().toBuffer());
    expect(jpeg).toMatchObject({ widthPx: 1_440, heightPx: 1_080 });
  });

  it('measures a photo as a viewer sees it, and turns the rendition upright', async () => {
    const lying = await picture({ width: 800, height: 600 }).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const image = await read(lying);
    expect(image).toMatchObject({ widthPx: 600, heightPx: 800, jpeg: { widthPx: 600, heightPx: 800 } });
    expect((await sharp(image.jpeg.content).metadata()).orientation).toBeUndefined();
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

  it('refuses a text that is called an image', async () => {
    expect(await refusal(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toEqual({
      code: 'unsupported_type',
      found: expect.toSatisfy((found) => found === null || found === 'application/xml'),
    });
  });

  it('names the type of a file that is not an image', async () => {
    expect(await refusal(Buffer.from('%PDF-1.7\n%âãÏÓ\n'))).toEqual({
      code: 'unsupported_type',
      found: 'application/pdf',
    });
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

  it('refuses an animation, of which only one frame would be published', async () => {
    const frames = Buffer.alloc(10 * 20 * 3);
    frames.fill(255, 0, 300);
    const animation = await sharp(frames, { raw: { width: 10, height: 20, channels: 3, pageHeight: 10 } })
      .gif({ delay: [100, 100] })
      .toBuffer();
    expect(await refusal(animation)).toEqual({ code: 'animated', frames: 2 });
  });
});

/** Noise, so that a cut-off file is cut off in its pixels. */
function picture({ width, height }: { width: number; height: number }) {
  return sharp({
    create: { width, height, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 30 } },
  });
}

async function read(content: Buffer) {
  const result = await readImage(content);
  if (!result.ok) throw new Error(`refused: ${result.refusal.code}`);
  return result.image;
}

async function refusal(content: Buffer): Promise<ImageRefusal> {
  const result = await readImage(content);
  if (result.ok) throw new Error('taken');
  return result.refusal;
}

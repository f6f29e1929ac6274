import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';

/** A picture of one colour. */
export function image(
  format: 'jpeg' | 'png' | 'gif' | 'webp',
  { width = 1080, height = 1080, background = '#2a7' }: { width?: number; height?: number; background?: string } = {},
): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .toFormat(format)
    .toBuffer();
}

/** A JPEG so full of noise that it is larger than `bytes`. */
export async function heavyJpeg(bytes: number): Promise<Buffer> {
  const side = Math.ceil(Math.sqrt(bytes));
  const noise = await sharp({
    create: {
      width: side,
      height: side,
      channels: 3,
      background: '#777',
      noise: { type: 'gaussian', mean: 128, sigma: 90 },
    },
  })
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer();
  if (noise.byteLength <= bytes) throw new Error(`only ${noise.byteLength} bytes`);
  return noise;
}

/** Serves files as our signed media URLs do; tells the URL of each. Gone when the test ends. */
export async function serveFiles(files: Readonly<Record<string, Buffer>>): Promise<(name: string) => string> {
  const server = createServer((req, res) => {
    const bytes = files[decodeURIComponent((req.url ?? '').slice(1))];
    if (bytes === undefined) res.writeHead(404).end();
    else res.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return (name) => `http://127.0.0.1:${port}/${encodeURIComponent(name)}`;
}

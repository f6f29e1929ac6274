import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { request } from 'undici';

/** What the network found out about an image that it was handed. */
export interface ImageFacts {
  readonly sha256: string;
  readonly mimeType: string;
  readonly bytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface MediaFolder {
  /** Keeps the bytes and tells what they are; `null` if they are no image that can be decoded. */
  keep(bytes: Buffer): Promise<ImageFacts | null>;
  read(sha256: string): Promise<Buffer | null>;
  clear(): Promise<void>;
}

export function mediaFolder(folder: string): MediaFolder {
  mkdirSync(folder, { recursive: true });
  const known = new Map<string, ImageFacts>();
  const keep = async (bytes: Buffer): Promise<ImageFacts | null> => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const seen = known.get(sha256);
    if (seen !== undefined) return seen;
    const facts = await inspect(sha256, bytes);
    if (facts === null) return null;
    const path = join(folder, sha256);
    const partial = `${path}.${process.hrtime.bigint()}`;
    await writeFile(partial, bytes);
    await rename(partial, path);
    known.set(sha256, facts);
    return facts;
  };
  return {
    keep,
    read: (sha256) => (/^[0-9a-f]{64}$/.test(sha256) ? readIfThere(join(folder, sha256)) : Promise.resolve(null)),
    clear: async () => {
      known.clear();
      await rm(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
    },
  };
}

async function inspect(sha256: string, bytes: Buffer): Promise<ImageFacts | null> {
  try {
    const { format, width, height, autoOrient } = await sharp(bytes).metadata();
    if (format === undefined || width === undefined || height === undefined) return null;
    return {
      sha256,
      mimeType: `image/${format}`,
      bytes: bytes.byteLength,
      widthPx: autoOrient?.width ?? width,
      heightPx: autoOrient?.height ?? height,
    };
  } catch (error) {
    // sharp tells "not an image" only by throwing.
    if (error instanceof Error) return null;
    throw error;
  }
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

const fetchTimeoutMs = 10_000;
const maxFetchedBytes = 64_000_000;

/** Fetches what is at `url` as the network's own servers would; `null` if it cannot be had. */
export async function fetchRemote(url: string): Promise<Buffer | null> {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return null;
  try {
    const answer = await request(url, { headersTimeout: fetchTimeoutMs, bodyTimeout: fetchTimeoutMs });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      const bytes = Buffer.from(chunk);
      size += bytes.byteLength;
      if (size > maxFetchedBytes) return null;
      chunks.push(bytes);
    }
    return answer.statusCode === 200 ? Buffer.concat(chunks) : null;
  } catch (error) {
    // Whatever undici throws means that the network could not get the file.
    if (error instanceof Error) return null;
    throw error;
  }
}

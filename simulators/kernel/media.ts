import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { type FileFacts, factsOfFile } from './file-facts.ts';

/** A file that the network keeps, and what it found out about it. */
export type KeptFile = FileFacts & { readonly sha256: string };
export type ImageFacts = Extract<KeptFile, { kind: 'image' }>;

export interface MediaFolder {
  /** Keeps the bytes and tells what they are; `null` if they are no image, film or document. */
  keepFile(bytes: Buffer): Promise<KeptFile | null>;
  /** Like `keepFile`, for images alone. */
  keep(bytes: Buffer): Promise<ImageFacts | null>;
  /** Keeps bytes that are only a piece of a file. */
  keepPiece(bytes: Buffer): Promise<string>;
  read(sha256: string): Promise<Buffer | null>;
  clear(): Promise<void>;
}

export function mediaFolder(folder: string): MediaFolder {
  mkdirSync(folder, { recursive: true });
  const known = new Map<string, KeptFile>();
  const keepPiece = async (bytes: Buffer): Promise<string> => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const path = join(folder, sha256);
    const partial = `${path}.${process.hrtime.bigint()}`;
    await writeFile(partial, bytes);
    await rename(partial, path);
    return sha256;
  };
  const keepFile = async (bytes: Buffer): Promise<KeptFile | null> => {
    const seen = known.get(createHash('sha256').update(bytes).digest('hex'));
    if (seen !== undefined) return seen;
    const facts = await factsOfFile(bytes);
    if (facts === null) return null;
    const kept = { ...facts, sha256: await keepPiece(bytes) };
    known.set(kept.sha256, kept);
    return kept;
  };
  const keep = async (bytes: Buffer): Promise<ImageFacts | null> => {
    const kept = await keepFile(bytes);
    return kept?.kind === 'image' ? kept : null;
  };
  return {
    keepFile,
    keep,
    keepPiece,
    read: (sha256) => (/^[0-9a-f]{64}$/.test(sha256) ? readIfThere(join(folder, sha256)) : Promise.resolve(null)),
    clear: async () => {
      known.clear();
      await rm(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
    },
  };
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

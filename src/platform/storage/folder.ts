import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newId } from '../new-id.ts';
import { type ByteRange, FileMissing, type ReceivedFile, type Storage, type StoredFile } from '../storage.ts';
import { addressOf, unfinishedAreas } from './address.ts';
import { counted } from './counted.ts';

/** A store in a folder, which must be shared by the API and the publishing workers. */
export function folderStorage(directory: string): Storage {
  const at = (address: string) => join(directory, address);
  return {
    receive: (tenantId, source, { maxBytes }) => receive(at, { tenantId, source, maxBytes }),
    find: (tenantId, sha256) => find(at(addressOf.stored(tenantId, sha256))),
    remove: (tenantId, sha256) => rm(at(addressOf.stored(tenantId, sha256)), { force: true }),
    pieces: {
      put: (piece, content) => writePiece(at(addressOf.piece(piece)), content),
      read: (piece) => readFile(at(addressOf.piece(piece))).catch(missing),
      drop: (upload) => rm(at(addressOf.pieces(upload)), { recursive: true, force: true }),
    },
    sweepUnfinished: async (olderThan) => {
      const swept = await Promise.all(unfinishedAreas.map((area) => sweep(at(area), olderThan)));
      return swept.reduce((sum, count) => sum + count, 0);
    },
  };
}

type PathOf = (address: string) => string;

async function receive(
  at: PathOf,
  { tenantId, source, maxBytes }: { tenantId: string; source: AsyncIterable<Uint8Array>; maxBytes: number },
): Promise<ReceivedFile> {
  const incoming = at(addressOf.incoming(newId()));
  const discard = () => rm(incoming, { force: true });
  await mkdir(dirname(incoming), { recursive: true });
  try {
    const { source: bytes, sum } = counted(source, maxBytes);
    await writeDurably(incoming, bytes);
    const { sha256, bytes: length } = sum();
    const keep = () => moveInto(incoming, at(addressOf.stored(tenantId, sha256)));
    return { sha256, ...fileAt(incoming, length), keep, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function writeDurably(path: string, source: AsyncIterable<Uint8Array>): Promise<void> {
  await using file = await open(path, 'wx');
  for await (const chunk of source) await file.writeFile(chunk);
  await file.sync();
}

/** Beside its place first: a piece that is cut off by a crash is never taken for a whole one. */
async function writePiece(path: string, content: Uint8Array): Promise<void> {
  const unfinished = `${path}.unfinished`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(unfinished, content, { flush: true });
  await moveInto(unfinished, path);
}

/** A rename is atomic; only the folder's own sync makes it survive a power cut. */
async function moveInto(incoming: string, stored: string): Promise<void> {
  await mkdir(dirname(stored), { recursive: true });
  await rename(incoming, stored);
  await using folder = await open(dirname(stored), 'r');
  await folder.sync();
}

async function find(path: string): Promise<StoredFile | null> {
  try {
    const { size } = await stat(path);
    return fileAt(path, size);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function fileAt(path: string, bytes: number): StoredFile {
  return {
    bytes,
    // Node's `end` is the last byte, ours the first that is not read.
    stream: (range) => Promise.resolve(createReadStream(path, range && { start: range.start, end: range.end - 1 })),
    read: (range) => (range === undefined ? readFile(path) : readRange(path, range)),
  };
}

async function readRange(path: string, { start, end }: ByteRange): Promise<Uint8Array> {
  await using file = await open(path, 'r');
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}

/** Removes the files of an area that nobody has touched since. */
async function sweep(directory: string, olderThan: Date): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  let removed = 0;
  for (const entry of entries.filter((found) => found.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const found = await stat(path).catch(() => null);
    if (found === null || found.mtime >= olderThan) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}

function missing(error: unknown): never {
  if (isMissing(error)) throw new FileMissing('a piece of an upload is missing');
  throw error;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

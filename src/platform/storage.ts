import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { newId } from './new-id.ts';

/**
 * Where files are kept: immutable, addressed by tenant and sha256. A store of another kind (an object store) has to do
 * no more than this.
 */
export interface Storage {
  /**
   * Takes a stream in, hashing it on the way. Nothing is in the store before `keep`. Throws `FileTooLarge` beyond
   * `maxBytes`, and whatever the source throws when it breaks off; in both cases nothing stays behind.
   */
  receive(tenantId: string, source: AsyncIterable<Uint8Array>, limit: { maxBytes: number }): Promise<ReceivedFile>;
  /** A stored file, or null where there is none. */
  find(tenantId: string, sha256: string): Promise<StoredFile | null>;
}

/** A file that was taken in and awaits its judgement: call `keep` or `discard`. */
export interface ReceivedFile {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
  content(): Promise<Buffer>;
  /** Makes it part of the store, durably. Keeping bytes that are there already changes nothing. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}

export interface StoredFile {
  readonly bytes: number;
  stream(): Readable;
  content(): Promise<Buffer>;
}

export class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge';
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`the file has more than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

/** A store in a folder, which must be shared by the API and the publishing workers. */
export function folderStorage(directory: string): Storage {
  return {
    receive: (tenantId, source, { maxBytes }) => receive(directory, { tenantId, source, maxBytes }),
    find: (tenantId, sha256) => find(storedPath(directory, tenantId, sha256)),
  };
}

async function receive(
  directory: string,
  { tenantId, source, maxBytes }: { tenantId: string; source: AsyncIterable<Uint8Array>; maxBytes: number },
): Promise<ReceivedFile> {
  const incoming = join(directory, 'incoming', newId());
  const discard = () => rm(incoming, { force: true });
  await mkdir(dirname(incoming), { recursive: true });
  try {
    const { sha256, bytes } = await write(incoming, source, maxBytes);
    const keep = () => moveInto(incoming, storedPath(directory, tenantId, sha256));
    return { sha256, bytes, content: () => readFile(incoming), keep, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function write(
  path: string,
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await using file = await open(path, 'wx');
  for await (const chunk of source) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new FileTooLarge(maxBytes);
    hash.update(chunk);
    await file.writeFile(chunk);
  }
  await file.sync();
  return { sha256: hash.digest('hex'), bytes };
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
    return { bytes: size, stream: () => createReadStream(path), content: () => readFile(path) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

const safeSegment = /^[0-9a-f-]{32,64}$/;

function storedPath(directory: string, tenantId: string, sha256: string): string {
  if (!safeSegment.test(tenantId) || !safeSegment.test(sha256)) throw new TypeError('not the address of a stored file');
  return join(directory, tenantId, sha256.slice(0, 2), sha256);
}

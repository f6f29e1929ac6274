import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileMissing, FileTooLarge, type Storage } from '../../src/platform/storage.ts';
import { openStorage } from '../../src/platform/storage/open.ts';
import { openS3Storage } from '../support/s3-storage.ts';

describe.each(['folder', 's3'] as const)('the media store of kind %s', (kind) => {
  it('keeps a file under the hash of its bytes and gives the same bytes back', async () => {
    const file = await receive('one ', 'two');
    await file.keep();
    expect(file).toMatchObject({ bytes: 7, sha256: sha256('one two') });
    const stored = await find('one two');
    expect(stored?.bytes).toBe(7);
    expect(text(await stored?.read())).toBe('one two');
  });

  it('gives any part of a file, read or streamed, before it is kept and after', async () => {
    const file = await receive('0123456789');
    expect(text(await file.read({ start: 2, end: 5 }))).toBe('234');
    await file.keep();
    const stored = await find('0123456789');
    expect(text(await stored?.read({ start: 9, end: 10 }))).toBe('9');
    expect(text(await buffer((await stored?.stream({ start: 4, end: 8 })) ?? Readable.from([])))).toBe('4567');
    expect(text(await buffer((await stored?.stream()) ?? Readable.from([])))).toBe('0123456789');
  });

  it('takes a file that is larger than what it keeps in memory', async () => {
    const large = randomBytes(20_000_003);
    const file = await storage().receive(tenant, chunks(large), { maxBytes: large.length });
    await file.keep();
    const stored = await storage().find(tenant, sha256(large));
    expect(stored?.bytes).toBe(large.length);
    expect(sha256(Buffer.from((await stored?.read()) ?? []))).toBe(sha256(large));
  });

  it('keeps the same bytes once', async () => {
    for (const _ of [1, 2]) await (await receive('again')).keep();
    expect(await find('again')).not.toBeNull();
    expect(await unfinished()).toEqual([]);
  });

  it('shows nothing of a file that was not kept', async () => {
    const file = await receive('judged');
    expect(await find('judged')).toBeNull();
    await file.discard();
    expect(await unfinished()).toEqual([]);
  });

  it('removes a file; one that is not there is success', async () => {
    await (await receive('gone')).keep();
    for (const _ of [1, 2]) await storage().remove(tenant, sha256('gone'));
    expect(await find('gone')).toBeNull();
  });

  it('leaves nothing behind when the upload breaks off', async () => {
    await expect(storage().receive(tenant, breaksOff(), limit)).rejects.toThrow('connection lost');
    expect(await unfinished()).toEqual([]);
  });

  it('stops reading beyond the limit and leaves nothing behind', async () => {
    await expect(storage().receive(tenant, endless(), { maxBytes: 20_000_000 })).rejects.toThrow(FileTooLarge);
    expect(await unfinished()).toEqual([]);
  });

  it('does not find, and does not remove, the file of another tenant', async () => {
    await (await receive('mine')).keep();
    expect(await storage().find(other, sha256('mine'))).toBeNull();
    await storage().remove(other, sha256('mine'));
    expect(await find('mine')).not.toBeNull();
  });

  it('keeps the pieces of an upload until they are dropped together', async () => {
    const upload = { tenantId: tenant, uploadId: randomUUID() };
    const [first, second] = [randomUUID(), randomUUID()];
    await storage().pieces.put({ ...upload, piece: first }, Buffer.from('first'));
    await storage().pieces.put({ ...upload, piece: second }, Buffer.from('second'));
    expect(text(await storage().pieces.read({ ...upload, piece: second }))).toBe('second');
    await storage().pieces.drop(upload);
    await expect(storage().pieces.read({ ...upload, piece: first })).rejects.toThrow(FileMissing);
    expect(await unfinished()).toEqual([]);
  });

  it('sweeps what was begun before a given instant, and nothing that is kept', async () => {
    await (await receive('kept')).keep();
    await receive('forgotten');
    const upload = { tenantId: tenant, uploadId: randomUUID() };
    await storage().pieces.put({ ...upload, piece: randomUUID() }, Buffer.from('forgotten too'));
    expect(await storage().sweepUnfinished(new Date(Date.now() - 60_000))).toBe(0);
    expect(await storage().sweepUnfinished(new Date(Date.now() + 60_000))).toBe(2);
    expect(await unfinished()).toEqual([]);
    expect(await find('kept')).not.toBeNull();
  });

  it('refuses an address that could leave its place', async () => {
    expect(() => storage().find('../../../../etc/aaaaaaaaaaaaaaaaaaaaa', sha256('x'))).toThrow(TypeError);
    await expect(async () =>
      storage().pieces.read({
        tenantId: tenant,
        uploadId: randomUUID(),
        piece: '../../../../../../etc/passwd/xx/yy/z',
      }),
    ).rejects.toThrow(TypeError);
  });

  let opened: { readonly storage: Storage; unfinished(): Promise<readonly string[]>; close(): Promise<void> };
  beforeAll(async () => {
    opened = await open[kind]();
  }, 180_000);
  afterAll(() => opened.close());
  const storage = () => opened.storage;
  const unfinished = () => opened.unfinished();
  const find = (content: string) => storage().find(tenant, sha256(content));
  const receive = (...parts: string[]) =>
    storage().receive(tenant, Readable.from(parts.map((part) => Buffer.from(part))), limit);
});

const tenant = '01900000-0000-7000-8000-000000000001';
const other = '01900000-0000-7000-8000-000000000002';
const limit = { maxBytes: 12_000_000 };
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

const open = { folder: openFolder, s3: openS3 };

async function openFolder() {
  const directory = await mkdtemp(join(tmpdir(), 'chorally-storage-'));
  const files = async (area: string) =>
    (await readdir(join(directory, area), { recursive: true, withFileTypes: true }).catch(() => []))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  return {
    storage: openStorage({ kind: 'folder', directory }),
    unfinished: async () => [...(await files('incoming')), ...(await files('pieces'))],
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

async function openS3() {
  const { storage, keys, close } = await openS3Storage();
  const unfinished = async () => (await keys()).filter((key) => /^(incoming|pieces)\//.test(key));
  return { storage, unfinished, close };
}

async function* chunks(content: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
}

async function* breaksOff(): AsyncGenerator<Buffer> {
  for (let i = 0; i < 150; i += 1) yield Buffer.alloc(65_536);
  throw new Error('connection lost');
}

async function* endless(): AsyncGenerator<Buffer> {
  for (;;) yield Buffer.alloc(65_536);
}

import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileTooLarge, folderStorage } from '../../src/platform/storage.ts';

describe('the media store', () => {
  it('keeps a file under the hash of its bytes and gives the same bytes back', async () => {
    const file = await storage().receive(tenant, Readable.from([Buffer.from('one '), Buffer.from('two')]), limit);
    await file.keep();
    expect(file).toMatchObject({ bytes: 7, sha256: sha256('one two') });
    const stored = await storage().find(tenant, file.sha256);
    expect(stored?.bytes).toBe(7);
    expect((await stored?.content())?.toString()).toBe('one two');
  });

  it('keeps the same bytes once', async () => {
    for (const _ of [1, 2]) {
      const file = await storage().receive(tenant, Readable.from([Buffer.from('again')]), limit);
      await file.keep();
    }
    expect(await storage().find(tenant, sha256('again'))).not.toBeNull();
    expect(await incoming()).toEqual([]);
  });

  it('shows nothing of a file that was not kept', async () => {
    const file = await storage().receive(tenant, Readable.from([Buffer.from('judged')]), limit);
    expect(await storage().find(tenant, file.sha256)).toBeNull();
    await file.discard();
    expect(await incoming()).toEqual([]);
  });

  it('leaves nothing behind when the upload breaks off', async () => {
    await expect(storage().receive(tenant, breaksOff(), limit)).rejects.toThrow('connection lost');
    expect(await incoming()).toEqual([]);
  });

  it('stops reading beyond the limit and leaves nothing behind', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1_000);
      })(),
    );
    await expect(storage().receive(tenant, endless, { maxBytes: 10_000 })).rejects.toThrow(FileTooLarge);
    expect(await incoming()).toEqual([]);
  });

  it('does not find the file of another tenant', async () => {
    const file = await storage().receive(tenant, Readable.from([Buffer.from('mine')]), limit);
    await file.keep();
    expect(await storage().find(other, file.sha256)).toBeNull();
  });

  it('refuses an address that could leave its folder', async () => {
    expect(() => storage().find('../../../../etc/aaaaaaaaaaaaaaaaaaaaa', sha256('x'))).toThrow(TypeError);
  });
});

const tenant = '01900000-0000-7000-8000-000000000001';
const other = '01900000-0000-7000-8000-000000000002';
const limit = { maxBytes: 1_000_000 };
let directory = '';
const storage = () => folderStorage(directory);
const incoming = () => readdir(join(directory, 'incoming'));
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function* breaksOff(): AsyncGenerator<Buffer> {
  yield Buffer.from('the first half');
  throw new Error('connection lost');
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorally-storage-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertMedia } from '../../src/db/media.ts';
import { insertUpload } from '../../src/db/media-upload.ts';
import { claimFiles } from '../../src/db/stored-file.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { MediaId, Sha256, TenantId, UploadId } from '../../src/domain/ids.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { newId } from '../../src/platform/new-id.ts';
import type { Storage } from '../../src/platform/storage.ts';
import { folderStorage } from '../../src/platform/storage/folder.ts';
import { type MediaSweep, sweepMedia } from '../../src/relay/sweep-media.ts';
import { insertRows, oneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

test('a file that no post names goes after its time, and its bytes with it', async () => {
  const media = await upload('unused');
  await sweepAt(days(29));
  expect(await exists(media)).toBe(true);
  await sweepAt(days(31));
  expect(await exists(media)).toBe(false);
  expect(await storage.find(tenant(), media.sha256)).toBeNull();
});

test('a file that a version of a post names stays, however old', async () => {
  const media = await upload('named');
  await inTenant((trx) => nameIn(trx, media.id));
  await sweepAt(days(4_000));
  expect(await exists(media)).toBe(true);
  expect(await storage.find(tenant(), media.sha256)).not.toBeNull();
});

test('bytes that two files share stay until both are gone', async () => {
  const [first, second] = [await upload('shared'), await upload('shared')];
  await inTenant((trx) => nameIn(trx, second.id));
  await sweepAt(days(31));
  expect([await exists(first), await exists(second)]).toEqual([false, true]);
  expect(await storage.find(tenant(), first.sha256)).not.toBeNull();
});

test('bytes that a crash has left behind without a row go after a day, and not before', async () => {
  const sha256 = await keep('left behind');
  await sweepAt(hours(23));
  expect(await storage.find(tenant(), sha256)).not.toBeNull();
  await sweepAt(hours(25));
  expect(await storage.find(tenant(), sha256)).toBeNull();
  expect(await inTenant((trx) => trx.selectFrom('stored_file').where('sha256', '=', sha256).execute())).toEqual([]);
});

test('an upload of the same bytes while they are being removed waits, and then has them', async () => {
  const content = `contested ${randomUUID()}`;
  const { sha256 } = await upload(content);
  await inTenant((trx) => trx.deleteFrom('media').where('sha256', '=', sha256).execute());
  const again = Promise.withResolvers<Uploaded>();
  const remove: Storage['remove'] = async (...file) => {
    const uploading = upload(content, new Date(begun.getTime() + hours(25)));
    uploading.then(again.resolve, again.reject);
    // As long as one that nothing hinders would take, many times over.
    await Promise.race([uploading, sleep(1_000)]);
    await storage.remove(...file);
  };
  await sweepAt(hours(25), { storage: { ...storage, remove } });
  expect(await exists(await again.promise)).toBe(true);
  expect(Buffer.from((await (await storage.find(tenant(), sha256))?.read()) ?? []).toString()).toBe(content);
});

test('uploads and sweeps of the same bytes, over and over, never leave a row without its file', async () => {
  for (let round = 0; round < 15; round += 1) {
    const content = `contested ${randomUUID()}`;
    const { sha256 } = await upload(content);
    await inTenant((trx) => trx.deleteFrom('media').where('sha256', '=', sha256).execute());
    const at = new Date(begun.getTime() + hours(25));
    const [, again] = await Promise.all([sweepAt(hours(25)), upload(content, at)]);
    expect(await exists(again)).toBe(true);
    expect(await storage.find(tenant(), sha256)).not.toBeNull();
  }
});

test('a claim protects bytes between their arrival in the store and their row', async () => {
  const sha256 = await keep('claimed long ago');
  const late = new Date(begun.getTime() + days(10));
  await inTenant((trx) => claimFiles(trx, { tenantId: tenant(), hashes: [sha256], now: late }));
  await sweepAt(days(10) + hours(1));
  expect(await storage.find(tenant(), sha256)).not.toBeNull();
});

test('an upload whose day is over goes with its pieces; one that goes on stays', async () => {
  const [over, going] = [await beginUpload(hours(24)), await beginUpload(hours(26))];
  await sweepAt(hours(25));
  const left = await inTenant((trx) => trx.selectFrom('media_upload').select('id').execute());
  expect(left.map(({ id }) => id)).toContain(going.uploadId);
  expect(left.map(({ id }) => id)).not.toContain(over.uploadId);
  await expect(storage.pieces.read(over)).rejects.toThrow('missing');
  expect((await storage.pieces.read(going)).length).toBe(5);
});

test('two sweeps at once remove everything once, and fail in nothing', async () => {
  const files = [];
  for (let i = 0; i < 20; i += 1) files.push(await upload(`twice ${i} ${randomUUID()}`));
  await Promise.all([sweepAt(days(31)), sweepAt(days(31))]);
  for (const file of files) expect(await exists(file)).toBe(false);
  expect(warnings).toEqual([]);
});

test('a tenant that cannot be swept does not keep the next one from it, and is swept the next time', async () => {
  const media = await upload('after trouble');
  const swept: string[] = [];
  const remove = (tenantId: string) => {
    swept.push(tenantId);
    return Promise.reject(new Error('the store is away'));
  };
  const tenants = () => Promise.resolve([tenant(), tenant()]);
  await sweepAt(days(31), { tenants, storage: { ...storage, remove } });
  expect(swept).toEqual([tenant(), tenant()]);
  expect(warnings).toHaveLength(2);
  warnings.length = 0;
  expect(await storage.find(tenant(), media.sha256)).not.toBeNull();
  await sweepAt(days(31));
  expect(await storage.find(tenant(), media.sha256)).toBeNull();
});

const app = databaseAs('app', { max: 10 });
const begun = new Date();
const hours = (count: number) => count * 3_600_000;
const days = (count: number) => count * hours(24);
const warnings: string[] = [];

let directory = '';
let storage: Storage;
let rows: ReturnType<typeof oneRowPerTable>;
const tenant = (): TenantId => rows.tenant.id;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorally-sweep-'));
  storage = folderStorage(directory);
  rows = oneRowPerTable();
  await inTenant((trx) => insertRows(trx, rows));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Of this test's tenant alone: the others' files are other tests'. */
async function sweepAt(sinceBegunMs: number, change: Partial<MediaSweep> = {}): Promise<void> {
  const log = createLogger({ program: 'test', level: 'silent' });
  log.warn = (_about: unknown, message?: string) => void warnings.push(message ?? '');
  const tenants = () => Promise.resolve([tenant()]);
  const sweep = { tenants, db: app.db, storage, unusedDays: 30, log, ...change };
  await sweepMedia(sweep, new Date(begun.getTime() + sinceBegunMs));
}

function inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(app.db, tenant(), work);
}

interface Uploaded {
  readonly id: MediaId;
  readonly sha256: Sha256;
}

/** As the API does it: claimed, kept, and then named by a row. */
async function upload(content: string, now = begun): Promise<Uploaded> {
  const sha256 = await keep(content, now);
  const id = newId<MediaId>();
  const bytes = content.length;
  const original = { kind: 'document', sha256, mimeType: 'application/pdf', bytes, pages: 1 } as const;
  const words = { fileName: 'x.pdf', altText: null, by: rows.tenant_member.user_id, now };
  await inTenant((trx) => insertMedia(trx, { tenantId: tenant(), id, original, renditions: {}, ...words }));
  return { id, sha256 };
}

async function keep(content: string, now = begun): Promise<Sha256> {
  const file = await storage.receive(tenant(), Readable.from([Buffer.from(content)]), { maxBytes: 1_000 });
  const sha256 = createHash('sha256').update(content).digest('hex') as Sha256;
  expect(file.sha256).toBe(sha256);
  await inTenant((trx) => claimFiles(trx, { tenantId: tenant(), hashes: [sha256], now }));
  await file.keep();
  return sha256;
}

async function nameIn(trx: TenantTransaction, mediaId: MediaId): Promise<void> {
  const revision_id = rows.post_revision.id;
  await trx.insertInto('post_revision_media').values({ tenant_id: tenant(), revision_id, media_id: mediaId }).execute();
}

async function exists({ id }: Uploaded): Promise<boolean> {
  const found = await inTenant((trx) => trx.selectFrom('media').select('id').where('id', '=', id).execute());
  return found.length > 0;
}

async function beginUpload(livesMs: number) {
  const id = newId<UploadId>();
  const piece = { tenantId: tenant(), uploadId: id, piece: newId<string>() };
  await storage.pieces.put(piece, Buffer.from('piece'));
  const expiresAt = new Date(begun.getTime() + livesMs);
  const upload = { tenantId: tenant(), id, fileName: 'x', altText: null, length: 10, by: rows.tenant_member.user_id };
  await inTenant((trx) => insertUpload(trx, { ...upload, now: begun, expiresAt }));
  return piece;
}

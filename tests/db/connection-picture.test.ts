import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keepPicture } from '../../src/activities/connection-picture.ts';
import { ChannelError } from '../../src/channels/channel.ts';
import type { Connector } from '../../src/channels/connector.ts';
import type { FetchedPicture } from '../../src/channels/picture.ts';
import { tokenContext } from '../../src/db/connection-grant.ts';
import { tenantKeys } from '../../src/db/tenant-key.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { seal } from '../../src/platform/sealing.ts';
import type { Storage } from '../../src/platform/storage.ts';
import { folderStorage } from '../../src/platform/storage/folder.ts';
import { sweepMedia } from '../../src/relay/sweep-media.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

describe('the picture of a page', () => {
  it('is kept small, as a JPEG of our own making, and the card names it', async () => {
    web = await picture('png', 1_200);
    expect(await keep()).toEqual({ kind: 'kept' });
    const kept = await keptPicture();
    const { format, width, height, exif } = await sharp(kept).metadata();
    expect([format, width, height, exif]).toEqual(['jpeg', 400, 400, undefined]);
    expect(asked).toEqual(['https://cdn.test/picture']);
  });

  it('kept again is the same file', async () => {
    web = await picture('jpeg', 300);
    await keep();
    const first = await named();
    expect(await keep()).toEqual({ kind: 'kept' });
    expect(await named()).toBe(first);
  });

  it('that is no picture, or cannot be fetched, leaves the one that is there', async () => {
    web = await picture('webp', 300);
    await keep();
    const before = await named();
    web = { kind: 'fetched', content: Buffer.from('<html>no picture</html>') };
    expect(await keep()).toEqual({ kind: 'none' });
    web = { kind: 'fetched', content: (await pictureBytes('png', 300)).subarray(0, 100) };
    expect(await keep()).toEqual({ kind: 'none' });
    web = { kind: 'refused', why: 'forbidden_url' };
    expect(await keep()).toEqual({ kind: 'none' });
    web = { kind: 'refused', why: 'unreachable' };
    expect(await keep()).toEqual({ kind: 'unavailable' });
    expect(await named()).toBe(before);
  });

  it('is not asked for where the network does not answer, or shows none, or nothing is granted any more', async () => {
    network = () => Promise.reject(new ChannelError('no', { class: 'retry_later', mayHaveActed: false }));
    expect(await keep()).toEqual({ kind: 'unavailable' });
    network = () => Promise.resolve({ name: 'Pagina', pictureUrl: null });
    expect(await keep()).toEqual({ kind: 'none' });
    await inTenant((trx) => trx.deleteFrom('connection_secret').execute());
    expect(await keep()).toEqual({ kind: 'unavailable' });
    expect(asked).toEqual([]);
  });

  it('stays in the store for as long as a card shows it, however long ago it was fetched', async () => {
    web = await picture('png', 500);
    await keep();
    const first = await named();
    await sweepAfterDays(4_000);
    expect(await storage.find(tenantId(), first)).not.toBeNull();
    web = await picture('png', 200);
    await keep();
    await sweepAfterDays(4_000);
    expect(await storage.find(tenantId(), first)).toBeNull();
    expect(await keptPicture()).not.toBeNull();
  });
});

const app = databaseAs('app');
const masterKeys = [{ version: 1, bytes: randomBytes(32) }];
let directory = '';
let storage: Storage;
let tenant: OneRowPerTable;
let asked: string[];
let web: FetchedPicture;
let network: () => Promise<{ name: string; pictureUrl: string | null }>;
const tenantId = () => tenant.tenant.id;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorally-picture-'));
  storage = folderStorage(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

beforeEach(async () => {
  tenant = oneRowPerTable();
  asked = [];
  web = { kind: 'refused', why: 'no_picture' };
  network = () => Promise.resolve({ name: 'Pagina', pictureUrl: 'https://cdn.test/picture' });
  const { tenant_key: _key, connection_secret, ...keyless } = tenant;
  const about = { tenantId: tenantId(), connectionId: tenant.connection.id };
  await inTenant(async (trx) => {
    await insertRows(trx, keyless as OneRowPerTable);
    const { newest } = await tenantKeys(trx, about.tenantId, masterKeys, new Date());
    const access_token = seal(newest, tokenContext(about), 'token');
    await trx
      .insertInto('connection_secret')
      .values({ ...connection_secret, access_token })
      .execute();
  });
});

function keep() {
  const connector = { probe: () => network() };
  const pictures = {
    fetch: (url: string) => {
      asked.push(url);
      return Promise.resolve(web);
    },
    close: () => Promise.resolve(),
  };
  const connectors = () => connector as unknown as Connector;
  const dependencies = { db: app.db, connectors, pictures, storage, masterKeys, clock: Date.now };
  const about = { tenantId: tenantId(), connectionId: tenant.connection.id };
  return keepPicture(dependencies, about, new AbortController().signal);
}

async function picture(format: 'png' | 'jpeg' | 'webp', widthPx: number): Promise<FetchedPicture> {
  return { kind: 'fetched', content: await pictureBytes(format, widthPx) };
}

function pictureBytes(format: 'png' | 'jpeg' | 'webp', widthPx: number): Promise<Buffer> {
  const create = { width: widthPx, height: widthPx, channels: 3, background: { r: 20, g: 90, b: 200 } } as const;
  return sharp({ create })
    .withExif({ IFD0: { Artist: 'somebody' } })
    .toFormat(format)
    .toBuffer();
}

async function named(): Promise<string> {
  const { picture_sha256 } = await inTenant((trx) =>
    trx
      .selectFrom('connection')
      .select('picture_sha256')
      .where('id', '=', tenant.connection.id)
      .executeTakeFirstOrThrow(),
  );
  if (picture_sha256 === null) throw new Error('the card names no picture');
  return picture_sha256;
}

async function keptPicture(): Promise<Uint8Array> {
  const stored = await storage.find(tenantId(), await named());
  if (stored === null) throw new Error('the picture is not in the store');
  return stored.read();
}

async function sweepAfterDays(days: number): Promise<void> {
  const log = createLogger({ program: 'test', level: 'silent' });
  const tenants = () => Promise.resolve([tenantId()]);
  const sweep = { tenants, db: app.db, storage, unusedDays: 30, log };
  await sweepMedia(sweep, new Date(Date.now() + days * 86_400_000));
}

function inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(app.db, tenantId(), work);
}

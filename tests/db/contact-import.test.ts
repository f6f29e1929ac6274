import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readContacts } from '../../src/activities/contact-import.ts';
import { finishImport } from '../../src/activities/contact-import-end.ts';
import { insertContactImport, selectContactImport, setImportState } from '../../src/db/contact-import.ts';
import { claimFiles, lockForgottenFile } from '../../src/db/stored-file.ts';
import { withTenant } from '../../src/db/tenant.ts';
import { type ContactMapping, importLimits } from '../../src/domain/contact-mapping.ts';
import type { ContactGroupId, ContactImportId, Sha256 } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import type { Storage } from '../../src/platform/storage.ts';
import { folderStorage } from '../../src/platform/storage/folder.ts';
import { type FreshTenant, freshTenant } from '../support/fresh-tenant.ts';
import { aGroup, aPhone, contactsAt, granted, oneContact } from './support/contact-rows.ts';
import { databaseAs } from './support/stack-databases.ts';

describe('a file of contacts', () => {
  it('is taken row by row, and what is refused is written down with the reason', async () => {
    const optedOut = aPhone();
    await oneContact(db, tenant, { phone: optedOut, consent: { told: 'withdrawn', evidence: null } });
    const phone = aPhone();
    const rows = [
      `Anna;${phone};it;Como;sì`,
      `Bice;abc;it;Como;sì`,
      `Carla;${optedOut};it;Como;Sì`,
      `Dora;${aPhone().slice(3)};klingon!;Como;`,
      `Elsa;;it;Como;`,
      `Fede;${aPhone().slice(3)};de_ch;;no`,
      `Gina;${phone}`,
      `Anna;${phone};it;Como;sì`,
    ];
    const groupId = await aGroup(db, tenant);
    const id = await anImport(`Nome;Telefono;Lingua;Città;Consenso\n${rows.join('\n')}\n`, { mapping: full, groupId });
    expect(await run(id)).toEqual({ kind: 'ended' });
    await finishImport(parts, { tenantId: tenant.id, importId: id, failure: null });
    const row = await show(id);
    expect(row).toMatchObject({ state: 'done', rowsRead: 8, created: 2, updated: 0, refused: 5, errorCode: null });
    expect(await fileOf(row?.errorsSha256 ?? null)).toEqual([
      'row,reason,Nome,Telefono,Lingua,Città,Consenso',
      '2,phone_not_a_number,Bice,abc,it,Como,sì',
      `3,consent_withdrawn,Carla,${optedOut},it,Como,Sì`,
      expect.stringMatching(/^4,language_not_known,Dora,/),
      '5,phone_missing,Elsa,,it,Como,',
      `7,wrong_number_of_cells,Gina,${phone}`,
      '',
    ]);
    const members = await inTenant((trx) =>
      trx
        .selectFrom('author')
        .innerJoin('contact_group_author as member', 'member.author_id', 'author.id')
        .select(['name', 'phone', 'language', 'attributes', 'consent', 'tags'])
        .where('group_id', '=', groupId)
        .orderBy('name')
        .execute(),
    );
    expect(members).toMatchObject([
      { name: 'Anna', phone, language: 'it', attributes: { città: 'Como' }, consent: 'granted', tags: ['fiera'] },
      { name: 'Fede', language: 'de-CH', attributes: {}, consent: 'withdrawn' },
    ]);
  });

  it('whose worker is lost goes on after the last chunk, and counts nothing twice', async () => {
    const id = await anImport(manyRows(2 * importLimits.chunk + 500));
    const lost = new AbortController();
    lost.abort();
    expect(await run(id, lost.signal)).toEqual({ kind: 'more' });
    expect((await show(id))?.rowsRead).toBe(importLimits.chunk);
    expect(await run(id)).toEqual({ kind: 'ended' });
    expect(await show(id)).toMatchObject({ rowsRead: 2_500, created: 2_500, updated: 0, refused: 0 });
  });

  it('that two workers read at once is taken once', async () => {
    const id = await anImport(manyRows(3_000));
    const untilEnded = async (): Promise<number | undefined> => {
      while ((await run(id)).kind === 'more');
      return (await show(id))?.rowsRead;
    };
    // Nobody thinks that it has ended while another is still reading.
    expect(await Promise.all([untilEnded(), untilEnded(), untilEnded()])).toEqual([3_000, 3_000, 3_000]);
    expect(await show(id)).toMatchObject({ rowsRead: 3_000, created: 3_000, updated: 0 });
  });

  it('that is cancelled gives no further row, and stays cancelled', async () => {
    const id = await anImport(manyRows(2_000));
    await run(id, AbortSignal.abort());
    await inTenant((trx) => setImportState(trx, id, 'cancelled'));
    expect(await run(id)).toEqual({ kind: 'ended' });
    await finishImport(parts, { tenantId: tenant.id, importId: id, failure: null });
    expect(await show(id)).toMatchObject({
      state: 'cancelled',
      rowsRead: 1_000,
      created: 1_000,
      finishedAt: contactsAt,
    });
  });

  it.each([
    ['not_utf8', Buffer.from([...Buffer.from('Telefono\n'), 0xe9, 0x0a])],
    ['not_csv', 'Telefono\n"340\n'],
    ['column_missing', 'Cellulare\n3401234567\n'],
  ])('that is %s fails, and says so', async (failure, text) => {
    const id = await anImport(text);
    expect(await run(id)).toEqual({ kind: 'failed', failure });
  });

  it('keeps its files for thirty days', async () => {
    const id = await anImport('Telefono\nnessuno\n');
    await run(id);
    await finishImport(parts, { tenantId: tenant.id, importId: id, failure: null });
    const row = await show(id);
    const ofImport = new Set([row?.sha256, row?.errorsSha256]);
    const forgotten = (days: number) =>
      inTenant((trx) => lockForgottenFile(trx, new Date(contactsAt.getTime() + days * 86_400_000)));
    expect(ofImport.has((await forgotten(29)) ?? undefined)).toBe(false);
    expect(await forgotten(31)).not.toBeNull();
  });
});

const { db } = databaseAs('app');
const full: Partial<ContactMapping> = {
  name: 'Nome',
  language: 'Lingua',
  attributes: { città: 'Città' },
  consent: { kind: 'column', column: 'Consenso', grantedBy: ['sì'], withdrawnBy: ['no'], evidence: granted.evidence },
  addTags: ['fiera'],
};
let tenant: FreshTenant;
let storage: Storage;
let folder: string;
let parts: { db: typeof db; storage: Storage; clock: () => number };

beforeAll(async () => {
  tenant = await freshTenant(db);
  folder = await mkdtemp(join(tmpdir(), 'contacts-'));
  storage = folderStorage(folder);
  parts = { db, storage, clock: () => contactsAt.getTime() };
});
afterAll(() => rm(folder, { recursive: true }));

const inTenant = <T>(work: Parameters<typeof withTenant<T>>[2]) => withTenant(db, tenant.id, work);
const show = (id: ContactImportId) => inTenant((trx) => selectContactImport(trx, id));
const run = (importId: ContactImportId, signal = new AbortController().signal) =>
  readContacts(parts, { tenantId: tenant.id, importId }, { signal, untilMs: Number.POSITIVE_INFINITY });

const manyRows = (count: number) => `Telefono\n${Array.from({ length: count }, aPhone).join('\n')}\n`;

async function anImport(
  text: string | Uint8Array,
  { mapping = {}, groupId = null }: { mapping?: Partial<ContactMapping>; groupId?: ContactGroupId | null } = {},
): Promise<ContactImportId> {
  const file = await storage.receive(tenant.id, asStream(text), { maxBytes: importLimits.bytes });
  await file.keep();
  const nothing = { name: null, country: null, language: null, timeZone: null, tags: null, attributes: {} };
  const usual = { phone: 'Telefono', ...nothing, consent: null, addTags: [], defaultCountry: 'IT' };
  const row = {
    id: newId<ContactImportId>(),
    tenantId: tenant.id,
    fileName: 'clienti.csv',
    sha256: file.sha256 as Sha256,
    mapping: { ...usual, ...mapping },
    groupId,
    by: tenant.people.elena,
    now: contactsAt,
  };
  await inTenant(async (trx) => {
    await claimFiles(trx, { tenantId: tenant.id, hashes: [row.sha256], now: contactsAt });
    await insertContactImport(trx, row);
  });
  return row.id;
}

async function* asStream(text: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function fileOf(hash: Sha256 | null): Promise<string[]> {
  const file = hash === null ? null : await storage.find(tenant.id, hash);
  return Buffer.from((await file?.read()) ?? [])
    .toString()
    .split('\r\n');
}

import { beforeAll, describe, expect, it } from 'vitest';
import { selectAuthor } from '../../src/db/author.ts';
import type { BulkOutcome } from '../../src/db/author-bulk.ts';
import { noteConsent, selectConsentHistory } from '../../src/db/consent.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { AuthorId } from '../../src/domain/ids.ts';
import { type FreshTenant, freshTenant } from '../support/fresh-tenant.ts';
import { aContact, aGroup, aPhone, contactsAt, granted, oneContact, writeContacts } from './support/contact-rows.ts';
import { databaseAs } from './support/stack-databases.ts';

describe('contacts that are written in bulk', () => {
  it('are made where their number is new, changed where it is not, and left alone where nothing is', async () => {
    const [known, same] = [aContact({ name: 'Anna' }), aContact({ name: 'Bice', tags: ['vip'] })];
    await write([known, same]);
    const outcomes = await write([{ ...known, name: 'Anna Riva' }, aContact(), same]);
    expect(kinds(outcomes)).toEqual(['updated', 'created', 'unchanged']);
    expect(await show(outcomes[0])).toMatchObject({ name: 'Anna Riva', version: 2 });
  });

  it('add their fields and tags to what is known, and leave what they do not name', async () => {
    const phone = aPhone();
    const first = { name: 'Anna', country: 'CH', language: 'it', timeZone: 'Europe/Zurich' };
    await write([aContact({ phone, ...first, tags: ['vip'], attributes: { città: 'Lugano', punti: 3 } })]);
    const outcomes = await write([aContact({ phone, tags: ['como', 'vip'], attributes: { punti: 4 } })]);
    expect(await show(outcomes[0])).toMatchObject({
      ...first,
      tags: ['vip', 'como'],
      attributes: { città: 'Lugano', punti: 4 },
    });
  });

  it('that are new are of their number’s country unless they are of another', async () => {
    const outcomes = await write([aContact(), aContact({ country: 'CH' })]);
    expect([(await show(outcomes[0]))?.country, (await show(outcomes[1]))?.country]).toEqual(['IT', 'CH']);
  });

  it('come one after the other where a number comes twice', async () => {
    const phone = aPhone();
    const outcomes = await write([aContact({ phone, name: 'Prima' }), aContact(), aContact({ phone, name: 'Poi' })]);
    expect(kinds(outcomes)).toEqual(['created', 'created', 'updated']);
    expect((await show(outcomes[0]))?.name).toBe('Poi');
  });

  it('join a list, those that were known too, each once', async () => {
    const groupId = await aGroup(db, tenant);
    const rows = [aContact(), aContact()];
    await write(rows.slice(0, 1));
    await write(rows, { groupId });
    await write(rows, { groupId });
    const members = await withTenant(db, tenant.id, (trx) =>
      trx.selectFrom('contact_group_author').select('author_id').where('group_id', '=', groupId).execute(),
    );
    expect(members).toHaveLength(2);
  });

  it('are each one contact when many write them at once', async () => {
    const rows = Array.from({ length: 300 }, () => aContact({ name: 'Insieme' }));
    const all = await Promise.all([rows, rows.toReversed(), rows, rows.toReversed()].map((each) => write(each)));
    const created = all.flat().filter(({ kind }) => kind === 'created');
    expect(created).toHaveLength(300);
    expect(all.flat().filter(({ kind }) => kind === 'unchanged')).toHaveLength(900);
  });
});

describe('consent in bulk', () => {
  it('is noted with its source and evidence, once', async () => {
    const contact = aContact({ consent: granted });
    const [outcome] = await write([contact]);
    expect(kinds(await write([contact]))).toEqual(['unchanged']);
    expect(await show(outcome)).toMatchObject({ consent: 'granted', consentAt: contactsAt });
    expect(await history(outcome)).toEqual([
      { consent: 'granted', source: 'import', evidence: 'Modulo', by_user: tenant.people.elena, at: contactsAt },
    ]);
  });

  it('never brings back who has opted out: nothing of such a row is taken', async () => {
    const phone = aPhone();
    const authorId = await oneContact(db, tenant, { phone, name: 'Anna', consent: granted });
    await optOut(authorId);
    const outcomes = await write([aContact({ phone, name: 'Altra', consent: granted }), aContact()]);
    expect(outcomes[0]).toEqual({ kind: 'refused', reason: 'consent_withdrawn' });
    expect(kinds(outcomes)).toEqual(['refused', 'created']);
    expect(await show({ kind: 'updated', id: authorId })).toMatchObject({ name: 'Anna', consent: 'withdrawn' });
  });

  it('that is withdrawn by a file counts', async () => {
    const phone = aPhone();
    const id = await oneContact(db, tenant, { phone, consent: granted });
    await write([aContact({ phone, consent: { told: 'withdrawn', evidence: null } })]);
    expect((await show({ kind: 'updated', id }))?.consent).toBe('withdrawn');
  });
});

describe('consent of one person', () => {
  it('is told with its source, counts at once and comes back with a start word', async () => {
    const id = await oneContact(db, tenant, { consent: granted });
    expect(await optOut(id)).toBe('change');
    expect(await optOut(id)).toBe('same');
    expect(await note(id, { consent: 'granted', source: 'start_word' })).toBe('change');
    expect((await history({ kind: 'updated', id })).map(({ source }) => source)).toEqual([
      'start_word',
      'stop_word',
      'import',
    ]);
    const events = await withTenant(db, tenant.id, (trx) =>
      trx.selectFrom('event').select(['kind', 'data']).where('entity_id', '=', id).orderBy('position').execute(),
    );
    expect(events).toEqual([
      { kind: 'author.consent_changed', data: { consent: 'withdrawn', source: 'stop_word' } },
      { kind: 'author.consent_changed', data: { consent: 'granted', source: 'start_word' } },
    ]);
  });
});

const { db } = databaseAs('app');
let tenant: FreshTenant;
let minute = 0;
beforeAll(async () => {
  tenant = await freshTenant(db);
});

const write = (rows: Parameters<typeof writeContacts>[2], context?: Parameters<typeof writeContacts>[3]) =>
  writeContacts(db, tenant, rows, context);
const kinds = (outcomes: readonly BulkOutcome[]) => outcomes.map(({ kind }) => kind);
const optOut = (id: AuthorId) => note(id, { consent: 'withdrawn', source: 'stop_word' });

function note(authorId: AuthorId, told: Pick<Parameters<typeof noteConsent>[1], 'consent' | 'source'>) {
  minute += 1;
  const at = new Date(contactsAt.getTime() + minute * 60_000);
  return withTenant(db, tenant.id, (trx) =>
    noteConsent(trx, { tenantId: tenant.id, authorId, evidence: null, by: null, at, ...told }),
  );
}

function idOf(outcome: BulkOutcome | undefined): AuthorId {
  if (outcome === undefined || outcome.kind === 'refused') throw new Error('there is no contact');
  return outcome.id;
}

const show = (outcome: BulkOutcome | undefined) => withTenant(db, tenant.id, (trx) => selectAuthor(trx, idOf(outcome)));
const history = (outcome: BulkOutcome | undefined) =>
  withTenant(db, tenant.id, (trx) => selectConsentHistory(trx, idOf(outcome)));

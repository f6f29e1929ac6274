import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { audienceOf, countAuthors } from '../../src/db/audience.ts';
import { selectAuthor, setBlocked } from '../../src/db/author.ts';
import { filterSql } from '../../src/db/contact-filter-sql.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { ContactFilter } from '../../src/domain/contact-filter.ts';
import type { AuthorId, ContactGroupId } from '../../src/domain/ids.ts';
import { type FreshTenant, freshTenant } from '../support/fresh-tenant.ts';
import { aGroup, contactsAt, granted, oneContact } from './support/contact-rows.ts';
import { insertRecipient } from './support/ledger-rows.ts';
import { insertRows, oneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

describe('a filter finds', () => {
  it.each<[string, ContactFilter, readonly string[]]>([
    ['a tag', { field: 'tag', has: 'vip' }, ['anna', 'carla']],
    ['consent', { field: 'consent', in: ['granted'] }, ['anna', 'bice']],
    ['countries', { field: 'country', in: ['CH', 'DE'] }, ['carla']],
    ['a language with all its regions', { field: 'language', in: ['de'] }, ['carla']],
    ['a region of a language', { field: 'language', in: ['de-AT'] }, []],
    ['a text', { field: 'attribute', name: 'città', is: 'equals', value: 'Como' }, ['anna']],
    ['a part of a text, in any case', { field: 'attribute', name: 'città', is: 'contains', value: 'UGA' }, ['carla']],
    ['who has a field', { field: 'attribute', name: 'punti', is: 'set' }, ['anna', 'bice', 'carla']],
    ['who has not', { field: 'attribute', name: 'città', is: 'unset' }, ['bice', 'dora']],
    [
      'who differs, those without the field too',
      { field: 'attribute', name: 'città', is: 'differs', value: 'Como' },
      ['bice', 'carla', 'dora'],
    ],
    [
      'more, by number and not by letter',
      { field: 'attribute', name: 'punti', is: 'more', value: 9 },
      ['anna', 'bice'],
    ],
    ['less, where a text is no number', { field: 'attribute', name: 'punti', is: 'less', value: 50 }, ['anna']],
    ['a truth', { field: 'attribute', name: 'socio', is: 'equals', value: true }, ['anna']],
    ['a recent contact', { field: 'last_contact', is: 'within', days: 7 }, ['anna']],
    ['an old one, of whom there was one', { field: 'last_contact', is: 'longer_ago', days: 7 }, ['bice']],
    ['not what is unknown', { not: { field: 'language', in: ['it'] } }, ['bice', 'carla', 'dora']],
    [
      'all of it',
      {
        all: [
          { field: 'tag', has: 'vip' },
          { field: 'consent', in: ['granted'] },
        ],
      },
      ['anna'],
    ],
    [
      'any of it',
      {
        any: [
          { field: 'tag', has: 'vip' },
          { field: 'consent', in: ['granted'] },
        ],
      },
      ['anna', 'bice', 'carla'],
    ],
    ['nobody by nothing', { any: [] }, []],
    ['names that would be SQL', { field: 'attribute', name: "x' or 1=1 --", is: 'equals', value: "' or true --" }, []],
  ])('%s', async (_what, filter, expected) => {
    const found = await within((trx) =>
      trx
        .selectFrom('author')
        .select('name')
        .where('erased_at', 'is', null)
        .where(filterSql(filter, contactsAt))
        .orderBy('name')
        .execute(),
    );
    expect(found.map(({ name }) => name)).toEqual(expected);
  });
});

it('a message of a campaign is a contact, too', async () => {
  const rows = oneRowPerTable();
  await withTenant(db, rows.tenant.id, async (trx) => {
    await insertRows(trx, rows);
    const recently = new Date(contactsAt.getTime() - 86_400_000);
    const { authorId: written } = await insertRecipient(trx, rows, { sent_at: recently });
    const { authorId: waiting } = await insertRecipient(trx, rows, {
      state: 'queued',
      sent_at: null,
      provider_message_id: null,
    });
    const filter = { field: 'last_contact', is: 'within', days: 7 } as const;
    const found = await trx.selectFrom('author').select('id').where(filterSql(filter, contactsAt)).execute();
    expect(found.map(({ id }) => id)).toContain(written);
    expect(found.map(({ id }) => id)).not.toContain(waiting);
    expect(await selectAuthor(trx, written)).toMatchObject({ lastContactAt: recently });
  });
});

describe('an audience', () => {
  it('has everybody of its groups once, lists and filters together', async () => {
    const list = await aGroup(db, tenant);
    await within((trx) =>
      trx
        .insertInto('contact_group_author')
        .values(
          [ids.anna, ids.dora].map((author_id) => ({
            tenant_id: tenant.id,
            group_id: list,
            author_id,
            added_at: contactsAt,
          })),
        )
        .execute(),
    );
    const vip = await aGroup(db, tenant, { field: 'tag', has: 'vip' });
    const consenting = await aGroup(db, tenant, { field: 'consent', in: ['granted'] });
    expect(await audience([list])).toEqual(['anna', 'dora']);
    expect(await audience([vip, consenting])).toEqual(['anna', 'bice', 'carla']);
    expect(await audience([list, vip])).toEqual(['anna', 'carla', 'dora']);
    expect(await audience([])).toEqual([]);
  });

  it('is not made of a group that is not there', async () => {
    const foreign = await freshTenant(db);
    const group = await aGroup(db, foreign, { field: 'tag', has: 'vip' });
    await expect(audience([group])).rejects.toThrow('not there');
  });

  it('is counted: all, who has agreed, and who can be reached', async () => {
    const everybody = await within((trx) => countAuthors(trx, sql`true`));
    expect(everybody).toEqual({ total: 4, withConsent: 2, reachable: 1 });
  });
});

const { db } = databaseAs('app');
let tenant: FreshTenant;
let ids: Record<'anna' | 'bice' | 'carla' | 'dora', AuthorId>;

beforeAll(async () => {
  tenant = await freshTenant(db);
  const daysAgo = (days: number) => new Date(contactsAt.getTime() - days * 86_400_000);
  const add = (contact: Parameters<typeof oneContact>[2]) => oneContact(db, tenant, contact);
  ids = {
    anna: await add({
      name: 'anna',
      tags: ['vip'],
      consent: granted,
      language: 'it-CH',
      attributes: { città: 'Como', punti: 10, socio: true },
    }),
    bice: await add({ name: 'bice', consent: granted, attributes: { punti: '100' } }),
    carla: await add({
      name: 'carla',
      tags: ['vip', 'nuova'],
      country: 'CH',
      language: 'de-CH',
      attributes: { città: 'Lugano', punti: 'tanti' },
    }),
    dora: await add({ name: 'dora' }),
  };
  await within(async (trx) => {
    await setBlocked(trx, ids.bice, { by: tenant.people.elena, now: contactsAt });
    for (const [id, days] of [
      [ids.anna, 2],
      [ids.bice, 20],
    ] as const) {
      await trx
        .updateTable('author')
        .set({ last_contact_at: daysAgo(days) })
        .where('id', '=', id)
        .execute();
    }
  });
});

const within = <T>(work: Parameters<typeof withTenant<T>>[2]) => withTenant(db, tenant.id, work);

function audience(groups: readonly ContactGroupId[]): Promise<string[]> {
  return within(async (trx) => {
    const query = await audienceOf(trx, groups, contactsAt);
    const { rows } = await sql<{ name: string }>`
      select name from author join (${query}) as audience using (id) order by name`.execute(trx);
    return rows.map(({ name }) => name);
  });
}

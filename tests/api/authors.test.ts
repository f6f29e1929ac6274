import { describe, expect, test } from 'vitest';
import { useTenantApi } from '../support/tenant-api.ts';

const served = useTenantApi();

describe('a contact', () => {
  test('is kept by its number in E.164, of the tenant’s country unless it says otherwise', async () => {
    const { status, body, headers } = await create({ phone: '340 555 0001', name: ' Anna Riva ', tags: ['VIP'] });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/authors/${body.id}`);
    const expected = { phone: '+393405550001', name: 'Anna Riva', country: 'IT', tags: ['vip'], consent: 'unknown' };
    expect(body).toMatchObject({ ...expected, blocked: false, version: 1, consentHistory: [] });
    expect((await as('GET', `/v1/authors/${body.id}`)).body).toEqual(body);
    expect((await create({ phone: '079 555 00 01', country: 'ch' })).body).toMatchObject({
      phone: '+41795550001',
      country: 'CH',
    });
  });

  test.each([
    ['abc', 'phone_not_a_number'],
    ['12', 'phone_not_in_use'],
    ['+39 000 000 0000', 'phone_not_in_use'],
  ])('is not made of %s', async (phone, rule) => {
    const { status, body } = await create({ phone });
    expect([status, body.errors[0].pointer, body.errors[0].rule]).toEqual([422, '/phone', rule]);
  });

  test('is one for each number, however it is written', async () => {
    await create({ phone: '340 555 0002' });
    const again = await create({ phone: '+39 3405550002' });
    expect([again.status, again.body.errors[0].rule]).toEqual([422, 'unique']);
  });

  test('is edited by its version; what is not named stays', async () => {
    const { body } = await create({ phone: '340 555 0003', name: 'Bice', attributes: { città: 'Como' } });
    const edited = await edit(body.id, { language: 'en_us', tags: ['como'] }, '"1"');
    expect(edited.body).toMatchObject({ name: 'Bice', attributes: { città: 'Como' }, language: 'en-US', version: 2 });
    expect((await edit(body.id, { name: 'Altra' }, '"1"')).status).toBe(412);
    expect((await edit(body.id, { name: 'Bice' }, '"2"')).body.version).toBe(2);
    expect((await edit(body.id, { language: 'nessuna!' }, '"2"')).body.errors[0].pointer).toBe('/language');
  });

  test('is found by name, number, tag, consent, country, language and block list', async () => {
    const { body } = await create({ phone: '340 777 1234', name: 'Cercata', tags: ['unica'], language: 'de-CH' });
    const other = await create({ phone: '+41 79 777 12 34', name: 'Altra', tags: ['unica'] });
    await as('POST', `/v1/authors/${other.body.id}/block`);
    const queries = [
      'q=cerca',
      'q=340%20777',
      'tag=unica&country=it',
      'tag=UNICA&language=de',
      'tag=unica&blocked=false',
    ];
    for (const query of queries) expect(await idsOf(query), query).toEqual([body.id]);
    expect(await idsOf('tag=unica')).toEqual([other.body.id, body.id]);
    expect(await idsOf('tag=unica&consent=granted')).toEqual([]);
    expect(await idsOf('q=%25')).toEqual([]);
    const page = (await as('GET', '/v1/authors?tag=unica&limit=1')).body;
    const next = (await as('GET', `/v1/authors?tag=unica&limit=1&cursor=${page.nextCursor}`)).body;
    expect([page.items[0].id, next.items[0].id, next.nextCursor]).toEqual([other.body.id, body.id, null]);
  });

  test('is blocked and unblocked, each once', async () => {
    const { id } = (await create({ phone: '340 555 0004' })).body;
    const versions = [];
    for (const command of ['block', 'block', 'unblock', 'unblock']) {
      versions.push((await as('POST', `/v1/authors/${id}/${command}`)).body.version);
    }
    expect(versions).toEqual([2, 2, 3, 3]);
    expect(await eventsOf(id)).toEqual(['author.created', 'author.blocked', 'author.unblocked']);
  });

  test('agrees only with evidence, opts out without, and both are remembered', async () => {
    const { id } = (await create({ phone: '340 555 0005' })).body;
    const tell = (json: object) => as('POST', `/v1/authors/${id}/consent`, json);
    expect((await tell({ consent: 'granted' })).body.errors[0].pointer).toBe('/evidence');
    expect((await tell({ consent: 'granted', evidence: 'Fiera di Como' })).body.consent).toBe('granted');
    const { body } = await tell({ consent: 'withdrawn', source: 'api' });
    expect(body).toMatchObject({ consent: 'withdrawn', version: 3 });
    expect(body.consentHistory).toMatchObject([
      { consent: 'withdrawn', source: 'api', evidence: null },
      { consent: 'granted', source: 'person', evidence: 'Fiera di Como', byUserId: served().tenant.people.elena },
    ]);
  });

  test('is erased with everything of it, and its number is free again', async () => {
    const { id } = (await create({ phone: '340 555 0006', name: 'Dora' })).body;
    await as('POST', `/v1/authors/${id}/consent`, { consent: 'granted', evidence: 'Fiera' });
    const erase = () =>
      served().as('elena', 'DELETE', `/v1/authors/${id}`, undefined, { headers: { 'if-match': '"2"' } });
    expect((await erase()).status).toBe(204);
    expect((await erase()).status).toBe(404);
    const left = await served().inTenant((trx) =>
      trx.selectFrom('consent_change').select('id').where('author_id', '=', id).execute(),
    );
    expect(left).toEqual([]);
    expect((await create({ phone: '340 555 0006' })).status).toBe(201);
  });
});

describe('contacts in bulk', () => {
  test('have an outcome each, and a bad one keeps no other out', async () => {
    const contacts = [
      { phone: '340 556 0001', name: 'Uno' },
      { phone: 'abc' },
      { phone: '340 556 0002', consent: { told: 'granted', evidence: 'CRM' } },
      { phone: '+39 340 556 0001', name: 'Uno' },
    ];
    const first = await as('POST', '/v1/authors/bulk', { contacts });
    expect(first.body).toMatchObject({ created: 2, updated: 0, unchanged: 1, refused: 1 });
    expect(first.body.outcomes.map(({ reason }: { reason: string }) => reason)).toEqual([
      null,
      'phone_not_a_number',
      null,
      null,
    ]);
    const again = await as('POST', '/v1/authors/bulk', { contacts });
    expect(again.body).toMatchObject({ created: 0, updated: 0, unchanged: 3, refused: 1 });
    const ids = first.body.outcomes.map(({ authorId }: { authorId: string }) => authorId);
    expect(again.body.outcomes.map(({ authorId }: { authorId: string }) => authorId)).toEqual(ids);
    expect(await eventsOf(ids[0])).toEqual(['author.created']);
  });

  test('are a thousand at most', async () => {
    const contacts = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ phone: `+39341${String(at).padStart(7, '0')}` }));
    expect((await as('POST', '/v1/authors/bulk', { contacts: contacts(1_000) })).body.created).toBe(1_000);
    expect((await as('POST', '/v1/authors/bulk', { contacts: contacts(1_001) })).status).toBe(422);
  });
});

const as = (method: string, path: string, json?: unknown) => served().as('elena', method, path, json);
const create = (json: object) => as('POST', '/v1/authors', json);
const edit = (id: string, json: object, version: string) =>
  served().as('elena', 'PATCH', `/v1/authors/${id}`, json, { headers: { 'if-match': version } });

async function idsOf(query: string): Promise<string[]> {
  const { body } = await as('GET', `/v1/authors?${query}`);
  return body.items.map(({ id }: { id: string }) => id);
}

async function eventsOf(id: string): Promise<string[]> {
  const rows = await served().inTenant((trx) =>
    trx.selectFrom('event').select('kind').where('entity_id', '=', id).orderBy('position').execute(),
  );
  return rows.map(({ kind }) => kind);
}

import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CallAnswer } from '../support/api.ts';
import { useTenantApi } from '../support/tenant-api.ts';

const served = useTenantApi();
const vip = { field: 'tag', has: 'VIP' };
let ids: string[];

beforeAll(async () => {
  const granted = { told: 'granted', evidence: 'CRM' };
  const contacts = [
    { phone: '340 600 0001', tags: ['vip'], consent: granted },
    { phone: '340 600 0002', tags: ['vip'] },
    { phone: '340 600 0003', consent: granted },
  ];
  const { body } = await as('POST', '/v1/authors/bulk', { contacts });
  ids = body.outcomes.map(({ authorId }: { authorId: string }) => authorId);
});

describe('a list', () => {
  test('has the members that were put into it, each once, and counts them', async () => {
    const { id } = (await create()).body;
    const change = (json: object) => as('POST', `/v1/contact-groups/${id}/members`, json);
    expect((await change({ add: [ids[0], ids[1], ids[1]] })).body).toEqual({ added: 2, removed: 0 });
    expect((await change({ add: [ids[1], ids[2]], remove: [ids[0]] })).body).toEqual({ added: 1, removed: 1 });
    const { body } = await show(id);
    expect([body.kind, body.count]).toEqual(['static', { total: 2, withConsent: 1, reachable: 1 }]);
    const members = (await as('GET', `/v1/authors?groupId=${id}`)).body.items;
    expect(members.map((author: { id: string }) => author.id).toSorted()).toEqual(ids.slice(1).toSorted());
  });

  test('takes nobody if somebody is not known', async () => {
    const { id } = (await create()).body;
    const { status, body } = await as('POST', `/v1/contact-groups/${id}/members`, { add: [ids[0], randomUUID()] });
    expect([status, body.errors[0].pointer]).toEqual([422, '/add/1']);
    expect((await show(id)).body.count.total).toBe(0);
  });

  test('is filled by contacts in bulk, and cannot be given a filter', async () => {
    const { id } = (await create()).body;
    await as('POST', '/v1/authors/bulk', { contacts: [{ phone: '340 600 0001' }], groupId: id });
    expect((await show(id)).body.count.total).toBe(1);
    expect((await edit(id, { filter: vip })).body.errors[0].pointer).toBe('/filter');
  });
});

describe('a filter', () => {
  test('is counted before a group is made of it, and finds its members by itself', async () => {
    const count = { total: 2, withConsent: 1, reachable: 1 };
    expect((await as('POST', '/v1/contact-groups/count', { filter: vip })).body).toEqual(count);
    const { body } = await create({ filter: vip });
    expect(body).toMatchObject({ kind: 'dynamic', filter: { field: 'tag', has: 'vip' }, count });
    const { status, body: problem } = await as('POST', `/v1/contact-groups/${body.id}/members`, { add: [ids[2]] });
    expect([status, problem.type]).toEqual([409, '/problems/not-a-list']);
  });

  test('leaves out who is blocked when it counts who can be reached', async () => {
    await as('POST', `/v1/authors/${ids[2]}/block`);
    const filter = { all: [{ field: 'consent', in: ['granted'] }, { not: vip }] };
    const { body } = await as('POST', '/v1/contact-groups/count', { filter });
    expect(body).toEqual({ total: 1, withConsent: 1, reachable: 0 });
    await as('POST', `/v1/authors/${ids[2]}/unblock`);
  });

  test.each([
    ['of an unknown field', { field: 'shoe_size', is: 'set' }],
    ['of two at once', { all: [vip], any: [vip] }],
    ['of nothing', { all: [] }],
    ['that is too deep', { not: { not: { not: { not: vip } } } }],
    ['with too many conditions', { all: Array.from({ length: 51 }, () => vip) }],
    ['of no country', { field: 'country', in: ['XX'] }],
  ])('%s is refused', async (_what, filter) => {
    const { status } = await as('POST', '/v1/contact-groups/count', { filter });
    expect([400, 422]).toContain(status);
  });
});

describe('a group', () => {
  test('has a name of its own among those in use, and is read by name', async () => {
    const { body } = await create({ name: 'Aaa primo' });
    expect((await create({ name: 'aaa PRIMO' })).body.errors[0].rule).toBe('unique');
    expect((await as('GET', '/v1/contact-groups?limit=1')).body.items[0].id).toBe(body.id);
    expect((await archive(body.id)).status).toBe(204);
    expect((await create({ name: 'Aaa primo' })).status).toBe(201);
    const archived = (await as('GET', '/v1/contact-groups?archived=true')).body.items;
    expect(archived.map(({ id }: { id: string }) => id)).toContain(body.id);
  });

  test('is edited by its version, and takes nobody once it is archived', async () => {
    const { id } = (await create({ filter: vip })).body;
    const { body } = await edit(id, { filter: { not: vip } });
    expect([body.version, body.count.total]).toEqual([2, 1]);
    expect((await edit(id, { name: 'Tardi' })).status).toBe(412);
    const list = (await create()).body.id;
    await archive(list);
    const late = await as('POST', '/v1/authors/bulk', { contacts: [{ phone: '340 600 0001' }], groupId: list });
    expect([late.status, late.body.errors[0].rule]).toEqual([422, 'archived']);
  });
});

const as = (method: string, path: string, json?: unknown) => served().as('elena', method, path, json);
const show = (id: string) => as('GET', `/v1/contact-groups/${id}`);
const create = (json: object = {}): Promise<CallAnswer> =>
  as('POST', '/v1/contact-groups', { name: `Gruppo ${randomUUID()}`, ...json });
const edit = (id: string, json: object) =>
  served().as('elena', 'PATCH', `/v1/contact-groups/${id}`, json, { headers: { 'if-match': '"1"' } });
const archive = (id: string) =>
  served().as('elena', 'DELETE', `/v1/contact-groups/${id}`, undefined, { headers: { 'if-match': '*' } });

import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { asSystem } from '../support/stack-database.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

describe('a crisis stop', () => {
  it('parks every post that would go out, says why on each target, and names who stopped it', async () => {
    const api = await fresh();
    const [post, other] = [await scheduled(api), await scheduled(api, { scheduledAt: laterSlot })];
    const inReview = (await api.as('elena', 'POST', '/v1/posts', { text: 'Entwurf' })).body;
    const stopped = await stop(api);
    expect(stopped).toMatchObject({
      status: 200,
      body: { active: true, reason: 'Falscher Preis', posts: 2, passed: 0 },
    });
    expect(stopped.body.by.name).toBe('Paolo Rizzi');
    await untilParked(api, post, 'halted');
    const view = await read(api, post);
    expect(view).toMatchObject({ status: 'scheduled', attention: true, scheduledAt: slot });
    expect(view.attentionCauses).toEqual([expect.objectContaining({ code: 'halted' })]);
    expect(view.timeline.at(-1).sentence).toBe(
      'Publication on facebook page (Facebook) waits. All publication is stopped for now.',
    );
    const { body } = await list(api);
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([post.id, other.id]);
    expect(body.items[0]).toMatchObject({ slotPassed: false, targets: [{ reason: 'halted', network: 'facebook' }] });
    expect((await read(api, inReview)).attention).toBe(false);
    expect(await eventsOf(api)).toEqual(['tenant.halted']);
  });

  it('pages what it holds back in the order in which it is due', async () => {
    const api = await fresh();
    const hours = ['12', '10', '11'];
    for (const hour of hours) await scheduled(api, { scheduledAt: `2031-06-01T${hour}:00:00.000Z` });
    await stop(api);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await list(api, `limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...body.items.map((item: { scheduledAt: string }) => item.scheduledAt.slice(11, 13)));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(['10', '11', '12']);
  });

  it('holds what is scheduled while it lasts, and lets “publish now” wait too', async () => {
    const api = await fresh();
    await stop(api);
    const post = await scheduled(api);
    await untilParked(api, post, 'halted');
    const { status, body } = await api.as('elena', 'POST', `/v1/posts/${post.id}/publish-now`);
    expect([status, body.type]).toEqual([409, '/problems/halted']);
  });

  it('once released lets everything wait for its slot again', async () => {
    const api = await fresh();
    const post = await scheduled(api);
    await stop(api);
    await untilParked(api, post, 'halted');
    const { status, body } = await release(api, { posts: 'all' });
    expect([status, body.released, body.stop.active]).toEqual([200, 1, false]);
    await expect.poll(async () => (await read(api, post)).targets[0].state, soon).toBe('waiting');
    const view = await read(api, post);
    expect(view).toMatchObject({ status: 'scheduled', attention: false });
    expect(view.timeline.at(-1).code).toBe('target.released');
    expect((await list(api)).body).toMatchObject({ items: [], stop: { active: false } });
    expect(await eventsOf(api)).toEqual(['tenant.halted', 'tenant.released']);
    expect((await release(api, { posts: 'all' })).body.type).toBe('/problems/not-stopped');
  });

  it('lets single posts go and lasts for the others; called again, it holds them too', async () => {
    const api = await fresh();
    const [post, other] = [await scheduled(api), await scheduled(api)];
    await stop(api);
    await untilParked(api, post, 'halted');
    const some = await release(api, { posts: [post.id] });
    expect(some.body).toMatchObject({ released: 1, stop: { active: true, posts: 1 } });
    await expect.poll(async () => (await read(api, post)).targets[0].state, soon).toBe('waiting');
    await untilParked(api, other, 'halted');
    expect((await release(api, { posts: [post.id] })).body.released).toBe(0);
    expect((await stop(api, 'Noch einmal')).body).toMatchObject({ posts: 2, reason: 'Falscher Preis' });
    await untilParked(api, post, 'halted');
  });

  it.each([
    ['keep', { status: 'approved', missedSlot: true, attention: false, targets: [{ state: 'waiting' }] }],
    ['reschedule', { status: 'scheduled', scheduledAt: laterSlot, missedSlot: false }],
  ])('never publishes late by itself: passed slots, %s', async (passedSlots, expected) => {
    const api = await fresh();
    await stop(api);
    const post = await scheduled(api, { scheduledAt: inMs(1_500) });
    await untilParked(api, post, 'halted');
    await expect.poll(async () => (await list(api)).body.stop.passed, soon).toBe(1);
    expect((await list(api)).body.items[0]).toMatchObject({ slotPassed: true });
    const body = { posts: 'all', passedSlots, ...(passedSlots === 'reschedule' ? { scheduledAt: laterSlot } : {}) };
    expect((await release(api, body)).status).toBe(200);
    await expect.poll(() => read(api, post), soon).toMatchObject(expected);
  });

  it('says what is wrong with a release, by its pointer', async () => {
    const api = await fresh();
    const post = await scheduled(api);
    await stop(api);
    for (const [json, pointer] of [
      [{ posts: [randomUUID()] }, '/posts/0'],
      [{ posts: [post.id, post.id] }, '/posts'],
      [{ posts: 'all', passedSlots: 'reschedule' }, '/scheduledAt'],
      [{ posts: 'all', scheduledAt: laterSlot }, '/scheduledAt'],
      [{ posts: 'all', passedSlots: 'reschedule', scheduledAt: '2020-01-01T00:00:00Z' }, '/scheduledAt'],
    ] as const) {
      const { status, body } = await release(api, json);
      expect([status, body.errors?.[0]?.pointer], JSON.stringify(json)).toEqual([422, pointer]);
    }
    expect((await list(api)).body.stop.active).toBe(true);
  });

  it('is called and released by those who may, and seen by everybody', async () => {
    const api = await fresh();
    expect((await stop(api, 'Nein', 'elena')).body.permission).toBe('post.halt');
    expect((await api.as('elena', 'POST', '/v1/crisis-stop/release', { posts: 'all' })).body.permission).toBe(
      'post.halt',
    );
    expect((await api.as('irene', 'GET', '/v1/crisis-stop')).status).toBe(200);
  });

  it('is one stop, however many call it at once', async () => {
    const api = await fresh();
    await scheduled(api);
    const answers = await Promise.all(Array.from({ length: 6 }, () => stop(api)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.since}`)).size).toBe(1);
    expect(await eventsOf(api)).toEqual(['tenant.halted']);
    expect(await holdsSent(api)).toBe(1);
  });

  it('of five thousand posts is one answer within seconds, and a message to each process', async () => {
    const api = await fresh();
    await insertScheduledPosts(api, 5_000);
    const startedAt = performance.now();
    const { status, body } = await stop(api);
    const tookMs = performance.now() - startedAt;
    expect([status, body.posts]).toEqual([200, 5_000]);
    console.log(`a stop of 5,000 posts: ${Math.round(tookMs)} ms`);
    expect(await holdsSent(api)).toBe(5_000);
    const freed = performance.now();
    expect((await release(api, { posts: 'all' })).body.released).toBe(5_000);
    console.log(`its release: ${Math.round(performance.now() - freed)} ms`);
    // Nothing runs for these rows. The relay would find that out ten thousand times, while other tests wait for it.
    await asSystem((system) =>
      system
        .updateTable('process_outbox')
        .set({ delivered_at: new Date() })
        .where('tenant_id', '=', api.tenant.id)
        .execute(),
    );
    await api.inTenant((trx) => trx.updateTable('post').set({ status: 'cancelled' }).execute());
  });
});

describe('a suspended connection', () => {
  it('parks what waits for it ahead of the slot and counts it; resumed, it waits for the slot again', async () => {
    const api = await fresh();
    const post = await scheduled(api, { targets: [facebook(api), linkedin(api)] });
    const suspended = await suspend(api);
    expect(suspended).toMatchObject({ status: 200, body: { state: 'connected', suspendedAt: expect.any(String) } });
    await untilParked(api, post, 'suspended');
    const view = await read(api, post);
    expect(view.targets.map(({ state }: { state: string }) => state).toSorted()).toEqual(['parked', 'waiting']);
    expect((await connection(api)).parkedTargets).toBe(1);
    expect((await suspend(api)).body.suspendedAt).toBe(suspended.body.suspendedAt);
    expect((await resume(api)).body).toMatchObject({ suspendedAt: null, suspendedBy: null });
    await expect.poll(async () => (await read(api, post)).attention, soon).toBe(false);
    expect((await connection(api)).parkedTargets).toBe(0);
  });

  it('asks a person about what is late: it is sent after all, or given up', async () => {
    const api = await fresh();
    await suspend(api);
    const post = await scheduled(api, { scheduledAt: inMs(1_500) });
    await untilParked(api, post, 'suspended');
    await expect.poll(() => Date.now() > Date.parse(post.scheduledAt), soon).toBe(true);
    await resume(api);
    await untilParked(api, post, 'slot_passed');
    const path = `/v1/posts/${post.id}/targets/${post.targets[0].id}/resolve`;
    const { status, body } = await api.as('elena', 'POST', path, { resolution: { kind: 'give_up' } });
    expect([status, body.targets[0].state]).toEqual([200, 'rejected']);
    await expect.poll(async () => (await read(api, post)).status, soon).toBe('failed');
  });

  it('drops what is late, if whoever resumes it says so', async () => {
    const api = await fresh();
    await suspend(api);
    const post = await scheduled(api, { scheduledAt: inMs(1_500) });
    await untilParked(api, post, 'suspended');
    await expect.poll(() => Date.now() > Date.parse(post.scheduledAt), soon).toBe(true);
    await resume(api, { passedSlots: 'drop' });
    await expect.poll(async () => (await read(api, post)).status, soon).toBe('failed');
  });

  it('is suspended and resumed by tenant admins only', async () => {
    const api = await fresh();
    const path = `/v1/connections/${api.tenant.pages.facebook}/suspend`;
    expect((await api.as('paolo', 'POST', path)).body.permission).toBe('connection.write');
  });
});

const tenantApi = useTenantApi();
const slot = '2031-06-01T10:00:00.000Z';
const laterSlot = '2031-07-01T10:00:00.000Z';
const soon = { timeout: 15_000 };
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** A tenant without policies. */
async function fresh(): Promise<TenantApi> {
  return tenantApi().another({ policy: false });
}

const facebook = ({ tenant }: TenantApi) => ({ connectionId: tenant.pages.facebook });
const linkedin = ({ tenant }: TenantApi) => ({ connectionId: tenant.pages.linkedin });

async function scheduled(api: TenantApi, json: { scheduledAt?: string; targets?: object[] } = {}) {
  const { scheduledAt = slot, targets = [facebook(api)] } = json;
  const draft = await api.as('elena', 'POST', '/v1/posts', { text: 'Buon Natale', targets });
  const { status, body } = await api.as('elena', 'POST', `/v1/posts/${draft.body.id}/schedule`, { scheduledAt });
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

function stop({ as }: TenantApi, reason = 'Falscher Preis', person: 'paolo' | 'elena' = 'paolo') {
  return as(person, 'POST', '/v1/crisis-stop', { reason });
}

function release({ as }: TenantApi, json: object) {
  return as('paolo', 'POST', '/v1/crisis-stop/release', json);
}

function list({ as }: TenantApi, query = '') {
  return as('irene', 'GET', `/v1/crisis-stop?${query}`);
}

async function suspend(api: TenantApi) {
  return (await admin(api)).as('paolo', 'POST', `/v1/connections/${api.tenant.pages.facebook}/suspend`);
}

async function resume(api: TenantApi, json: object = {}) {
  return (await admin(api)).as('paolo', 'POST', `/v1/connections/${api.tenant.pages.facebook}/resume`, json);
}

/** With the right that only tenant admins have, given to the role of the supervisor. */
async function admin(api: TenantApi): Promise<TenantApi> {
  const permission = 'connection.write' as const;
  await api.inTenant(async (trx) => {
    const role = await trx
      .selectFrom('role')
      .select(['tenant_id', 'id'])
      .where('key', '=', 'supervisor')
      .executeTakeFirstOrThrow();
    await trx
      .insertInto('role_permission')
      .values({ tenant_id: role.tenant_id, role_id: role.id, permission })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
  return api;
}

async function connection({ as, tenant }: TenantApi) {
  return (await as('irene', 'GET', `/v1/connections/${tenant.pages.facebook}`)).body;
}

async function read({ as }: TenantApi, { id }: { id: string }) {
  return (await as('irene', 'GET', `/v1/posts/${id}`)).body;
}

interface Target {
  readonly state: string;
  readonly reason: { readonly code: string } | null;
}

async function untilParked(api: TenantApi, post: { id: string }, reason: string): Promise<void> {
  const reasons = async () =>
    (await read(api, post)).targets.flatMap((target: Target) =>
      target.state === 'parked' ? [target.reason?.code] : [],
    );
  await expect.poll(reasons, soon).toEqual([reason]);
}

function eventsOf({ inTenant, tenant }: TenantApi): Promise<string[]> {
  return inTenant(async (trx) => {
    const rows = await trx
      .selectFrom('event')
      .select('kind')
      .where('entity_id', '=', tenant.id)
      .orderBy('position')
      .execute();
    return rows.map(({ kind }) => kind);
  });
}

function holdsSent({ inTenant }: TenantApi): Promise<number> {
  return inTenant(async (trx) => {
    const rows = await trx.selectFrom('process_outbox').select('message').execute();
    return rows.filter(({ message }) => message.kind === 'hold').length;
  });
}

/** Rows only: no process runs for them. */
function insertScheduledPosts({ inTenant, tenant }: TenantApi, count: number): Promise<unknown> {
  return inTenant((trx) =>
    sql`
      with made as (select gen_random_uuid() as post, gen_random_uuid() as revision from generate_series(1, ${count})),
      posts as (
        insert into post (tenant_id, id, status, revision_id, scheduled_at, run, created_by, created_at, updated_at)
        select ${tenant.id}, post, 'scheduled', revision, ${slot}, 1, ${tenant.people.elena}, now(), now() from made
      ), revisions as (
        insert into post_revision (tenant_id, id, post_id, number, content, content_hash, search_text, author_id, created_at)
        select ${tenant.id}, revision, post, 1, '{"text": "x", "mediaIds": [], "targets": []}', ${'a'.repeat(64)}, 'x',
               ${tenant.people.elena}, now() from made
      )
      insert into post_target (tenant_id, id, post_id, connection_id, state)
      select ${tenant.id}, gen_random_uuid(), post, ${tenant.pages.facebook}, 'waiting' from made`.execute(trx),
  );
}

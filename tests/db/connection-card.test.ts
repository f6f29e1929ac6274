import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ConnectionFilter, type ConnectionSlice, connectionCards } from '../../src/db/connection-card.ts';
import { selectOutgoing, selectParked } from '../../src/db/connection-impact.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { AdminProfileId, PostId, RevisionId, TargetId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

describe('the cards of connections', () => {
  it('are one statement, whatever is asked', async () => {
    const { sql: statement } = connectionCards(app.db, everything, {
      states: ['connected', 'expired'],
      after: ['Pagina', randomUUID()],
      limit: 25,
    }).compile();
    await expect(statement).toMatchFileSnapshot('./connection-card.filtered.sql');
  });

  it('are read from the index by name, a page at a time, among thousands', async () => {
    const plan = await inTenant(async (trx) => {
      // Where nothing was analyzed yet, a bitmap of the same index may look cheaper.
      await sql`set local enable_bitmapscan = off`.execute(trx);
      const query = connectionCards(trx, nothing, { states: [], after: ['Pagina 1500', randomUUID()], limit: 25 });
      return query.explain<{ 'QUERY PLAN': string }>('text', sql`analyze, buffers off, costs off`);
    });
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(text).toMatch(/using connection_by_name/);
    expect(text).not.toMatch(/Seq Scan on (post_target|connection\b)/);
    // The page is cut before anything is looked up for its rows.
    expect([...text.matchAll(/loops=(\d+)/g)].map(([, loops]) => Number(loops)).every((loops) => loops <= 26)).toBe(
      true,
    );
  });

  it('come in pages that neither repeat nor skip one', async () => {
    const names: string[] = [];
    let after: ConnectionSlice['after'] = null;
    do {
      const page = await namesAfter(after);
      names.push(...page.names);
      after = page.next;
    } while (after !== null);
    expect(names).toHaveLength(pages + 1);
    expect(new Set(names).size).toBe(pages + 1);
  });

  it('count what is parked for each, and nothing else that waits', async () => {
    await insertTarget('parked', null);
    await insertTarget('unconfirmed', null);
    const [card] = await inTenant((trx) =>
      connectionCards(trx, { ...nothing, search: 'la pagina' }, { states: [], after: null, limit: 1 }).execute(),
    );
    expect(card).toMatchObject({ id: tenant.connection.id, parked_targets: 1 });
  });
});

describe('what waits for a connection', () => {
  it('comes by slot, what has none last, in pages', async () => {
    const slots = [new Date('2026-12-03T10:00:00Z'), null, new Date('2026-12-01T10:00:00Z')];
    for (const slot of slots) await insertTarget('parked', slot);
    const all = await inTenant((trx) => selectParked(trx, tenant.connection.id, { after: null, limit: 50 }));
    const times = all.map(({ scheduled_at: slot }) => slot?.getTime() ?? Number.POSITIVE_INFINITY);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const [first] = all;
    if (first === undefined) throw new Error('nothing is parked');
    const after = [first.scheduled_at?.toISOString() ?? 'infinity', first.id] as const;
    const rest = await inTenant((trx) => selectParked(trx, tenant.connection.id, { after, limit: 50 }));
    expect(rest.map(({ id }) => id)).toEqual(all.slice(1).map(({ id }) => id));
  });

  it('is also what is not parked yet, but nothing that has ended', async () => {
    const waiting = await insertTarget('waiting', new Date('2026-12-09T10:00:00Z'));
    const published = await insertTarget('published', new Date('2026-12-09T10:00:00Z'));
    const outgoing = await inTenant((trx) => selectOutgoing(trx, tenant.connection.id, { after: null, limit: 100 }));
    const ids = outgoing.map(({ id }) => id);
    expect([ids.includes(waiting), ids.includes(published)]).toEqual([true, false]);
    expect(outgoing.find(({ id }) => id === waiting)).toMatchObject({ state: 'waiting', other_targets: 0 });
  });
});

const app = databaseAs('app');
const owner = databaseAs('owner', { max: 1 });
const pages = 3_000;
let tenant: OneRowPerTable;

const nothing: ConnectionFilter = { networks: [], adminProfileId: null, search: null, suspended: null };
const everything: ConnectionFilter = {
  networks: ['facebook', 'linkedin'],
  adminProfileId: randomUUID() as AdminProfileId,
  search: 'Aurora',
  suspended: true,
};

beforeAll(async () => {
  const rows = oneRowPerTable();
  tenant = { ...rows, connection: { ...rows.connection, name: 'La pagina di tutti' } };
  await inTenant(async (trx) => {
    await insertRows(trx, tenant);
    await sql`
      insert into connection (tenant_id, id, network, external_id, name, state, grant_kind, connected_at)
      select ${tenant.tenant.id}::uuid, gen_random_uuid(), 'facebook', gen_random_uuid()::text,
             'Pagina ' || lpad(n::text, 4, '0'), 'connected', 'facebook_login', now()
      from generate_series(1, ${pages}::integer) n`.execute(trx);
  });
  await sql`analyze connection`.execute(owner.db);
});

async function namesAfter(after: ConnectionSlice['after']) {
  const limit = 500;
  const rows = await inTenant((trx) => connectionCards(trx, nothing, { states: [], after, limit }).execute());
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { names: shown.map(({ name }) => name), next: last === undefined ? null : ([last.name, last.id] as const) };
}

async function insertTarget(state: 'parked' | 'unconfirmed' | 'waiting' | 'published', slot: Date | null) {
  const [postId, revisionId, id] = [newId<PostId>(), newId<RevisionId>(), newId<TargetId>()];
  await inTenant(async (trx) => {
    const post = {
      ...tenant.post,
      id: postId,
      revision_id: revisionId,
      scheduled_at: slot,
      status: 'publishing',
    } as const;
    await trx.insertInto('post').values(post).execute();
    await trx
      .insertInto('post_revision')
      .values({ ...tenant.post_revision, id: revisionId, post_id: postId })
      .execute();
    await trx
      .insertInto('post_target')
      .values({ ...tenant.post_target, id, post_id: postId, state })
      .execute();
  });
  return id;
}

function inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(app.db, tenant.tenant.id, work);
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenContext } from '../../src/db/connection-grant.ts';
import { tenantKeys } from '../../src/db/tenant-key.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { ConnectionId } from '../../src/domain/ids.ts';
import { seal } from '../../src/platform/sealing.ts';
import { type CallAnswer, startApi, type TestApi } from '../support/api.ts';
import { ownConnections } from '../support/own-connections.ts';
import { scriptedNetworks } from '../support/scripted-networks.ts';
import { createOwnTenant, type OwnTenant, ownTokens } from '../support/own-tenant.ts';

describe('before a disconnect', () => {
  test('one is told what it would affect: by slot, with how much there is of each', async () => {
    const id = await make.connection('facebook');
    const other = await make.connection('linkedin');
    const slot = new Date('2026-12-01T09:00:00Z');
    const scheduled = await make.post(
      'scheduled',
      [
        { on: id, state: 'waiting' },
        { on: other, state: 'waiting' },
      ],
      { slot },
    );
    const inReview = await make.post('in_review', [{ on: id, state: 'waiting' }]);
    await make.post('publishing', [{ on: id, state: 'parked' }], { slot: new Date('2026-11-20T09:00:00Z') });
    await make.post('published', [{ on: id, state: 'published' }]);
    await make.post('draft', [{ on: id, state: 'waiting' }]);
    const { body } = await impactOf(id);
    expect(body.counts).toEqual({ posts: { in_review: 1, scheduled: 1, publishing: 1 }, parkedTargets: 1 });
    expect(body.items).toMatchObject([
      { kind: 'post', status: 'publishing', target: { state: 'parked' } },
      { postId: scheduled, scheduledAt: slot.toISOString(), otherTargets: 1 },
      { postId: inReview, scheduledAt: null },
    ]);
    const { nextCursor } = (await impactOf(id, '?limit=2')).body;
    expect((await impactOf(id, `?limit=2&cursor=${nextCursor}`)).body.items).toMatchObject([{ postId: inReview }]);
  });
});

describe('a disconnect', () => {
  test('ends the connection, says who did it, and parks what has yet to go out', async () => {
    const id = await make.connection('facebook');
    await make.secret(id);
    const post = await make.post('scheduled', [{ on: id, state: 'waiting' }], {
      slot: new Date('2027-01-01T09:00:00Z'),
    });
    const { status, body } = await disconnect(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      state: 'disconnected',
      badge: 'disconnected',
      disconnectedBy: { id: own.users.tenant_admin, name: 'tenant_admin' },
      revocation: 'pending',
      remedy: 'È stata disconnessa. Connetti di nuovo la stessa pagina e torna con la sua storia.',
    });
    expect(await toldAbout(post)).toEqual(['hold']);
    expect(await disconnectsOf(id)).toEqual([['connection.disconnected', 'user']]);
  });

  test('again answers the same and does nothing more', async () => {
    const id = await make.connection('facebook');
    const first = await disconnect(id);
    // Meanwhile its process may have taken the grant back.
    expect({ ...(await disconnect(id)).body, revocation: null }).toEqual({ ...first.body, revocation: null });
    expect(await disconnectsOf(id)).toHaveLength(1);
  });

  test('of a network without a way back has no revocation to wait for', async () => {
    const id = await make.connection('linkedin');
    expect((await disconnect(id)).body.revocation).toBe('not_offered');
  });

  test('is for those who may change connections', async () => {
    const id = await make.connection('facebook');
    const { status, body } = await disconnect(id, 'editor');
    expect([status, body.permission]).toEqual([403, 'connection.write']);
  });

  test('takes the page out of what posts can be sent to, at once', async () => {
    const id = await make.connection('facebook');
    const kept = await draftTo([id]);
    await disconnect(id);
    const refused = await draftTo([id]);
    expect([refused.status, refused.body.errors]).toMatchObject([
      422,
      [{ pointer: '/targets/0/connectionId', rule: 'connection_state', value: 'disconnected' }],
    ]);
    expect((await get(`/v1/connections?state=connected,degraded&limit=100`)).body.items.map(idOf)).not.toContain(id);
    // A draft that named it before can still be written, and is told when it is submitted.
    const path = `/v1/posts/${kept.body.id}`;
    const edited = await api.call(path, {
      method: 'PATCH',
      token: own.token('editor'),
      headers: { 'if-match': '*' },
      json: { text: 'Ancora da finire' },
    });
    expect(edited.status).toBe(200);
    const submitted = await api.call(`${path}/submit`, { method: 'POST', token: own.token('editor') });
    expect(submitted).toMatchObject({ status: 422, body: { type: '/problems/connection-not-usable' } });
    const added = await make.connection('facebook', { state: 'disconnected' });
    const more = await api.call(path, {
      method: 'PATCH',
      token: own.token('editor'),
      headers: { 'if-match': '*' },
      json: { targets: [{ connectionId: id }, { connectionId: added }] },
    });
    expect([more.status, more.body.errors]).toMatchObject([422, [{ pointer: '/targets/1/connectionId' }]]);
  });
});

test('a check that was under way at a disconnect does not bring the connection back', async () => {
  const id = await make.connection('facebook');
  const about = { tenantId: own.tenantId, connectionId: id };
  await withTenant(api.services.db, own.tenantId, async (trx) => {
    const { newest } = await tenantKeys(trx, own.tenantId, api.config.masterKeys, new Date());
    const access_token = seal(newest, tokenContext(about), 'token');
    await trx
      .insertInto('connection_secret')
      .values({ tenant_id: own.tenantId, connection_id: id, access_token })
      .execute();
  });
  whileProbing = () => disconnect(id);
  const { status, body } = await api.call(`/v1/connections/${id}/check`, {
    method: 'POST',
    token: own.token('tenant_admin'),
  });
  expect([status, body.released, body.connection.state]).toEqual([200, 0, 'disconnected']);
  expect(await disconnectsOf(id)).toEqual([['connection.disconnected', 'user']]);
});

let whileProbing: () => Promise<unknown> = () => Promise.resolve();
let api: TestApi;
let own: OwnTenant;
let make: ReturnType<typeof ownConnections>;

beforeAll(async () => {
  api = await startApi({
    services: { tokens: ownTokens },
    desk: scriptedNetworks().desk,
    probe: async () => {
      await whileProbing();
      return { kind: 'works' };
    },
  });
  own = await createOwnTenant(api.services.db);
  make = ownConnections(api.services.db, own);
});
afterAll(() => api.close());

function disconnect(id: ConnectionId, role: 'tenant_admin' | 'editor' = 'tenant_admin'): Promise<CallAnswer> {
  return api.call(`/v1/connections/${id}/disconnect`, { method: 'POST', token: own.token(role) });
}

function impactOf(id: ConnectionId, query = ''): Promise<CallAnswer> {
  return get(`/v1/connections/${id}/impact${query}`);
}

function get(path: string): Promise<CallAnswer> {
  return api.call(path, { token: own.token('viewer') });
}

function draftTo(ids: readonly ConnectionId[]): Promise<CallAnswer> {
  const json = { text: 'Bozza', targets: ids.map((connectionId) => ({ connectionId })) };
  return api.call('/v1/posts', { method: 'POST', token: own.token('editor'), json });
}

function idOf({ id }: { id: string }): string {
  return id;
}

/** What its process tells of the grant comes when it comes. */
function disconnectsOf(id: ConnectionId): Promise<[string, string][]> {
  return withTenant(api.services.db, own.tenantId, async (trx) => {
    const rows = await trx
      .selectFrom('event')
      .select(['kind', 'actor_kind'])
      .where('entity_id', '=', id)
      .where('kind', '=', 'connection.disconnected')
      .execute();
    return rows.map(({ kind, actor_kind: actor }) => [kind, actor]);
  });
}

function toldAbout(postId: string): Promise<string[]> {
  return withTenant(api.services.db, own.tenantId, async (trx) => {
    const rows = await trx
      .selectFrom('process_outbox')
      .select('message')
      .where('workflow_id', 'like', `%/post/${postId}/%`)
      .execute();
    return rows.map(({ message }) => message.kind);
  });
}

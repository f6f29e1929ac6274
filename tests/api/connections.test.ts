import { tokenContext } from '../../src/db/connection-grant.ts';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ProbedPage, ProbeOutcome } from '../../src/api/connections/probe.ts';
import type { RefusedToken, Renewal } from '../../src/api/connections/renew.ts';
import { breakConnection } from '../../src/db/connection-grant.ts';
import { tenantKeys } from '../../src/db/tenant-key.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { ConnectionState } from '../../src/domain/connection.ts';
import type { ConnectionId, PostId } from '../../src/domain/ids.ts';
import type { PublishingNetwork } from '../../src/domain/network.ts';
import type { TargetState } from '../../src/domain/publication.ts';
import { seal } from '../../src/platform/sealing.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { eventsOf as eventsAbout } from '../support/connection-record.ts';
import { ownConnections } from '../support/own-connections.ts';
import { createOwnTenant, type OwnTenant, ownTokens } from '../support/own-tenant.ts';

let api: TestApi;
let own: OwnTenant;
let probed: ProbedPage[] = [];
let refusedTokens: RefusedToken[] = [];
let renewal: Renewal;
let network: (page: ProbedPage) => Promise<ProbeOutcome>;

beforeAll(async () => {
  api = await startApi({
    services: { tokens: ownTokens },
    probe: (page) => {
      probed.push(page);
      return network(page);
    },
    renew: async (refused) => {
      refusedTokens.push(refused);
      return renewal;
    },
  });
  own = await createOwnTenant(api.services.db);
});
beforeEach(() => {
  [probed, refusedTokens] = [[], []];
  renewal = { kind: 'gone' };
  network = () => Promise.resolve({ kind: 'works' });
});
afterAll(() => api.close());

const lapsed: ProbeOutcome = {
  kind: 'grant_refused',
  problem: 'gone',
  missing: [],
  lapsed: true,
  providerStatus: 401,
  providerCode: '65601',
  providerMessage: 'The token has expired',
};
const words = { providerStatus: 400, providerCode: '190', providerMessage: 'Session has expired' };

test('a check asks the network for the page, with its own token', async () => {
  const id = await insertConnection('connected', { token: 'token of this page' });
  const { status, body } = await check(id);
  expect([status, body.works, body.connection.state]).toEqual([200, true, 'connected']);
  expect(probed).toMatchObject([{ network: 'facebook', accessToken: 'token of this page' }]);
  expect(body.connection.lastSuccessAt).not.toBeNull();
  expect(await eventsOf(id)).toEqual(['connection.checked']);
});

test('a token that is refused for good is an expired connection, in red', async () => {
  const id = await insertConnection('connected');
  network = () => Promise.resolve({ kind: 'grant_refused', problem: 'gone', missing: [], lapsed: false, ...words });
  const { body } = await check(id);
  expect(body).toMatchObject({ works: false, released: 0, connection: { state: 'expired', badge: 'disconnected' } });
  expect(body.connection.lastError).toMatchObject({ code: 'grant_gone', ...words });
});

test('a token that has lapsed is renewed, and the page asked once more', async () => {
  const id = await insertConnection('connected', { token: 'old' });
  network = async ({ accessToken }) => (accessToken === 'old' ? lapsed : { kind: 'works' });
  renewal = { kind: 'renewed', accessToken: 'new' };
  expect((await check(id)).body).toMatchObject({ works: true, connection: { state: 'connected' } });
  expect(refusedTokens).toEqual([{ tenantId: own.tenantId, connectionId: id, tokenVersion: 1 }]);
  expect(probed.map(({ accessToken }) => accessToken)).toEqual(['old', 'new']);
});

test('a token that has lapsed and cannot be renewed is an expired connection', async () => {
  network = () => Promise.resolve(lapsed);
  expect((await check(await insertConnection('connected'))).body.connection.state).toBe('expired');
  renewal = { kind: 'permission_lost', missing: ['pages_messaging'] };
  expect((await check(await insertConnection('connected'))).body.connection).toMatchObject({
    state: 'refresh_required',
    missingScopes: [{ scope: 'pages_messaging' }],
  });
});

test('a network that is in trouble while it renews a token degrades the page, and so does one that refuses the new one', async () => {
  network = () => Promise.resolve(lapsed);
  renewal = { kind: 'trouble', retryAfterMs: 5_000 };
  expect((await check(await insertConnection('connected'))).body.connection.state).toBe('degraded');
  renewal = { kind: 'renewed', accessToken: 'new' };
  expect((await check(await insertConnection('connected'))).body.connection.state).toBe('degraded');
});

test('a permission that was lost asks for consent again, in yellow, and is named where the network names it', async () => {
  const id = await insertConnection('connected');
  const missing = ['pages_read_engagement'];
  network = () => Promise.resolve({ kind: 'grant_refused', problem: 'permission', missing, lapsed: false, ...words });
  expect((await check(id)).body.connection).toMatchObject({
    state: 'refresh_required',
    badge: 'refresh',
    missingScopes: [{ scope: 'pages_read_engagement', features: ['publish', 'import'] }],
  });
});

test('trouble of the network degrades a page that works and leaves a broken one broken', async () => {
  const working = await insertConnection('connected');
  const broken = await insertConnection('expired');
  network = () => Promise.resolve({ kind: 'trouble', retryAfterMs: null, ...words, providerStatus: 503 });
  expect((await check(working)).body.connection).toMatchObject({
    state: 'degraded',
    lastError: { code: 'network_trouble' },
  });
  expect((await check(broken)).body.connection.state).toBe('expired');
});

test('a repaired connection releases every running post that was parked for it, once each', async () => {
  const id = await insertConnection('expired');
  const parked = [await insertPost(id, { run: 1, state: 'parked' }), await insertPost(id, { run: 3, state: 'parked' })];
  const waiting = await insertPost(id, { run: 1, state: 'waiting' });
  await insertPost(id, { run: 1, state: 'published' });
  const { body } = await check(id);
  expect(body).toMatchObject({ works: true, released: 2, connection: { state: 'connected', lastError: null } });
  expect(await eventsOf(id)).toEqual(['connection.repaired']);
  expect(await messages(id)).toEqual([
    `tenant/${own.tenantId}/post/${parked[0]}/1`,
    `tenant/${own.tenantId}/post/${parked[1]}/3`,
    // Not parked yet, but told when the connection broke.
    `tenant/${own.tenantId}/post/${waiting}/1`,
  ]);
});

test('a refusal from before the repair cannot break the connection again', async () => {
  const id = await insertConnection('expired');
  await check(id);
  const error = { code: 'grant_gone', ...words, at: new Date().toISOString() } as const;
  const late = await withTenant(api.services.db, own.tenantId, (trx) =>
    breakConnection(
      trx,
      { tenantId: own.tenantId, connectionId: id },
      { grantVersion: 1, state: 'expired', error, now: new Date() },
    ),
  );
  expect(late).toBe(false);
  expect((await api.call(`/v1/connections/${id}`, { token: own.token('viewer') })).body.state).toBe('connected');
});

test('a connection without a token is not probed: consent is needed again', async () => {
  const id = await insertConnection('connected', { token: null });
  expect((await check(id)).body).toMatchObject({ works: false, connection: { state: 'expired' } });
  expect(probed).toEqual([]);
});

test('there is nothing to check once a person has disconnected it', async () => {
  const id = await insertConnection('disconnected');
  expect(await check(id)).toMatchObject({
    status: 409,
    body: { type: '/problems/not-connected', state: 'disconnected' },
  });
  expect(probed).toEqual([]);
});

test('viewers see connections and may not check them', async () => {
  const id = await insertConnection('connected');
  const { status, body } = await check(id, 'viewer');
  expect([status, body.permission]).toEqual([403, 'connection.check']);
});

test('the list filters by network and state, and counts every state', async () => {
  const other = await createOwnTenant(api.services.db);
  await insertConnection('connected', { tenant: other });
  await insertConnection('connected', { tenant: other, on: 'instagram' });
  await insertConnection('expired', { tenant: other, on: 'linkedin' });
  const list = async (query: string) => {
    const { body } = await api.call(`/v1/connections?${query}`, { token: other.token('viewer') });
    return { networks: body.items.map((item: { network: string }) => item.network).toSorted(), counts: body.counts };
  };
  expect(await list('')).toEqual({
    networks: ['facebook', 'instagram', 'linkedin'],
    counts: { connected: 2, expired: 1 },
  });
  expect((await list('state=expired,degraded')).networks).toEqual(['linkedin']);
  expect(await list('network=facebook,instagram&state=expired')).toEqual({ networks: [], counts: { connected: 2 } });
});

test('answers never hold a token', async () => {
  const id = await insertConnection('connected', { token: 'EAAB-very-secret' });
  const texts = [await check(id), await api.call('/v1/connections?limit=100', { token: own.token('viewer') })];
  expect(JSON.stringify(texts.map(({ body }) => body))).not.toMatch(/EAAB|v1\./);
});

function check(id: ConnectionId, role: 'editor' | 'viewer' = 'editor') {
  return api.call(`/v1/connections/${id}/check`, { method: 'POST', token: own.token(role) });
}

interface Given {
  readonly token?: string | null;
  readonly tenant?: OwnTenant;
  readonly on?: PublishingNetwork;
}

async function insertConnection(
  state: ConnectionState,
  { token = 'a token', tenant = own, on = 'facebook' }: Given = {},
): Promise<ConnectionId> {
  const rows = ownConnections(api.services.db, tenant);
  const connectionId = await rows.connection(on, { state });
  if (token === null) return connectionId;
  const { tenantId } = tenant;
  const { newest } = await withTenant(api.services.db, tenantId, (trx) =>
    tenantKeys(trx, tenantId, api.config.masterKeys, new Date()),
  );
  await rows.secret(connectionId, { accessToken: seal(newest, tokenContext({ tenantId, connectionId }), token) });
  return connectionId;
}

function insertPost(on: ConnectionId, { run, state }: { run: number; state: TargetState }): Promise<PostId> {
  return ownConnections(api.services.db, own).post('publishing', [{ on, state }], { run });
}

const eventsOf = (id: string) => withTenant(api.services.db, own.tenantId, (trx) => eventsAbout(trx, id));

function messages(id: ConnectionId): Promise<string[]> {
  return withTenant(api.services.db, own.tenantId, async (trx) => {
    const rows = await trx.selectFrom('process_outbox').select(['workflow_id', 'message']).orderBy('id').execute();
    return rows
      .filter(({ message }) => message.kind === 'connection_repaired' && message.connectionId === id)
      .map(({ workflow_id }) => workflow_id);
  });
}

test('an id that is not the tenant’s is not found', async () => {
  expect((await check(randomUUID() as ConnectionId)).status).toBe(404);
});

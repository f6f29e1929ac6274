import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { refreshConnection, type RefreshOutcome } from '../../src/activities/token-refresh.ts';
import { ChannelError, type ChannelErrorFacts } from '../../src/channels/channel.ts';
import type { Connector, Grant } from '../../src/channels/connector.ts';
import { leaseTokens, lockTokens, openTokens, replaceTokens } from '../../src/db/connection-token.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { ConnectionId } from '../../src/domain/ids.ts';
import { scopesOf } from '../../src/domain/grant-scopes.ts';
import { type FreshTenant, freshTenant } from '../support/fresh-tenant.ts';
import { holdTokens, renewing, type TokenHolder } from '../support/held-tokens.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app', { max: 10 });
const masterKeys = [{ version: 1, bytes: randomBytes(32) }];
const asked = scopesOf('x', 'oauth').map(({ scope }) => scope);
let tenant: FreshTenant;
/** What the network is shown, in the order of arrival. */
let shown: (string | null)[];
let clockMs: number;

beforeEach(async () => {
  tenant = await freshTenant(db);
  shown = [];
  clockMs = Date.parse('2026-11-24T10:00:00Z');
});

describe('a token that was refused', () => {
  test('is renewed, stored under a higher version and handed out', async () => {
    const id = await hold();
    const outcome = await refresh(
      id,
      1,
      granting({ accessToken: 'a2', refreshToken: 'r2', expiresAt: inMs(7_200_000) }),
    );
    expect(outcome).toEqual({ kind: 'fresh', accessToken: 'a2', tokenVersion: 2 });
    expect(await tokensOf(id)).toMatchObject({ accessToken: 'a2', refreshToken: 'r2', version: 2, lease: null });
    expect(shown).toEqual(['r1']);
  });

  test('is renewed again at about four fifths of its life', async () => {
    const id = await hold();
    await refresh(id, 1, granting({ accessToken: 'a2', expiresAt: inMs(100_000) }));
    const dueInMs = ((await dutyOf(id))?.due_at.getTime() ?? 0) - clockMs;
    expect(dueInMs).toBeGreaterThanOrEqual(75_000);
    expect(dueInMs).toBeLessThanOrEqual(85_000);
    await refresh(id, 2, granting({ accessToken: 'a3', expiresAt: null }));
    expect(await dutyOf(id)).toBeUndefined();
  });

  test('is not renewed by whoever comes with an older version: there is a newer one', async () => {
    const id = await hold();
    const network = granting({ accessToken: 'a2' });
    await refresh(id, 1, network);
    expect(await refresh(id, 1, network)).toEqual({ kind: 'current', accessToken: 'a2', tokenVersion: 2 });
    expect(shown).toHaveLength(1);
  });

  test('is renewed once, however many meet the refusal at once', async () => {
    const id = await hold();
    const network = granting({ accessToken: 'a2', refreshToken: 'r2' }, 300);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => refresh(id, 1, network)));
    expect(outcomes.filter(({ kind }) => kind === 'fresh')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'current')).toHaveLength(19);
    expect(new Set(outcomes.map((outcome) => 'accessToken' in outcome && outcome.accessToken))).toEqual(
      new Set(['a2']),
    );
    expect(shown).toEqual(['r1']);
  });

  test.each([null, ''])('keeps its refresh token when the network gives none (%j)', async (refreshToken) => {
    const id = await hold();
    await refresh(id, 1, granting({ accessToken: 'a2', refreshToken }));
    expect(await tokensOf(id)).toMatchObject({ accessToken: 'a2', refreshToken: 'r1' });
  });

  test('of a network that cannot renew leaves the connection as it is', async () => {
    const id = await hold();
    expect(await refresh(id, 1, { ...granting({}), refresh: null })).toEqual({ kind: 'not_renewable' });
    expect(await refresh(id, 1, null)).toEqual({ kind: 'not_renewable' });
    const unheard = refusing({ class: 'disconnected', grantProblem: 'gone' });
    expect(await refresh(id, 1, unheard)).toEqual({ kind: 'not_renewable' });
    expect((await rowOf(id)).state).toBe('connected');
  });
});

describe('a token that is due', () => {
  test('is renewed', async () => {
    const id = await hold({ refreshDueAt: new Date(clockMs - 1) });
    expect(await refresh(id, null, granting({ accessToken: 'a2' }))).toMatchObject({ kind: 'fresh' });
  });

  test('is left alone if somebody has renewed it meanwhile', async () => {
    const id = await hold({ refreshDueAt: new Date(clockMs + 60_000) });
    const outcome = await refresh(id, null, granting({ accessToken: 'a2' }));
    expect(outcome).toEqual({ kind: 'current', accessToken: 'a1', tokenVersion: 1 });
    expect(shown).toEqual([]);
  });
});

describe('only a word of the network breaks a connection', () => {
  const answer = { status: 400, code: 'invalid_grant', message: 'The grant is over' };

  test('a grant that is gone is `expired`, and nobody asks again', async () => {
    const id = await hold({ refreshDueAt: new Date(clockMs) });
    const network = refusing({ class: 'disconnected', grantProblem: 'gone', provider: answer });
    const outcomes = await Promise.all([1, 1, 1, null].map((version) => refresh(id, version, network)));
    expect(outcomes).toEqual(Array.from({ length: 4 }, () => ({ kind: 'grant_gone' })));
    expect(shown).toHaveLength(1);
    expect(await rowOf(id)).toMatchObject({
      state: 'expired',
      last_error: { code: 'grant_gone', providerStatus: 400, providerCode: 'invalid_grant' },
    });
    expect(await dutyOf(id)).toBeUndefined();
  });

  test('a permission that is lost is `refresh_required`, and named where the network names it', async () => {
    const id = await hold();
    const missing = ['tweet.write'];
    const lost = { class: 'refresh_token', grantProblem: 'permission', missingScopes: missing } as const;
    expect(await refresh(id, 1, refusing({ ...lost, provider: answer }))).toEqual({ kind: 'permission_lost', missing });
    expect(await rowOf(id)).toMatchObject({ state: 'refresh_required', missing_scopes: missing });
  });

  test('so is one that the new token lacks; the token is used for the rest', async () => {
    const id = await hold({ scopes: asked });
    const scopes = asked.filter((scope) => scope !== 'tweet.write');
    expect(await refresh(id, 1, granting({ accessToken: 'a2', scopes }))).toMatchObject({ kind: 'fresh' });
    expect(await rowOf(id)).toMatchObject({ state: 'refresh_required', missing_scopes: ['tweet.write'], scopes });
  });

  test('one that was never given is not lost', async () => {
    const scopes = asked.filter((scope) => scope !== 'dm.read');
    const id = await hold({ scopes });
    await refresh(id, 1, granting({ accessToken: 'a2', scopes }));
    expect(await rowOf(id)).toMatchObject({ state: 'connected', missing_scopes: ['dm.read'] });
  });

  test.each([
    ['throttling', { class: 'retry_later', retryAfterMs: 90_000, provider: { ...answer, status: 429 } }, 90_000],
    ['trouble of its own', { class: 'unknown', provider: { ...answer, status: 503 } }, 5_000],
    ['an answer about our app', { class: 'unknown', provider: { ...answer, code: 'invalid_client' } }, 5_000],
    ['no answer', { class: 'unknown' }, 5_000],
  ] as const)('%s never does, and the network is left alone for a while', async (_name, facts, pauseMs) => {
    const id = await hold();
    const outcomes = await Promise.all([1, 1, 1].map((version) => refresh(id, version, refusing(facts))));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ kind: 'trouble', retryAfterMs: pauseMs });
    expect(shown).toHaveLength(1);
    expect(await rowOf(id)).toMatchObject({ state: 'connected', last_error: null });
    clockMs += pauseMs;
    expect(await refresh(id, 1, granting({ accessToken: 'a2' }))).toMatchObject({ kind: 'fresh' });
  });

  test('a fault of our own does not either', async () => {
    const id = await hold();
    const network = renewing(() => Promise.reject(new TypeError('a fault')));
    expect(await refresh(id, 1, network)).toMatchObject({ kind: 'trouble' });
    expect((await rowOf(id)).state).toBe('connected');
  });
});

describe('a lease', () => {
  test('of a process that has died runs out, and the next shows the refresh token that is stored', async () => {
    const id = await hold();
    await lease(id, { until: inMs(30_000) });
    const later = refresh(id, 1, granting({ accessToken: 'a2' }));
    await sleep(200);
    expect(shown).toEqual([]);
    clockMs += 30_000;
    expect(await later).toMatchObject({ kind: 'fresh', tokenVersion: 2 });
    expect(shown).toEqual(['r1']);
  });

  test('that was outlived by a consent brings nothing: what is there is newer', async () => {
    const id = await hold();
    const network = renewing(async () => {
      await consentAnew(id);
      return { accessToken: 'late', refreshToken: 'late' };
    });
    expect(await refresh(id, 1, network)).toEqual({ kind: 'current', accessToken: 'consented', tokenVersion: 2 });
    expect(await tokensOf(id)).toMatchObject({ accessToken: 'consented', refreshToken: 'consented too' });
  });

  test('that was outlived by a consent breaks nothing', async () => {
    const id = await hold();
    const network = renewing(async () => {
      await consentAnew(id);
      throw failure({
        class: 'disconnected',
        grantProblem: 'gone',
        provider: { status: 400, code: null, message: null },
      });
    });
    expect(await refresh(id, 1, network)).toMatchObject({ kind: 'current', accessToken: 'consented' });
    expect((await rowOf(id)).state).toBe('connected');
  });
});

test('a connection that was ended has nothing to renew', async () => {
  const id = await hold({ state: 'disconnected' });
  expect(await refresh(id, 1, granting({ accessToken: 'a2' }))).toEqual({ kind: 'not_renewable' });
  expect(shown).toEqual([]);
});

function hold(holder: Partial<TokenHolder> = {}): Promise<ConnectionId> {
  const page = {
    network: 'x',
    kind: 'oauth',
    externalId: randomUUID(),
    accessToken: 'a1',
    refreshToken: 'r1',
  } as const;
  return holdTokens(db, tenant.id, { ...page, ...holder }, masterKeys);
}

function refresh(
  connectionId: ConnectionId,
  usedVersion: number | null,
  network: Connector | null,
): Promise<RefreshOutcome> {
  const dependencies = { db, masterKeys, connectors: () => network, clock: () => clockMs };
  return refreshConnection(dependencies, { tenantId: tenant.id, connectionId, usedVersion });
}

function granting(grant: Partial<Grant>, afterMs = 0): Connector {
  return renewing(async (refreshToken) => {
    shown.push(refreshToken);
    await sleep(afterMs);
    return grant;
  });
}

function refusing(facts: Partial<ChannelErrorFacts>): Connector {
  return renewing(async (refreshToken) => {
    shown.push(refreshToken);
    throw failure(facts);
  });
}

function failure(facts: Partial<ChannelErrorFacts>): ChannelError {
  return new ChannelError('the network refused', { class: 'unknown', mayHaveActed: false, ...facts });
}

const inMs = (ms: number): number => clockMs + ms;

async function lease(connectionId: ConnectionId, { until }: { until: number }): Promise<void> {
  const key = { tenantId: tenant.id, connectionId };
  await withTenant(db, tenant.id, (trx) => leaseTokens(trx, key, { lease: randomUUID(), until: new Date(until) }));
}

async function consentAnew(connectionId: ConnectionId): Promise<void> {
  const tokens = { accessToken: 'consented', refreshToken: 'consented too', expiresAt: null };
  const rest = { consentExpiresAt: null, granted: null, refreshAt: null };
  const key = { tenantId: tenant.id, connectionId };
  await withTenant(db, tenant.id, (trx) =>
    replaceTokens(trx, key, { ...tokens, ...rest }, { masterKeys, now: new Date(clockMs) }),
  );
}

async function tokensOf(connectionId: ConnectionId) {
  const key = { tenantId: tenant.id, connectionId };
  return withTenant(db, tenant.id, async (trx) => {
    const stored = await lockTokens(trx, key);
    if (stored === null) throw new Error('there are no tokens');
    const opened = await openTokens(trx, key, stored, { masterKeys, now: new Date(clockMs) });
    return { ...opened, version: stored.token_version, lease: stored.refresh_lease };
  });
}

function rowOf(id: ConnectionId) {
  return withTenant(db, tenant.id, (trx) =>
    trx.selectFrom('connection').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
  );
}

function dutyOf(id: ConnectionId) {
  return withTenant(db, tenant.id, (trx) =>
    trx.selectFrom('connection_duty').selectAll().where('connection_id', '=', id).executeTakeFirst(),
  );
}

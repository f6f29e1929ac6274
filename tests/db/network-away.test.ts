import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerConsentPage } from '../../dev/consent.ts';
import { type Simulator, startSimulator } from '../../simulators/kernel/simulator.ts';
import type { Settings } from '../../simulators/kernel/settings.ts';
import { x } from '../../simulators/x/network.ts';
import { xAccounts } from '../../simulators/x/seeds.ts';
import type { Grant } from '../../src/channels/connector.ts';
import { type ChannelHttp, channelHttp, usualHttpSettings } from '../../src/channels/http.ts';
import { hostsFor } from '../../src/channels/http/hosts.ts';
import { connectorRegistry, type Connectors } from '../../src/channels/registry.ts';
import { setDuty } from '../../src/db/connection-duty.ts';
import { withTenant } from '../../src/db/tenant.ts';
import { seedApps } from '../support/apps.ts';
import { consentConnectorOf } from '../support/connectors.ts';
import { until } from '../support/fault-wait.ts';
import { freshTenant } from '../support/fresh-tenant.ts';
import { holdTokens } from '../support/held-tokens.ts';
import { describePage, type TestPage, testMasterKeys } from './support/held-connections.ts';
import { useOwnDatabase } from './support/own-database.ts';
import { type Slices, slicesWith } from './support/scripted-network.ts';

const minuteMs = 60_000;
const start = Date.UTC(2026, 10, 24, 10);

test('a network that is away for an hour degrades its page once; back again, the page is healthy by itself', async () => {
  const page = await connected();
  await pass(2 * minuteMs);
  expect(await shown(page)).toMatchObject({ state: 'connected', tokenVersion: 1, events: [] });

  await network.close();
  await pass(60 * minuteMs);
  expect(await shown(page)).toMatchObject({
    state: 'degraded',
    tokenVersion: 1,
    events: ['connection.degraded'],
    told: ['connection_changed'],
  });
  // No answer at all: there is nothing of the network's to be told.
  expect((await shown(page)).last_error).toMatchObject({ code: 'no_answer', providerStatus: null });

  // Its own token has lapsed meanwhile, at the network and by our clock.
  await until(lapsedAt);
  network = await atSamePlace({});
  await pass(12 * minuteMs);
  expect(await shown(page)).toMatchObject({
    state: 'connected',
    error: null,
    tokenVersion: 2,
    events: ['connection.degraded', 'connection.recovered'],
    told: ['connection_changed', 'connection_changed'],
  });
  // X spends refresh tokens: with one more request the page would have been lost.
  const renewals = network.world.log.list().filter(({ operation }) => operation === 'x.oauth.token');
  expect(renewals.map(({ status }) => status)).toEqual([200, 200]);
});

const databases = useOwnDatabase();
const [account] = xAccounts;
const accessTokenLifetimeMs = 2_000;
let [folder, port] = ['', 0];
let network: Simulator;
let http: ChannelHttp;
let connectors: Connectors;
let slices: Slices;
/** Epoch milliseconds, by the network's clock. */
let lapsedAt = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chorally-away-'));
  network = await atSamePlace({ accessTokenLifetimeMs });
  port = Number(new URL(network.url).port);
  slices = slicesWith(databases, (clock) => (connectors = connectorsAt(network.url, clock)), start);
});
afterAll(async () => {
  await Promise.all([network.close(), http.close()]);
  await rm(folder, { recursive: true });
});

/** With all that it has remembered of its life before. */
function atSamePlace(settings: Partial<Settings>): Promise<Simulator> {
  return startSimulator(x, { folder, port, settings: { accessTokenLifetimeMs: null, ...settings } });
}

function connectorsAt(url: string, clock: () => number): Connectors {
  http = channelHttp({
    ...usualHttpSettings,
    hosts: hostsFor({ x: url }),
    limits: { ...usualHttpSettings.limits, allowPrivateTargets: true },
    retry: { ...usualHttpSettings.retry, baseWaitMs: 1 },
    clock,
  });
  return connectorRegistry({ http, clock, apps: seedApps });
}

/** An account that a person has just connected; its token is due in twenty minutes and lapses in thirty. */
async function connected(): Promise<TestPage> {
  const { accessToken, refreshToken, scopes } = await consent();
  lapsedAt = Date.now() + accessTokenLifetimeMs;
  const { id: tenantId } = await freshTenant(databases.app, { policy: false });
  const { externalId } = account;
  const refreshDueAt = new Date(start + 20 * minuteMs);
  const holder = { network: 'x', kind: 'oauth', externalId, accessToken, refreshToken, refreshDueAt } as const;
  const granted = scopes === null ? {} : { scopes };
  const connectionId = await holdTokens(databases.app, tenantId, { ...holder, ...granted }, testMasterKeys);
  await withTenant(databases.app, tenantId, async (trx) => {
    const expires_at = new Date(start + 30 * minuteMs);
    await trx.updateTable('connection_secret').set({ expires_at }).where('connection_id', '=', connectionId).execute();
    await setDuty(trx, { tenantId, connectionId, kind: 'probe' }, { dueAt: new Date(start), attempts: 0 });
  });
  return { tenantId, connectionId };
}

async function consent(): Promise<Grant> {
  const connector = consentConnectorOf(connectors, 'x', 'oauth');
  const redirectUri = 'http://localhost:9/callback';
  const codeVerifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  const url = connector.authorizationUrl({ redirectUri, state: 'state', codeChallenge });
  const back = await answerConsentPage(url, { person: account.externalId });
  return connector.exchangeCode({ redirectUri, code: back.searchParams.get('code') ?? '', codeVerifier });
}

/** Lets so much time pass, with the slices at work. */
async function pass(durationMs: number): Promise<void> {
  for (const end = slices.now + durationMs; slices.now < end; slices.now += minuteMs / 2) {
    await slices.run('refresh');
    await slices.run('probe');
  }
}

async function shown(page: TestPage) {
  const described = await describePage(databases.app, page);
  const { token_version: tokenVersion } = await withTenant(databases.app, page.tenantId, (trx) =>
    trx
      .selectFrom('connection_secret')
      .select('token_version')
      .where('connection_id', '=', page.connectionId)
      .executeTakeFirstOrThrow(),
  );
  return { ...described, tokenVersion };
}

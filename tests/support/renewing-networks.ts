import { createHash, randomBytes } from 'node:crypto';
import { afterAll, onTestFinished } from 'vitest';
import { answerConsentPage } from '../../dev/consent.ts';
import { programVariables } from '../../dev/environment.ts';
import { xAccounts } from '../../simulators/x/seeds.ts';
import type { LoggedRequest } from '../../simulators/kernel/request-log.ts';
import {
  refreshConnection,
  type RefreshDependencies,
  type RefreshOutcome,
} from '../../src/activities/token-refresh.ts';
import type { Grant, HeldPage } from '../../src/channels/connector.ts';
import { openChannels } from '../../src/channels/open.ts';
import { connect } from '../../src/db/connect.ts';
import type { TokenKey } from '../../src/db/connection-token.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readWorkerConfig } from '../../src/platform/config.ts';
import { connectorOf, consentConnectorOf } from './connectors.ts';
import { control, type Simulator } from './fault-networks.ts';
import { stack } from './fault-stack.ts';
import { eventually } from './fault-wait.ts';
import { freshTenant } from './fresh-tenant.ts';
import { holdTokens, type TokenHolder } from './held-tokens.ts';

const redirectUri = 'http://localhost:9/callback';
const [account] = xAccounts;

/** What this process renews with: the same database, keys and simulators as the stack's programs. */
export function useRefresher(): RefreshDependencies {
  const { database, masterKeys, networks } = readWorkerConfig(programVariables(stack));
  const { db } = connect(database.appUrl, { max: 4, onError: () => undefined, applicationName: 'fault-test' });
  const { connectors, close } = openChannels(networks, { clock: systemClock, observe: () => undefined });
  afterAll(() => Promise.all([db.destroy(), close()]));
  return { db, masterKeys, connectors, clock: systemClock };
}

/**
 * An account on X that a person has just connected and whose token has lapsed already, in a tenant of its own. X spends
 * refresh tokens.
 */
export async function lapsedOnX(dependencies: RefreshDependencies): Promise<TokenKey> {
  await control('x', 'POST', '/settings', { accessTokenLifetimeMs: 1_000 });
  const grant = await consent(dependencies);
  await control('x', 'POST', '/settings', { accessTokenLifetimeMs: null });
  const { externalId } = account;
  await untilRefused(dependencies, { externalId, accessToken: grant.accessToken, details: {} });
  const { accessToken, refreshToken, scopes } = grant;
  const holder: TokenHolder = {
    network: 'x',
    kind: 'oauth',
    externalId,
    accessToken,
    refreshToken,
    ...(scopes === null ? {} : { scopes }),
  };
  return hold(dependencies, holder, (await freshTenant(dependencies.db)).id);
}

/** Connects a page until the test is over. */
async function hold(
  { db, masterKeys }: RefreshDependencies,
  holder: TokenHolder,
  tenantId: TenantId,
): Promise<TokenKey> {
  const connectionId = await holdTokens(db, tenantId, holder, masterKeys);
  // A page belongs to one tenant at a time: the next test wants it.
  onTestFinished(() =>
    withTenant(db, tenantId, async (trx) => {
      const gone = { state: 'disconnected', external_id: `left ${connectionId}` } as const;
      await trx.updateTable('connection').set(gone).where('id', '=', connectionId).execute();
    }),
  );
  return { tenantId, connectionId };
}

/** Renews in this process as one would that comes after the lease of a dead one has run out. */
export async function refreshAfterTheLease(dependencies: RefreshDependencies, key: TokenKey): Promise<RefreshOutcome> {
  const clock = () => systemClock() + leaseMs;
  const { token_version: usedVersion } = await connectionOf(dependencies, key);
  return refreshConnection({ ...dependencies, clock }, { ...key, usedVersion });
}

/** As long as `token-refresh.ts` gives it. */
const leaseMs = 30_000;

/** How often a network was asked for tokens since an instant. */
export function tokenRequests(name: Simulator, since: number): Promise<readonly LoggedRequest[]> {
  const query = new URLSearchParams({ operation: tokenCall[name], since: String(since) });
  return control(name, 'GET', `/requests?${query}`) as Promise<readonly LoggedRequest[]>;
}

/** The request by which tokens are renewed, as the simulators name it. */
export const tokenCall: Readonly<Record<Simulator, string>> = {
  graph: 'facebook.oauth.token',
  linkedin: 'linkedin.oauth.token',
  x: 'x.oauth.token',
};

/** A connection's row, and the version of its tokens. */
export function connectionOf({ db }: RefreshDependencies, { tenantId, connectionId }: TokenKey) {
  return withTenant(db, tenantId, (trx) =>
    trx
      .selectFrom('connection')
      .innerJoin('connection_secret as secret', 'secret.connection_id', 'connection.id')
      .select(['connection.state', 'connection.last_error', 'secret.token_version', 'secret.refresh_lease'])
      .where('connection.id', '=', connectionId)
      .executeTakeFirstOrThrow(),
  );
}

async function consent({ connectors }: RefreshDependencies): Promise<Grant> {
  const connector = consentConnectorOf(connectors, 'x', 'oauth');
  const codeVerifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  const url = connector.authorizationUrl({ redirectUri, state: 'state', codeChallenge });
  const back = await answerConsentPage(url, { person: account.externalId });
  const code = back.searchParams.get('code') ?? '';
  return connector.exchangeCode({ redirectUri, code, codeVerifier });
}

async function untilRefused({ connectors }: RefreshDependencies, page: HeldPage): Promise<void> {
  const connector = connectorOf(connectors, 'x', 'oauth');
  await eventually(
    'a token that has lapsed',
    () =>
      connector.probe(page).then(
        () => null,
        () => true,
      ),
    { withinMs: 10_000 },
  );
}

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { refreshConnection, type RefreshDependencies } from '../../src/activities/token-refresh.ts';
import { hasLapsed } from '../../src/activities/renewed-access.ts';
import { openChannels } from '../../src/channels/open.ts';
import { connect } from '../../src/db/connect.ts';
import { lockTokens, openTokens, type TokenKey } from '../../src/db/connection-token.ts';
import { withTenant } from '../../src/db/tenant.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readWorkerConfig } from '../../src/platform/config.ts';
import type { Renewed } from './renewing-processes.ts';

/**
 * A process that uses a connection as programs do: it asks the network for the page, and renews the token when that is
 * refused. Says `ready`, waits for a line and then tells what became of it. Tokens leave it as hashes only.
 */
async function main(key: TokenKey): Promise<void> {
  const { database, masterKeys, networks } = readWorkerConfig();
  const { db } = connect(database.appUrl, { max: 2, onError: () => undefined, applicationName: 'renewing-process' });
  const { connectors, close } = openChannels(networks, { clock: systemClock, observe: () => undefined });
  const dependencies = { db, masterKeys, connectors, clock: systemClock };
  const held = await readTokens(dependencies, key);
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
  const wasRefused = await isRefused(dependencies, held, held.accessToken);
  const outcome = await refreshConnection(dependencies, { ...key, usedVersion: held.tokenVersion });
  const token = 'accessToken' in outcome ? outcome : null;
  const renewed: Renewed = {
    wasRefused,
    kind: outcome.kind,
    tokenVersion: token?.tokenVersion ?? null,
    tokenHash: token === null ? null : createHash('sha256').update(token.accessToken).digest('hex'),
    works: token !== null && !(await isRefused(dependencies, held, token.accessToken)),
  };
  process.stdout.write(`${JSON.stringify(renewed)}\n`);
  process.stdin.destroy();
  await Promise.all([db.destroy(), close()]);
}

type Held = Awaited<ReturnType<typeof readTokens>>;

async function readTokens({ db, masterKeys, clock }: RefreshDependencies, key: TokenKey) {
  return withTenant(db, key.tenantId, async (trx) => {
    const stored = await lockTokens(trx, key);
    if (stored === null) throw new Error('there are no tokens');
    const { accessToken } = await openTokens(trx, key, stored, { masterKeys, now: new Date(clock()) });
    const { network, grant_kind: kind, external_id: externalId, details, token_version: tokenVersion } = stored;
    return { network, kind, externalId, details, tokenVersion, accessToken };
  });
}

async function isRefused({ connectors }: RefreshDependencies, held: Held, accessToken: string): Promise<boolean> {
  try {
    await connectors(held.network, held.kind)?.probe({ ...held, accessToken });
    return false;
  } catch (error) {
    if (hasLapsed(error)) return true;
    throw error;
  }
}

await main(JSON.parse(process.argv[2] ?? '') as TokenKey);

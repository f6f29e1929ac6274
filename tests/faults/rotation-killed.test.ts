import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { demoTenant } from '../../dev/demo-data.ts';
import type { TokenKey } from '../../src/db/connection-token.ts';
import type { ConnectionId, TenantId } from '../../src/domain/ids.ts';
import { lockConnection } from '../support/fault-database.ts';
import { tell, useFaultStack } from '../support/fault-harness.ts';
import { control, release, type Simulator } from '../support/fault-networks.ts';
import { pageOn, scheduledPost, untilPublished } from '../support/fault-posts.ts';
import { destroy, start } from '../support/fault-stack.ts';
import { exactlyOnce, noUnconfirmed } from '../support/fault-verdicts.ts';
import { eventually } from '../support/fault-wait.ts';
import {
  connectionOf,
  lapsedOnX,
  refreshAfterTheLease,
  tokenCall,
  tokenRequests,
  useRefresher,
} from '../support/renewing-networks.ts';
import { type RenewingProcess, startRenewing } from '../support/renewing-processes.ts';

useFaultStack();
const refresher = useRefresher();
const aurora = demoTenant('aurora').id as TenantId;
let since: number;

beforeEach(() => {
  since = Date.now();
});

describe('a process killed in the middle of a rotation', () => {
  test('before the network has seen the request: the next one renews with the same refresh token', async () => {
    const key = await lapsedOnX(refresher);
    const deaf = await deafNetwork();
    const process = await startRenewing(key, { X_API_URL: deaf.url });
    process.go();
    await deaf.asked;
    await process.kill();
    expect(await connectionOf(refresher, key)).toMatchObject({ state: 'connected', token_version: 1 });

    expect(await refreshAfterTheLease(refresher, key)).toMatchObject({ kind: 'fresh', tokenVersion: 2 });
    expect(await tokenRequests('x', since)).toHaveLength(1 + consentRequests);
    expect(await connectionOf(refresher, key)).toMatchObject({ state: 'connected', refresh_lease: null });
  });

  test('after the network has spent the refresh token: X takes its second use for theft, and the page is `expired`', async () => {
    const key = await lapsedOnX(refresher);
    await killBetweenAnswerAndStore('x', key);
    expect(await connectionOf(refresher, key)).toMatchObject({ state: 'connected', token_version: 1 });

    expect(await refreshAfterTheLease(refresher, key)).toEqual({ kind: 'grant_gone' });
    expect(await connectionOf(refresher, key)).toMatchObject({
      state: 'expired',
      token_version: 1,
      last_error: {
        code: 'grant_gone',
        providerStatus: 400,
        providerCode: 'invalid_request',
        providerMessage: 'Value passed for the token was invalid.',
      },
    });
  });

  test('after a network that does not spend them has answered: the next one renews, and nothing is lost', async () => {
    const key = await lapsedOnLinkedin();
    const { token_version: before } = await connectionOf(refresher, key);
    await killBetweenAnswerAndStore('linkedin', key);
    expect(await refreshAfterTheLease(refresher, key)).toMatchObject({ kind: 'fresh', tokenVersion: before + 1 });
    expect(await connectionOf(refresher, key)).toMatchObject({ state: 'connected' });
  });
});

test('a worker killed while it renews a token for a post brings the post out all the same, once', async () => {
  await holdTokenRequests('linkedin');
  const story = await scheduledPost({ dueInMs: 6_000, on: ['linkedin'] });
  await lapsedOnLinkedin();
  await untilHeld('linkedin');
  await destroy('worker');
  await control('linkedin', 'DELETE', '/faults');
  await release();
  await start('worker');
  const startedAt = Date.now();
  await untilPublished(story, 120_000);
  tell('published after a worker died with the lease', { afterMs: Date.now() - startedAt });
  await exactlyOnce(story);
  await noUnconfirmed(story);
  expect(await connectionOf(refresher, linkedinKey())).toMatchObject({ state: 'connected', refresh_lease: null });
});

/** A consent asks for tokens once. */
const consentRequests = 1;

/** The demo's page on LinkedIn, whose token has lapsed. LinkedIn lets a refresh token be used again. */
async function lapsedOnLinkedin(): Promise<TokenKey> {
  await control('linkedin', 'POST', `/tokens/${pageOn('linkedin').externalId}/revoke`, { as: 'expired' });
  return linkedinKey();
}

function linkedinKey(): TokenKey {
  return { tenantId: aurora, connectionId: pageOn('linkedin').connectionId as ConnectionId };
}

/** Kills a process that has been given new tokens and has not stored them yet. */
async function killBetweenAnswerAndStore(name: Simulator, key: TokenKey): Promise<void> {
  await holdTokenRequests(name);
  const process: RenewingProcess = await startRenewing(key);
  process.go();
  const requestId = await untilHeld(name);
  const lock = await lockConnection(key);
  await release();
  await eventually('an answer waits to be stored', async () => ((await lock.waiting()) === 1 ? true : null), {
    withinMs: 10_000,
  });
  await process.kill();
  await lock.release();
  expect(await process.renewed).toBeNull();
  const answered = (await tokenRequests(name, since)).find(({ id }) => id === requestId);
  expect(answered).toMatchObject({ status: 200, effect: true });
}

async function holdTokenRequests(name: Simulator): Promise<void> {
  await control(name, 'POST', '/faults', { match: { operation: tokenCall[name] }, action: 'hold' });
}

function untilHeld(name: Simulator): Promise<string> {
  return eventually(
    'a held request for tokens',
    async () => (await tokenRequests(name, since)).find(({ state }) => state === 'held')?.id ?? null,
    { withinMs: 30_000 },
  );
}

/** A network that refuses every token, and never says anything to a refresh token. */
async function deafNetwork(): Promise<{ url: string; asked: Promise<void> }> {
  const asked = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    if (request.method === 'POST') asked.resolve();
    else response.writeHead(401, { 'content-type': 'application/json' }).end('{"title":"Unauthorized","status":401}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: asked.promise };
}

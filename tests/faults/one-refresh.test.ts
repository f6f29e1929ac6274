import { expect, test } from 'vitest';
import { tell } from '../support/fault-harness.ts';
import { resetNetworks } from '../support/fault-networks.ts';
import { connectionOf, lapsedOnX, tokenRequests, useRefresher } from '../support/renewing-networks.ts';
import { startRenewing } from '../support/renewing-processes.ts';

const processCount = 20;
const refresher = useRefresher();

test('twenty processes that all meet a 401 at once spend a rotating refresh token once, and none loses the page', async () => {
  await resetNetworks();
  const key = await lapsedOnX(refresher);
  const processes = await Promise.all(Array.from({ length: processCount }, () => startRenewing(key)));
  const since = Date.now();
  for (const { go } of processes) go();
  const told = await Promise.all(processes.map((process) => process.renewed));
  const renewed = told.filter((one) => one !== null);
  tell('twenty processes with a new token', { afterMs: Date.now() - since });

  expect(renewed.filter(({ wasRefused }) => wasRefused)).toHaveLength(processCount);
  expect(await tokenRequests('x', since)).toMatchObject([{ status: 200 }]);
  expect(renewed.map(({ kind }) => kind).toSorted()).toEqual([
    ...Array.from({ length: processCount - 1 }, () => 'current'),
    'fresh',
  ]);
  expect(renewed.filter(({ works, tokenVersion }) => works && tokenVersion === 2)).toHaveLength(processCount);
  expect(new Set(renewed.map(({ tokenHash }) => tokenHash)).size).toBe(1);
  expect(await connectionOf(refresher, key)).toMatchObject({ state: 'connected', token_version: 2 });
});

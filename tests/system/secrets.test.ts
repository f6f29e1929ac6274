import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoTenant } from '../../dev/demo-data.ts';
import { stackSecrets } from '../../dev/secrets.ts';
import { xTokens } from '../../simulators/x/seeds.ts';
import { seedApp, seedTenants } from '../../simulators/seed.ts';
import { lockTokens, openTokens, type TokenKey } from '../../src/db/connection-token.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { ConnectionState } from '../../src/domain/connection.ts';
import type { ConnectionId, TenantId } from '../../src/domain/ids.ts';
import { expected } from '../support/fault-api.ts';
import { calmNetworks, control, resetNetworks } from '../support/fault-networks.ts';
import { editor, pageOn, repairConnections, scheduledPost, untilPublished } from '../support/fault-posts.ts';
import { stack } from '../support/fault-stack.ts';
import { databaseText, historyTexts, leaksOf, logTexts, type Place } from '../support/leaks.ts';
import { connectionOf, lapsedOnX, useRefresher } from '../support/renewing-networks.ts';

const tenantId = demoTenant('aurora').id as TenantId;
const linkedin: TokenKey = { tenantId, connectionId: pageOn('linkedin').connectionId as ConnectionId };
const refresher = useRefresher();
/** Every token, code, verifier, key and app secret that the story knows. */
const secrets = new Set<string>();
let places: readonly Place[] = [];
let postId = '';

beforeAll(async () => {
  await resetNetworks();
  await repairConnections();
});
afterAll(async () => {
  await calmNetworks();
  await repairConnections();
});

test('a page is connected, checked with a lapsed token, renewed, and broken by its person', async () => {
  const key = await lapsedOnX(refresher, { tenantId, onSecret: (secret) => secrets.add(secret) });
  expect(await check(key)).toBe('connected');
  await learnTokens(key);
  expect(await connectionOf(refresher, key)).toMatchObject({ token_version: 2 });

  const [account] = xTokens;
  await control('x', 'POST', `/people/${account?.id}/revoke`, {});
  expect(await check(key)).toBe('expired');
});

test('a post meets a lapsed token, and is published with the new one', async () => {
  await learnTokens(linkedin);
  const { token_version: before } = await connectionOf(refresher, linkedin);
  const story = await scheduledPost({ dueInMs: 6_000, on: ['linkedin'] });
  await control('linkedin', 'POST', `/tokens/${pageOn('linkedin').externalId}/revoke`, { as: 'expired' });
  await untilPublished(story);
  postId = story.id;
  await learnTokens(linkedin);
  expect((await connectionOf(refresher, linkedin)).token_version).toBeGreaterThan(before);
});

test('what is searched is all there: tables, logs and histories of the run', async () => {
  const [database, histories] = [await databaseText(), await historyTexts()];
  places = [...database, ...logTexts(), ...histories];
  const table = (name: string) => places.find((place) => place.name === `table ${name}`)?.text ?? '';
  for (const name of ['connection', 'connection_secret']) expect(table(name)).toContain(linkedin.connectionId);
  for (const name of ['process_outbox', 'idempotency_key', 'event']) expect(table(name)).not.toBe('');
  expect(places.some(({ name, text }) => name.includes(postId) && text.includes('publishTarget'))).toBe(true);
  for (const name of ['log api.log', 'log worker.log']) {
    expect(places.find((place) => place.name === name)?.text).toContain('"level"');
  }
});

test('a secret is found in whatever form it was written down', () => {
  const secret = 'x-a-Wm9ydGUgYXBlcnRl/+=';
  const forms = [
    `Bearer ${secret}`,
    `https://x.test/?token=${encodeURIComponent(secret)}`,
    Buffer.from(`{"token":"${secret}"}`).toString('base64'),
    Buffer.from(`ab${secret}`).toString('base64url'),
    Buffer.from(secret).toString('hex'),
  ];
  for (const text of forms) expect(leaksOf([secret], [{ name: 'a log', text }])).toEqual(['secret 0 in a log']);
});

test('no token, code, verifier, key or app secret stands in the database, a log or a history', () => {
  const known = [...secrets, ...seededSecrets(), ...configuredSecrets()];
  expect(secrets.size).toBeGreaterThan(7);
  expect(leaksOf(known, places)).toEqual([]);
});

async function check({ connectionId }: TokenKey): Promise<ConnectionState> {
  const answer = await editor.command(`/v1/connections/${connectionId}/check`);
  return expected<{ connection: { state: ConnectionState } }>(answer, 200).connection.state;
}

/** The tokens that a connection holds at this moment. */
async function learnTokens(key: TokenKey): Promise<void> {
  const { db, masterKeys } = refresher;
  const { accessToken, refreshToken } = await withTenant(db, key.tenantId, async (trx) => {
    const stored = await lockTokens(trx, key);
    if (stored === null) throw new Error('there are no tokens');
    return openTokens(trx, key, stored, { masterKeys, now: new Date() });
  });
  secrets.add(accessToken);
  if (refreshToken !== null) secrets.add(refreshToken);
}

/** What every page of the demo tenants is connected with. */
function seededSecrets(): readonly string[] {
  const pages = seedTenants.flatMap(({ facebook, instagram, linkedin: pagesOnLinkedin }) => [
    ...[...facebook, ...instagram].map(({ accessToken }) => accessToken),
    ...pagesOnLinkedin.flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken]),
  ]);
  const apps = [seedApp.meta, seedApp.instagram, seedApp.linkedin, seedApp.x, seedApp.google, seedApp.microsoft];
  return [...pages, ...apps.map(({ clientSecret }) => clientSecret)];
}

/** What the programs themselves are given. */
function configuredSecrets(): readonly string[] {
  const { masterKey, mediaUrlKey, ...passwords } = stackSecrets(stack);
  return [masterKey.slice(masterKey.indexOf(':') + 1), mediaUrlKey, ...Object.values(passwords)];
}

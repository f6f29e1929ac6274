import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoTenant } from '../../dev/demo-data.ts';
import { connectionId } from '../../dev/seed-tenant.ts';
import { stackSecrets } from '../../dev/secrets.ts';
import { googlePeople } from '../../simulators/google/seeds.ts';
import { seedApp, seedTenants } from '../../simulators/seed.ts';
import { xAccounts } from '../../simulators/x/seeds.ts';
import type { TokenKey } from '../../src/db/connection-token.ts';
import type { ConnectionState } from '../../src/domain/connection.ts';
import type { ConnectionId, TenantId } from '../../src/domain/ids.ts';
import { calmNetworks, control, published, resetNetworks } from '../support/fault-networks.ts';
import { pageOn, repairConnections, scheduledPost, untilPublished } from '../support/fault-posts.ts';
import { stack } from '../support/fault-stack.ts';
import { eventually } from '../support/fault-wait.ts';
import { databaseText, historyTexts, leaksOf, logTexts, type Place } from '../support/leaks.ts';
import { keepGrantOf } from '../support/lent-pages.ts';
import { connectionOf, useRefresher } from '../support/renewing-networks.ts';
import { demand } from '../support/running-api.ts';
import { connectWatched, consentWatched, learnTokens, type Watched } from '../support/watched-consent.ts';

const tenantId = demoTenant('borgoverde').id as TenantId;
const linkedin: TokenKey = {
  tenantId: demoTenant('aurora').id as TenantId,
  connectionId: pageOn('linkedin').connectionId as ConnectionId,
};
const refresher = useRefresher();
/** Every token, code, verifier, state, key and app secret that the story knows. */
const secrets = new Set<string>();
const admin = 'antonio.borgoverde';
const watched: Watched = { dependencies: refresher, tenantId, admin, onSecret: (secret) => void secrets.add(secret) };
let places: readonly Place[] = [];
let postId = '';

const [, , { facebook, metaPerson }] = seedTenants;
const page = { tenantId, connectionId: connectionId(facebook[0]) };
keepGrantOf('borgoverde', page.connectionId);

beforeAll(async () => {
  await resetNetworks();
  await repairConnections();
});
afterAll(async () => {
  await calmNetworks();
  await repairConnections();
});

test('an account on X is connected, checked with a lapsed token, renewed, broken by its person and disconnected', async () => {
  const [, , , { externalId }] = xAccounts;
  const key = await connectWatched(watched, { network: 'x', kind: 'oauth', externalId, person: externalId });
  await control('x', 'POST', `/tokens/${externalId}/revoke`, { as: 'expired' });
  await renewedBy(key);
  await control('x', 'POST', `/people/${externalId}/revoke`, {});
  expect(await check(key)).toBe('expired');
  expect(await disconnect(key)).toBe('done');
});

test('a channel of Google is connected, renewed, loses a permission, is consented to again and disconnected', async () => {
  const { sub } = googlePeople.laboratorio;
  const way = { network: 'youtube', kind: 'oauth', externalId: 'UClariana00000000000009', person: sub };
  const key = await connectWatched(watched, way);
  await control('google', 'POST', `/tokens/${sub}/revoke`, { as: 'expired' });
  await renewedBy(key);
  await control('google', 'POST', `/tokens/${sub}/revoke`, { as: 'permission_missing' });
  expect(await check(key)).toBe('refresh_required');
  await control('google', 'POST', `/tokens/${sub}/restore`, {});
  await consentWatched(watched, { path: `/v1/connections/${key.connectionId}/refresh`, json: {}, person: sub });
  await learnTokens(watched, key);
  expect(await check(key)).toBe('connected');
  expect(await disconnect(key)).toBe('done');
});

test('a page of Meta is connected, published on, broken by its person and disconnected', async () => {
  const [{ externalId }] = facebook;
  const person = metaPerson.externalId;
  const way = { network: 'facebook', kind: 'facebook_login', externalId, person };
  const key = await connectWatched(watched, way);
  expect(key).toEqual(page);
  const post = await publishedOn(key);
  expect((await published()).filter(({ text }) => text === post)).toHaveLength(1);
  await control('graph', 'POST', `/people/${person}/revoke`, {});
  expect(await check(key)).toBe('expired');
  expect(await disconnect(key)).toBe('done');
});

test('a post meets a lapsed token, and is published with the new one', async () => {
  await learnTokens(watched, linkedin);
  const { token_version: before } = await connectionOf(refresher, linkedin);
  const story = await scheduledPost({ dueInMs: 6_000, on: ['linkedin'] });
  await control('linkedin', 'POST', `/tokens/${pageOn('linkedin').externalId}/revoke`, { as: 'expired' });
  await untilPublished(story);
  postId = story.id;
  await learnTokens(watched, linkedin);
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
  // Of three networks: a state, code, verifier where there is one, and tokens, of which several were renewed.
  expect(secrets.size).toBeGreaterThan(20);
  expect(secrets).not.toContain('');
  expect(leaksOf(known, places)).toEqual([]);
});

test('nor does anything that looks like a token of one of the networks', () => {
  // As the simulators make them; also those that were exchanged for longer ones and seen by nobody since.
  const token = /(?:x-|AQ|ya29\.dev-|EAAB-dev-issued-|IGAA-dev-issued-|EwB-dev-)[ar]-[\w-]{32}/;
  expect([...secrets].filter((secret) => token.test(secret)).length).toBeGreaterThan(7);
  expect(places.filter(({ text }) => token.test(text)).map(({ name }) => name)).toEqual([]);
});

async function check({ connectionId: id }: TokenKey): Promise<ConnectionState> {
  return (await demand(200, `/v1/connections/${id}/check`, { as: admin, method: 'POST' })).body.connection.state;
}

/** A check that meets a lapsed token finds that the page works, with another one. */
async function renewedBy(key: TokenKey): Promise<void> {
  const { token_version: before } = await connectionOf(refresher, key);
  expect(await check(key)).toBe('connected');
  await learnTokens(watched, key);
  expect((await connectionOf(refresher, key)).token_version).toBeGreaterThan(before);
}

/** What became of the grant at the network. */
async function disconnect({ connectionId: id }: TokenKey): Promise<string> {
  await demand(200, `/v1/connections/${id}/disconnect`, { as: admin, method: 'POST' });
  const ending = async () => {
    const { revocation } = (await demand(200, `/v1/connections/${id}`, { as: admin })).body;
    return revocation === 'pending' ? null : revocation;
  };
  return eventually('the network was told', ending, { withinMs: 30_000 });
}

/** The text of a post that went out through the page. */
async function publishedOn({ connectionId: id }: TokenKey): Promise<string> {
  const [as, text] = ['martina.borgoverde', `Mercatino in piazza (${randomUUID()})`];
  const scheduledAt = new Date(Date.now() + 5_000).toISOString();
  const json = { text, targets: [{ connectionId: id }], scheduledAt };
  const post = (await demand(201, '/v1/posts', { as, method: 'POST', json })).body;
  await demand(200, `/v1/posts/${post.id}/submit`, { as, method: 'POST' });
  const vote = { as: 'lorenzo.borgoverde', method: 'POST', json: { verdict: 'approve' } };
  await demand(200, `/v1/posts/${post.id}/decisions`, vote);
  const out = async () =>
    (await demand(200, `/v1/posts/${post.id}`, { as })).body.status === 'published' ? true : null;
  await eventually('published', out, { withinMs: 30_000 });
  return text;
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

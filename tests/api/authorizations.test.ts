import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import type { AuthorizationId } from '../../src/domain/ids.ts';
import { recordOf } from '../support/connection-record.ts';
import { begin, choose, comeBack, connectOne, shown } from '../support/consent-flow.ts';
import { granted, page, refusedWords, scriptedNetworks } from '../support/scripted-networks.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

const networks = scriptedNetworks();
let now = Date.now();
const started = useTenantApi({ policy: false, desk: networks.desk, services: { clock: () => now } });
let own: TenantApi;
beforeEach(async () => {
  now = Date.now();
  networks.asked.length = 0;
  own = await started().another({ policy: false });
});

const minuteMs = 60_000;
const start = (json: object) => own.as('giulia', 'POST', '/v1/connections/authorizations', json);

test('from the first click to connected pages, of which several are chosen at once', async () => {
  const [aurora, milano, torino] = [page(), page({ accessToken: 'its own token' }), page()];
  networks.answer = () => Promise.resolve(granted([aurora, milano, torino], { expiresAt: now + 60 * minuteMs }));
  const flow = await begin(own);
  expect(await shown(own, flow)).toMatchObject({ state: 'connecting', pages: [], failure: null });
  const landed = await comeBack(own, flow);
  expect(landed.status).toBe(200);
  const choice = await shown(own, flow);
  expect(choice).toMatchObject({ state: 'selecting_page', grantedBy: 'Chiara Ferri' });
  expect(choice.pages.map((each: { name: string }) => each.name)).toEqual([aurora, milano, torino].map((p) => p.name));

  const { status, body } = await choose(own, flow, [milano.externalId, aurora.externalId]);
  expect([status, body.state]).toEqual([200, 'connected']);
  expect(body.pages.map((each: { connectionState: string | null }) => each.connectionState)).toEqual([
    'connected',
    'connected',
    null,
  ]);
  const [connected] = body.pages;
  expect((await own.as('irene', 'GET', `/v1/connections/${connected.connectionId}`)).body).toMatchObject({
    network: 'facebook',
    externalId: aurora.externalId,
    name: aurora.name,
    state: 'connected',
    badge: 'connected',
    connectedBy: { id: own.tenant.people.giulia },
  });
  expect((await recordOf(own, connected.connectionId)).accessToken).toBe('a granted token');
  expect((await recordOf(own, body.pages[1].connectionId)).accessToken).toBe('its own token');
});

test('a connected page is at once a target for posts, and its process is told that it is there', async () => {
  const { connectionId } = await connectOne(own, networks);
  const { status, body } = await own.as('elena', 'POST', '/v1/posts', { text: 'Zucca', targets: [{ connectionId }] });
  expect([status, body.targets[0].connection.id]).toEqual([201, connectionId]);
  const { told } = await recordOf(own, connectionId);
  expect(told.map(({ message }) => message.kind)).toEqual(['connection_changed']);
});

test('what is due for a new page: a look whether it works; a new token where there can be one; a subscription', async () => {
  const plain = await connectOne(own, networks);
  const grant = { refreshToken: 'r', expiresAt: now + 100 * minuteMs };
  const refreshed = await connectOne(own, networks, { json: { network: 'x' }, grant });
  const watched = await connectOne(own, networks, { json: { network: 'telegram', credentials: botToken } });
  const dutiesOf = async ({ connectionId }: typeof plain) => (await recordOf(own, connectionId)).duties;
  expect(await dutiesOf(plain)).toEqual({ probe: expect.any(Number) });
  expect(await dutiesOf(watched)).toEqual({ probe: expect.any(Number), watch: now });
  const { refresh } = await dutiesOf(refreshed);
  expect(refresh).toBeGreaterThanOrEqual(now + 75 * minuteMs);
  expect(refresh).toBeLessThanOrEqual(now + 85 * minuteMs);
});

test('permissions that were not given are named, with what will not work; the page is connected all the same', async () => {
  const scopes = ['pages_show_list', 'pages_manage_posts', 'pages_read_engagement'];
  const { body, connectionId } = await connectOne(own, networks, { grant: { scopes } });
  expect(body.missingScopes).toContainEqual({ scope: 'pages_messaging', features: ['message'] });
  expect(body.lostFeatures).toContainEqual({ feature: 'message', sentence: 'Private messages.' });
  const { row } = await recordOf(own, connectionId);
  expect(row.state).toBe('connected');
  expect(row.missing_scopes).toContain('pages_messaging');
});

test('without the permission to see pages, consent is needed again from the start, and no check changes that', async () => {
  const { connectionId } = await connectOne(own, networks, { grant: { scopes: ['pages_manage_posts'] } });
  expect((await recordOf(own, connectionId)).row.state).toBe('refresh_required');
  const { body } = await own.as('giulia', 'POST', `/v1/connections/${connectionId}/check`);
  expect(body).toMatchObject({
    works: true,
    connection: { state: 'refresh_required', lastError: { code: 'permission_lost' } },
  });
});

test('a personal profile is listed, refused with the reason, and cannot be chosen; then none of the others is', async () => {
  const [business, personal] = [page(), page({ refusal: 'personal_profile' })];
  networks.answer = () => Promise.resolve(granted([business, personal]));
  const flow = await begin(own);
  await comeBack(own, flow);
  expect((await shown(own, flow)).pages[1].refusal).toEqual({
    code: 'personal_profile',
    sentence: 'This is a personal profile: only business pages and accounts can be connected.',
  });
  const { status, body } = await choose(own, flow, [business.externalId, personal.externalId, 'no such page']);
  expect([status, body.errors.map((error: { pointer: string; rule: string }) => [error.pointer, error.rule])]).toEqual([
    422,
    [
      ['/externalIds/1', 'personal_profile'],
      ['/externalIds/2', 'not_listed'],
    ],
  ]);
  expect((await shown(own, flow)).pages[0].connectionId).toBeNull();
});

test('a grant that reaches personal profiles only comes to nothing, and says so of each', async () => {
  networks.answer = () => Promise.resolve(granted([page({ refusal: 'personal_profile' })]));
  const flow = await begin(own);
  await comeBack(own, flow);
  expect(await shown(own, flow)).toMatchObject({
    state: 'failed',
    failure: { code: 'nothing_to_connect' },
    pages: [{ refusal: { code: 'personal_profile' } }],
  });
});

test('a page that another tenant has is refused without naming it, with all that were chosen beside it', async () => {
  const { externalId } = await connectOne(own, networks);
  const rival = await started().another({ policy: false });
  const free = page();
  networks.answer = () => Promise.resolve(granted([free, page({ externalId, name: 'La stessa' })]));
  const flow = await begin(rival);
  await comeBack(rival, flow);
  const { status, body } = await choose(rival, flow, [free.externalId, externalId]);
  expect([status, body.type]).toEqual([409, '/problems/page-taken']);
  expect(JSON.stringify(body)).not.toContain(own.tenant.slug);
  // Nothing was connected, and the choice is still open.
  expect((await choose(rival, flow, [free.externalId])).status).toBe(200);
});

test('of two tenants that choose the same page at once, one has it', async () => {
  const wanted = page();
  networks.answer = () => Promise.resolve(granted([wanted, page()]));
  const rival = await started().another({ policy: false });
  const flows = [await begin(own), await begin(rival)] as const;
  await Promise.all([comeBack(own, flows[0]), comeBack(rival, flows[1])]);
  const answers = await Promise.all([
    choose(own, flows[0], [wanted.externalId]),
    choose(rival, flows[1], [wanted.externalId]),
  ]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
});

test('of two selections at once, one is made', async () => {
  const [one, two] = [page(), page()];
  networks.answer = () => Promise.resolve(granted([one, two]));
  const flow = await begin(own);
  await comeBack(own, flow);
  const answers = await Promise.all([one, two].map(({ externalId }) => choose(own, flow, [externalId])));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
});

test('connecting a page twice is one card: the same connection, with a new grant', async () => {
  const first = await connectOne(own, networks);
  const offered = { externalId: first.externalId, name: 'Nome nuovo' };
  const again = await connectOne(own, networks, { offered, grant: { accessToken: 'newer' } });
  expect(again.connectionId).toBe(first.connectionId);
  const { row, events, ...secret } = await recordOf(own, first.connectionId);
  expect([row.name, row.grant_version, secret.tokenVersion, secret.accessToken]).toEqual(['Nome nuovo', 2, 2, 'newer']);
  expect(events).toEqual(['connection.connected', 'connection.reconnected']);
});

test('a selection waits until an earlier grant of the same person has been taken back', async () => {
  const person = randomUUID();
  const { connectionId } = await connectOne(own, networks, { grant: { person } });
  await own.inTenant((trx) =>
    trx.updateTable('connection').set({ revocation: 'pending' }).where('id', '=', connectionId).execute(),
  );
  const fresh = page();
  networks.answer = () => Promise.resolve(granted([fresh], { person }));
  const flow = await begin(own);
  await comeBack(own, flow);
  const { status, body } = await choose(own, flow, [fresh.externalId]);
  expect([status, body.type]).toEqual([409, '/problems/revocation-pending']);
});

test('nobody has longer than ten minutes at the network and fifteen to choose; then the grant is forgotten', async () => {
  const flow = await begin(own);
  now += 10 * minuteMs;
  expect((await comeBack(own, flow)).body).toContain('This took too long.');
  expect(networks.asked).toEqual([]);

  const chosen = await begin(own);
  await comeBack(own, chosen);
  now += 15 * minuteMs - 1;
  expect((await shown(own, chosen)).state).toBe('selecting_page');
  now += 1;
  expect((await choose(own, chosen, ['any'])).body).toMatchObject({
    type: '/problems/not-selecting',
    state: 'expired',
  });
  await shown(own, chosen);
  expect(await secretsOf(chosen.id)).toEqual({ state_hash: null, code_verifier: null, sealed_grant: null });
});

test('an authorization is its own person’s alone', async () => {
  const flow = await begin(own);
  await comeBack(own, flow);
  await makeAdmin('paolo');
  const path = `/v1/connections/authorizations/${flow.id}`;
  expect((await own.as('paolo', 'GET', path)).status).toBe(404);
  expect((await choose(own, flow, ['x'], { by: 'paolo' })).status).toBe(404);
  const rival = await started().another({ policy: false });
  expect((await rival.as('giulia', 'GET', path)).status).toBe(404);
  expect((await choose(rival, flow, ['x'])).status).toBe(404);
});

test.each([
  [{ network: 'tiktok' }, 409, { type: '/problems/not-connectable', reason: 'announced' }],
  [{ network: 'gmail' }, 409, { type: '/problems/not-connectable', reason: 'announced' }],
  [{ network: 'youtube' }, 409, { type: '/problems/not-connectable', reason: 'not_configured' }],
  [{ network: 'facebook', kind: 'bot_token' }, 422, { errors: [{ pointer: '/kind', rule: 'not_offered' }] }],
  [{ network: 'telegram' }, 422, { errors: [{ pointer: '/credentials', rule: 'required' }] }],
  [
    { network: 'facebook', credentials: { kind: 'bot_token', botToken: 't' } },
    422,
    { errors: [{ pointer: '/credentials', rule: 'not_taken' }] },
  ],
  [
    { network: 'app_store', credentials: { kind: 'bot_token', botToken: 't' } },
    422,
    { errors: [{ pointer: '/credentials', rule: 'kind' }] },
  ],
])('what cannot be begun says why: %j', async (json, status, body) => {
  const answered = await start(json);
  expect([answered.status, answered.body]).toMatchObject([status, body]);
});

test('nobody has more than twenty windows open at networks', async () => {
  for (let open = 0; open < 20; open += 1) await begin(own);
  const { status, body } = await start({ network: 'facebook' });
  expect([status, body.type, body.limit]).toEqual([429, '/problems/too-many-authorizations', 20]);
  now += 10 * minuteMs;
  expect((await start({ network: 'facebook' })).status).toBe(201);
});

const botToken = { kind: 'bot_token', botToken: '123456:AAsecret-of-the-bot' };

test('keys are taken to the network at once, with what a person named, and are nowhere to be read again', async () => {
  const bot = page();
  networks.answer = () => Promise.resolve(granted([bot], { accessToken: botToken.botToken }));
  const json = { network: 'telegram', credentials: botToken, named: ['@aurora'] };
  const headers = { 'idempotency-key': randomUUID() };
  const first = await own.as('giulia', 'POST', '/v1/connections/authorizations', json, { headers });
  expect(first.body).toMatchObject({ state: 'selecting_page', authorizationUrl: null, pages: [{ name: bot.name }] });
  expect(networks.asked).toMatchObject([{ network: 'telegram', kind: 'bot_token', named: ['@aurora'] }]);
  await own.as('giulia', 'POST', '/v1/connections/authorizations', json, { headers });
  expect(networks.asked).toHaveLength(1);
  await choose(own, first.body, [bot.externalId]);
  const tables = ['idempotency_key', 'event', 'connection_authorization', 'connection_secret', 'connection'] as const;
  const dump = await own.inTenant((trx) =>
    Promise.all(tables.map((table) => trx.selectFrom(table).selectAll().execute())),
  );
  expect(JSON.stringify([first.body, dump])).not.toContain('AAsecret');
});

test('an address that leads to a network is kept for nobody’s key: the same key begins another way', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const json = { network: 'facebook' };
  const [first, again] = [
    await own.as('giulia', 'POST', '/v1/connections/authorizations', json, { headers }),
    await own.as('giulia', 'POST', '/v1/connections/authorizations', json, { headers }),
  ];
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body.id).not.toBe(first.body.id);
  const kept = await own.inTenant((trx) => trx.selectFrom('idempotency_key').selectAll().execute());
  expect(kept).toEqual([]);
});

test('keys that the network refuses come to nothing, in its own words', async () => {
  networks.answer = () => Promise.resolve({ kind: 'refused', ...refusedWords });
  const { body } = await start({ network: 'telegram', credentials: botToken });
  expect(body).toMatchObject({ state: 'failed', failure: { code: 'refused', ...refusedWords } });
});

async function makeAdmin(person: 'paolo'): Promise<void> {
  await own.inTenant(async (trx) => {
    const { id } = await trx
      .selectFrom('role')
      .select('id')
      .where('key', '=', 'tenant_admin')
      .executeTakeFirstOrThrow();
    await trx
      .updateTable('member_role')
      .set({ role_id: id })
      .where('user_id', '=', own.tenant.people[person])
      .execute();
  });
}

function secretsOf(id: string) {
  return own.inTenant((trx) =>
    trx
      .selectFrom('connection_authorization')
      .select(['state_hash', 'code_verifier', 'sealed_grant'])
      .where('id', '=', id as AuthorizationId)
      .executeTakeFirstOrThrow(),
  );
}

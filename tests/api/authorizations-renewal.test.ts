import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import type { ConnectionState } from '../../src/domain/connection.ts';
import type { PassedSlot } from '../../src/domain/hold.ts';
import type { ConnectionId, PolicyId } from '../../src/domain/ids.ts';
import { postWorkflowId } from '../../src/domain/post.ts';
import { recordOf } from '../support/connection-record.ts';
import { begin, comeBack, connectOne, type Connected, shown } from '../support/consent-flow.ts';
import { insertPolicy, reviewStep } from '../support/fresh-tenant.ts';
import { granted, page, scriptedNetworks } from '../support/scripted-networks.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';
import { insertRunningPost } from '../support/waiting-post.ts';

const networks = scriptedNetworks();
const started = useTenantApi({ policy: false, desk: networks.desk });
let own: TenantApi;
let person: string;
let connected: Connected;
beforeEach(async () => {
  own = await started().another({ policy: false });
  person = randomUUID();
  connected = await connectOne(own, networks, { grant: { person } });
});

test('a refresh brings the same page back, and there is nothing to choose', async () => {
  await broken('expired');
  const flow = await renew('refresh', { offer: [page(), samePage()] });
  expect(await shown(own, flow)).toMatchObject({ state: 'connected', purpose: 'refresh', failure: null });
  const { row, accessToken, tokenVersion, events } = await record();
  expect(row).toMatchObject({ state: 'connected', last_error: null, grant_version: 2 });
  expect([accessToken, tokenVersion]).toEqual(['renewed', 2]);
  expect(events).toEqual(['connection.connected', 'connection.reconnected']);
});

test('another page than the one that was to come back is refused, naming both; nothing changes', async () => {
  await broken('expired');
  const flow = await renew('refresh', { offer: [page({ name: 'Altra pagina' })] });
  expect((await shown(own, flow)).failure).toMatchObject({
    code: 'other_page',
    expected: connected.name,
    found: ['Altra pagina'],
    sentence: `“${connected.name}” was to be granted again, but “Altra pagina” came back.`,
  });
  const { row, accessToken } = await record();
  expect([row.state, row.grant_version, accessToken]).toEqual(['expired', 1, 'a granted token']);
});

test('the same page without the right to act for it is no renewal', async () => {
  const flow = await renew('refresh', { offer: [{ ...samePage(), refusal: 'role_missing' }] });
  expect(await shown(own, flow)).toMatchObject({
    failure: { code: 'nothing_to_connect' },
    pages: [{ refusal: { code: 'role_missing' } }],
  });
  expect((await record()).row.grant_version).toBe(1);
});

test('a transfer hands the page to somebody else’s grant', async () => {
  const before = (await record()).row.admin_profile_id;
  const flow = await renew('transfer', { by: randomUUID() });
  expect((await shown(own, flow)).state).toBe('connected');
  const { row, events } = await record();
  expect(row.admin_profile_id).not.toBe(before);
  expect(events).toEqual(['connection.connected', 'connection.transferred']);
});

test('a transfer by the same person is none', async () => {
  const flow = await renew('transfer');
  expect(await shown(own, flow)).toMatchObject({ state: 'failed', failure: { code: 'same_profile' } });
  expect((await record()).row.grant_version).toBe(1);
});

test.each(['refresh', 'transfer'])(
  'a connection that a person ended is not for %s: it is connected anew',
  async (how) => {
    await broken('disconnected');
    const { status, body } = await own.as('giulia', 'POST', `/v1/connections/${connected.connectionId}/${how}`, {});
    expect([status, body.type]).toEqual([409, '/problems/ended']);
  },
);

test('one that is ended while the person is at the network stays ended', async () => {
  const flow = await begin(own, {}, { path: pathOf('refresh') });
  await broken('disconnected');
  networks.answer = () => Promise.resolve(granted([samePage()], { person }));
  await comeBack(own, flow);
  expect((await shown(own, flow)).failure.code).toBe('ended');
  // Not its tokens, which its process may have dropped by now.
  const row = await own.inTenant((trx) =>
    trx.selectFrom('connection').select('state').where('id', '=', connected.connectionId).executeTakeFirstOrThrow(),
  );
  expect(row.state).toBe('disconnected');
});

test('keys are renewed by new keys, which are checked for the very page', async () => {
  const credentials = { kind: 'bot_token', botToken: '123456:AA-new' };
  const bot = await connectOne(own, networks, { json: { network: 'telegram', credentials } });
  networks.asked.length = 0;
  networks.answer = () => Promise.resolve(granted([page({ externalId: bot.externalId })], { accessToken: 'AA-new' }));
  const path = `/v1/connections/${bot.connectionId}/refresh`;
  const { status, body } = await own.as('giulia', 'POST', path, { credentials });
  expect([status, body.state, body.authorizationUrl]).toEqual([201, 'connected', null]);
  expect(networks.asked).toMatchObject([{ network: 'telegram', named: [bot.externalId], credentials }]);
  expect((await recordOf(own, bot.connectionId)).accessToken).toBe('AA-new');
});

test('a grant that is still being taken back would take a new one along', async () => {
  // Of another page of theirs, of which no process knows: it would take the grant back meanwhile.
  const { admin_profile_id } = (await record()).row;
  await own.inTenant((trx) =>
    trx
      .updateTable('connection')
      .set({ state: 'disconnected', revocation: 'pending', admin_profile_id })
      .where('id', '=', own.tenant.pages.facebook)
      .execute(),
  );
  const refused = await own.as('giulia', 'POST', pathOf('refresh'), {});
  expect([refused.status, refused.body.type]).toEqual([409, '/problems/revocation-pending']);
  // By somebody else it may, and that turns out to be the same person after all.
  const transfer = await renew('transfer', { by: randomUUID() });
  expect((await shown(own, transfer)).state).toBe('connected');
  const back = await renew('transfer');
  expect((await shown(own, back)).failure.code).toBe('revocation_pending');
});

test('a disconnected page that is connected again is the same connection, with its policy and its suspension', async () => {
  const policyId = await own.inTenant((trx) => insertPolicy(trx, own.tenant, [reviewStep(own.tenant)]));
  const suspendedAt = new Date('2026-11-02T08:00:00Z');
  await broken('disconnected', { approval_policy_id: policyId, suspended_at: suspendedAt, revocation: 'done' });
  const again = await connectOne(own, networks, { offered: samePage() });
  expect(again.connectionId).toBe(connected.connectionId);
  expect((await record()).row).toMatchObject({
    state: 'connected',
    approval_policy_id: policyId,
    suspended_at: suspendedAt,
    disconnected_at: null,
    revocation: null,
  });
});

test.each(['now', 'ask', 'drop'] as const)(
  'what waited for a page goes on after a refresh: %s',
  async (passedSlots) => {
    const post = await insertRunningPost(own, connected.connectionId, 'parked');
    await broken('expired');
    await renew('refresh', { json: { passedSlots } });
    expect(await released()).toEqual([[postWorkflowId(own.tenant.id, post, 1), passedSlots]]);
  },
);

test('what waited goes on after connecting again, as the connection says unless somebody says otherwise', async () => {
  const post = await insertRunningPost(own, connected.connectionId, 'waiting');
  await broken('disconnected', { passed_slots: 'drop' });
  await connectOne(own, networks, { offered: samePage() });
  expect(await released()).toEqual([[postWorkflowId(own.tenant.id, post, 1), 'drop']]);
});

test('nothing is let go to a page that still lacks the permission to see it', async () => {
  await insertRunningPost(own, connected.connectionId, 'parked');
  await broken('refresh_required');
  await renew('refresh', { scopes: ['pages_manage_posts'] });
  expect((await record()).row.state).toBe('refresh_required');
  expect(await released()).toEqual([]);
});

const samePage = () => page({ externalId: connected.externalId, name: connected.name });
const pathOf = (how: 'refresh' | 'transfer') => `/v1/connections/${connected.connectionId}/${how}`;
const record = () => recordOf(own, connected.connectionId);

async function renew(
  how: 'refresh' | 'transfer',
  {
    offer = [samePage()],
    by = person,
    json = {},
    scopes = null,
  }: { offer?: readonly ReturnType<typeof page>[]; by?: string; json?: object; scopes?: readonly string[] | null } = {},
) {
  networks.answer = () => Promise.resolve(granted(offer, { person: by, accessToken: 'renewed', scopes }));
  const flow = await begin(own, json, { path: pathOf(how) });
  await comeBack(own, flow);
  return flow;
}

async function broken(
  state: ConnectionState,
  more: { approval_policy_id?: PolicyId; suspended_at?: Date; revocation?: 'done'; passed_slots?: PassedSlot } = {},
): Promise<void> {
  const id: ConnectionId = connected.connectionId;
  const error = JSON.stringify({ code: 'grant_gone' });
  await own.inTenant((trx) =>
    trx
      .updateTable('connection')
      .set({ state, last_error: error, ...more })
      .where('id', '=', id)
      .execute(),
  );
}

async function released(): Promise<(readonly [string, string])[]> {
  const { told } = await record();
  return told.flatMap(({ workflow_id, message }) =>
    message.kind === 'connection_repaired' ? [[workflow_id, message.passed ?? ''] as const] : [],
  );
}

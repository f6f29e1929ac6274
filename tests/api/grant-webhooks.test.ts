import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import { seedMailUsers } from '../../simulators/microsoft/seeds.ts';
import { seedApp, seedTenants } from '../../simulators/seed.ts';
import { xAccounts } from '../../simulators/x/seeds.ts';
import type { ConnectionId } from '../../src/domain/ids.ts';
import { recordOf } from '../support/connection-record.ts';
import { connectAt, grantAt } from '../support/consent-at-networks.ts';
import { choose } from '../support/consent-flow.ts';
import { control } from '../support/fault-networks.ts';
import { eventually } from '../support/fault-wait.ts';
import { personIn, grantedBy } from '../support/granted-by.ts';
import { useRealNetworks } from '../support/real-networks.ts';
import { runningAddress } from '../support/running-api.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

const [, lariana] = seedTenants;
const [, whatsapp] = whatsappBusinesses;
const [waba] = whatsapp.wabas;
const [, , account] = xAccounts;
const mailbox = seedMailUsers.lariana;
const { externalId: person } = lariana.metaPerson;

describe('a person who removes the app at Meta', () => {
  test('ends what they granted, in every tenant, and nothing of anybody else', async () => {
    const rival = await started().another({ policy: false });
    const theirs = await Promise.all([own, rival].map((tenant) => grantedBy(tenant, { person })));
    const others = await grantedBy(own, { person: 'somebody else', network: 'instagram' });
    expect(await removeApp(person, { deauthorizeUrl: address('meta-deauthorize') })).toMatchObject({
      deauthorized: { status: 200, body: '' },
    });
    for (const [index, tenant] of [own, rival].entries()) {
      const { row, events } = await recordOf(tenant, theirs[index] ?? others);
      expect(row).toMatchObject({
        state: 'expired',
        last_error: { code: 'grant_gone', providerCode: 'deauthorize', providerStatus: null },
      });
      expect(events).toEqual(['connection.broken']);
    }
    expect((await recordOf(own, others)).row.state).toBe('connected');
  });

  test('is heard once: the same again changes nothing', async () => {
    const id = await grantedBy(own, { person });
    const url = { deauthorizeUrl: address('meta-deauthorize') };
    await removeApp(person, url);
    const before = await recordOf(own, id);
    await removeApp(person, url);
    expect(await recordOf(own, id)).toEqual(before);
  });

  test('and then consents again is not cut off by the older news', async () => {
    const id = await grantedBy(own, { person, connectedAt: new Date(Date.now() + 60_000) });
    await removeApp(person, { deauthorizeUrl: address('meta-deauthorize') });
    expect((await recordOf(own, id)).row.state).toBe('connected');
  });

  test('is told by the app that they removed: a request that another app’s secret has signed is forged', async () => {
    const id = await grantedBy(own, { person });
    const { deauthorized } = await removeApp(person, { deauthorizeUrl: address('instagram-deauthorize') });
    expect(deauthorized?.status).toBe(401);
    expect((await recordOf(own, id)).row.state).toBe('connected');
  });
});

describe('a person who asks Meta that what we know of them goes', () => {
  test('is forgotten with their tokens in every tenant, and given a receipt that anybody can look at', async () => {
    const rival = await started().another({ policy: false });
    const ids = await Promise.all([own, rival].map((tenant) => grantedBy(tenant, { person })));
    const { deletion } = await removeApp(person, { dataDeletionUrl: address('meta-data-deletion') });
    expect(deletion?.status).toBe(200);
    for (const [index, tenant] of [own, rival].entries()) {
      expect(await secretsOf(tenant)).toEqual([]);
      const card = (await tenant.as('giulia', 'GET', `/v1/connections/${ids[index]}`)).body;
      expect(card).toMatchObject({
        state: 'expired',
        lastError: { code: 'grant_gone', providerCode: 'data_deletion' },
      });
      expect(await personIn(tenant, ids[index])).toEqual({
        name: '[erased]',
        external_id: expect.stringMatching(/^\[erased\]:/),
      });
      const { body } = await tenant.as('giulia', 'GET', '/v1/admin-profiles');
      expect(JSON.stringify(body)).not.toContain(lariana.metaPerson.name);
    }
    const { url, confirmation_code: code } = JSON.parse(deletion?.body ?? '{}');
    expect(url).toBe(`${runningAddress}/webhooks/deletions/${code}`);
    const page = await (await fetch(url)).text();
    expect(page).toContain(`The request of ${new Date().toISOString().slice(0, 10)} has been carried out`);
    expect(page).not.toContain(person);
  });

  test('leaves no grant behind that was still to be chosen from, and no list with their profile in it', async () => {
    const consent = { person };
    const choice = await grantAt(own, { network: 'facebook', kind: 'facebook_login', consent });
    expect(JSON.stringify(choice.pages)).toContain(lariana.metaPerson.name);
    await removeApp(person, { dataDeletionUrl: address('meta-data-deletion') });
    const row = await own.inTenant((trx) =>
      trx.selectFrom('connection_authorization').selectAll().where('id', '=', choice.id).executeTakeFirstOrThrow(),
    );
    expect(row).toMatchObject({ state: 'expired', sealed_grant: null, pages: [] });
    expect(JSON.stringify(row)).not.toContain(lariana.metaPerson.name);
    expect((await choose(own, choice, [lariana.facebook[0].externalId])).body).toMatchObject({ state: 'expired' });
  });

  test('and has consented again since is not forgotten', async () => {
    const id = await grantedBy(own, { person, connectedAt: new Date(Date.now() + 60_000) });
    await removeApp(person, { dataDeletionUrl: address('meta-data-deletion') });
    expect(await personIn(own, id)).toMatchObject({ external_id: person });
    expect((await recordOf(own, id)).row.state).toBe('connected');
  });
});

describe('what WhatsApp tells of a business account', () => {
  test('ends its numbers when it takes the account from the app, and asks for a look when it only changes it', async () => {
    const consent = { person: whatsapp.systemUserId };
    const way = { network: 'whatsapp', kind: 'embedded_signup', consent } as const;
    const id = await connectAt(own, way, waba.numbers[0]?.id ?? '');
    await own.inTenant((trx) =>
      trx.updateTable('connection_duty').set({ due_at: farAhead }).where('connection_id', '=', id).execute(),
    );
    expect(await accountUpdate('ACCOUNT_RESTRICTION')).toMatchObject({ status: 200 });
    const { row: looked, duties } = await recordOf(own, id);
    expect([looked.state, (duties['probe'] ?? 0) < farAhead.getTime()]).toEqual(['connected', true]);

    expect(await accountUpdate('PARTNER_APP_UNINSTALLED')).toMatchObject({ status: 200 });
    const { row, events } = await recordOf(own, id);
    expect(row).toMatchObject({
      state: 'expired',
      last_error: { code: 'grant_gone', providerCode: 'PARTNER_APP_UNINSTALLED' },
    });
    expect(events).toEqual(['connection.connected', 'connection.broken']);
    // The network honours it no more either.
    const { body } = await own.as('giulia', 'POST', `/v1/connections/${id}/check`);
    expect(body).toMatchObject({ works: false, connection: { state: 'expired', lastError: { code: 'grant_gone' } } });
  });

  test('is believed only with the app’s signature, and answered when Meta asks whether the address is ours', async () => {
    const id = await grantedBy(own, {
      person: whatsapp.systemUserId,
      network: 'whatsapp',
      details: { wabaId: waba.id },
    });
    const value = { event: 'ACCOUNT_DELETED' };
    const entry = [{ id: waba.id, time: Date.now(), changes: [{ field: 'account_update', value }] }];
    const sent = { url: address('meta'), object: 'whatsapp_business_account', entry, appSecret: 'not the app’s' };
    expect(await control('graph', 'POST', '/webhooks', sent)).toMatchObject({ status: 401 });
    expect((await recordOf(own, id)).row.state).toBe('connected');

    const ask = (verifyToken: string) =>
      control('graph', 'POST', '/webhooks/verify', { url: address('meta'), verifyToken });
    expect(await ask(seedApp.metaWebhooks.verifyToken)).toMatchObject({ status: 200, echoed: true });
    expect(await ask('a guess')).toMatchObject({ status: 401, echoed: false });
  });
});

test('an account that takes our access back at X is `expired` at once: X was asked to tell us when it was connected', async () => {
  const consent = { person: account.externalId };
  const id = await connectAt(own, { network: 'x', kind: 'oauth', consent }, account.externalId);
  await watchOf(id);
  await control('x', 'POST', `/people/${account.externalId}/revoke`, {});
  const { row, events } = await recordOf(own, id);
  expect(row).toMatchObject({ state: 'expired', last_error: { code: 'grant_gone', providerCode: 'oauth.revoke' } });
  expect(events).toEqual(['connection.connected', 'connection.broken']);
});

test('Graph is believed by the secret that a subscription was made with, and one that it has removed is made anew', async () => {
  const way = { network: 'microsoft_mail', kind: 'oauth', consent: { person: mailbox.id } } as const;
  const id = await connectAt(own, way, mailbox.id);
  const first = await watchOf(id);
  await settledDuties(id);
  const before = (await recordOf(own, id)).duties;

  const forged = await lifecycle({ event: 'subscriptionRemoved', clientState: 'a guess' });
  // It is answered as any other, so that nobody can try secrets out.
  expect(forged).toContainEqual({ subscriptionId: first, status: 200 });
  expect((await recordOf(own, id)).duties).toEqual(before);

  const lookedAt = async () => (await recordOf(own, id)).row.last_checked_at?.getTime() ?? 0;
  const toldAt = Date.now();
  await lifecycle({ event: 'reauthorizationRequired' });
  await eventually('a look', async () => ((await lookedAt()) > toldAt ? true : null), { withinMs: 30_000 });
  expect(await watchOf(id)).toBe(first);

  expect(await lifecycle({ event: 'subscriptionRemoved' })).toContainEqual({ subscriptionId: first, status: 200 });
  const again = await eventually('asked again', async () => ((await watchOf(id)) === first ? null : watchOf(id)), {
    withinMs: 30_000,
  });
  expect(again).not.toBe(first);
  expect((await recordOf(own, id)).row.state).toBe('connected');
});

const farAhead = new Date('2100-01-01T00:00:00Z');
const started = useTenantApi({ policy: false, ...useRealNetworks() });
let own: TenantApi;
beforeAll(restoreTokens);
beforeEach(async () => {
  own = await started().another({ policy: false });
});
// A page belongs to one tenant at a time: the next run wants it.
afterEach(() => own.inTenant((trx) => trx.updateTable('connection').set({ state: 'disconnected' }).execute()));
afterAll(restoreTokens);

const address = (name: string): string => `${runningAddress}/webhooks/${name}`;

interface Delivery {
  readonly status: number;
  readonly body: string;
}

/** What each callback answered, as far as it was told. */
async function removeApp(id: string, callbacks: { deauthorizeUrl?: string; dataDeletionUrl?: string }) {
  const { told } = (await control('graph', 'POST', `/people/${id}/revoke`, callbacks)) as {
    told: readonly (Delivery & { readonly url: string })[];
  };
  const answerOf = (url: string | undefined): Delivery | null => {
    const found = told.find((each) => each.url === url);
    return found === undefined ? null : { status: found.status, body: found.body };
  };
  return { deauthorized: answerOf(callbacks.deauthorizeUrl), deletion: answerOf(callbacks.dataDeletionUrl) };
}

function accountUpdate(event: string): Promise<unknown> {
  return control('graph', 'POST', `/whatsapp-accounts/${waba.id}/events`, { url: address('meta'), event });
}

async function lifecycle(sent: { event: string; clientState?: string }): Promise<readonly unknown[]> {
  const { told } = (await control('microsoft', 'POST', `/people/${mailbox.id}/lifecycle`, sent)) as {
    told: readonly unknown[];
  };
  return told;
}

/** What the worker has asked the network to tell us, as soon as it has. */
function watchOf(id: ConnectionId): Promise<string> {
  const watch = () =>
    own.inTenant(async (trx) => {
      const found = trx.selectFrom('connection_watch').select('watch_id').where('connection_id', '=', id);
      return (await found.executeTakeFirst())?.watch_id ?? null;
    });
  return eventually('the network was asked to tell us', watch, { withinMs: 30_000 });
}

/** Until nothing of a new connection is due any more. */
function settledDuties(id: ConnectionId): Promise<true> {
  const settled = async () => {
    const { duties } = await recordOf(own, id);
    return Object.values(duties).every((dueAt) => dueAt > Date.now()) ? true : null;
  };
  return eventually('its duties were done', settled, { withinMs: 30_000 });
}

function secretsOf(tenant: TenantApi) {
  return tenant.inTenant((trx) => trx.selectFrom('connection_secret').select('connection_id').execute());
}

async function restoreTokens(): Promise<void> {
  const ids = [...lariana.facebook, ...lariana.instagram, lariana.metaPerson].map(({ externalId }) => externalId);
  for (const id of [...ids, whatsapp.systemUserId]) await control('graph', 'POST', `/tokens/${id}/restore`, {});
}

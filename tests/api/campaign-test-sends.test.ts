import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { graph } from '../../simulators/graph/network.ts';
import type { TakenMessage } from '../../simulators/graph/messaging/messages.ts';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import type { TestSender } from '../../src/api/campaigns/test-sender.ts';
import { askLimitsWith } from '../../src/bin/ask-limits.ts';
import { replyDeskWith } from '../../src/bin/reply-desk.ts';
import { testSenderWith } from '../../src/bin/test-sender.ts';
import { tokenContext } from '../../src/db/connection-grant.ts';
import { closeGate, insertHalt } from '../../src/db/halt.ts';
import { tenantKeys } from '../../src/db/tenant-key.ts';
import type { ConnectionId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { seal } from '../../src/platform/sealing.ts';
import { controlOf, startSimulated } from '../simulators/support/simulator.ts';
import { eventsOf, sendableDraft } from '../support/campaign-api.ts';
import { insertGroup, insertNumber, insertTemplate } from '../support/campaign-people.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';
import { whatsappAt } from '../support/whatsapp-at.ts';

const [, business] = whatsappBusinesses;
const [waba] = business.wabas;
const stranger = '+390298765432';

test('a test is sent by WhatsApp to each number once, with the defaults, and is in no result', async () => {
  const { own, draft, send, taken } = await atWhatsapp();
  const { status, body } = await send([stranger, stranger, '+390298765433']);
  expect([status, body.items]).toEqual([200, [sent(stranger), sent('+390298765433')]]);
  const messages = await taken();
  expect(messages.map(({ to, category }) => [to, category])).toEqual([
    ['390298765432', 'MARKETING'],
    ['390298765433', 'MARKETING'],
  ]);
  expect(messages[0]?.opaque).toBe(`t/${draft.id}`);
  const { body: results } = await own.as('irene', 'GET', `/v1/campaigns/${draft.id}/results`);
  expect(results.total).toMatchObject({ sent: 0, waiting: 0, cost: '0.000000' });
  expect((await eventsOf(own, draft.id)).at(-1)).toMatchObject({ kind: 'campaign.test_sent', data: { numbers: 2 } });
});

test('a test is not sent to a contact who is blocked or wants no marketing, and says so', async () => {
  const { own, send, taken } = await atWhatsapp();
  const author = { tenantId: own.tenant.id, by: own.tenant.people.elena };
  const [gone, blocked] = await own.inTenant(async (trx) => {
    await insertGroup(trx, author, [
      { count: 1, consent: 'withdrawn' },
      { count: 1, blocked: true },
    ]);
    const rows = await trx.selectFrom('author').select('phone').orderBy('id', 'desc').limit(2).execute();
    return rows.map(({ phone }) => phone ?? '');
  });
  const { body } = await send([String(gone), String(blocked)]);
  expect(body.items.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['suppressed', 'suppressed']);
  expect(await taken()).toEqual([]);
});

test('a test to a contact uses the portfolio’s reach like any other message, unless WhatsApp refuses it', async () => {
  const { own, send, hold } = await atWhatsapp();
  const phone = await somebody(own);
  const reached = () => own.inTenant((trx) => trx.selectFrom('portfolio_reach').selectAll().execute());
  await hold('Un altro {{1}} testo, che vuole un valore.');
  expect((await send([phone])).body.items).toEqual([{ to: phone, outcome: 'refused', code: 132_000 }]);
  expect(await reached()).toEqual([]);
  await hold('Buone feste!');
  await send([phone]);
  expect(await reached()).toHaveLength(1);
});

test('while the tenant is stopped no test is sent; after the release it is', async () => {
  const { own, send, taken } = await atWhatsapp();
  await stop(own);
  const { status, body } = await send([stranger]);
  expect([status, body.type]).toEqual([409, '/problems/halted']);
  await own.as('paolo', 'POST', '/v1/crisis-stop/release', { posts: 'all' });
  expect((await send([stranger])).body.items).toEqual([sent(stranger)]);
  expect(await taken()).toHaveLength(1);
});

test.each([
  ['the stop of the tenant', stop],
  ['a suspension of the number', suspend],
])('%s that is answered meanwhile is followed by no test, and takes up no reach', async (_what, hold) => {
  const { own, draft, send, taken, meanwhile } = await atWhatsapp();
  const phone = await somebody(own);
  meanwhile(async () => expect((await hold(own, draft.numbers[0].connectionId)).status).toBe(200));
  const { status, body } = await send([phone, stranger]);
  expect([status, body.items]).toEqual([200, [held(phone), held(stranger)]]);
  expect(await taken()).toEqual([]);
  expect(await own.inTenant((trx) => trx.selectFrom('portfolio_reach').selectAll().execute())).toEqual([]);
});

test('a test that comes while a stop is being called waits for it, and is not sent', async () => {
  const { own, send, taken, meanwhile } = await atWhatsapp();
  const phone = await somebody(own);
  const stopping: Promise<void>[] = [];
  const begun = Promise.withResolvers<void>();
  meanwhile(() => {
    const halting = own.inTenant(async (trx) => {
      const [tenantId, by] = [own.tenant.id, own.tenant.people.paolo];
      await closeGate(trx, tenantId);
      await insertHalt(trx, { tenantId, id: newId(), reason: 'Prezzo sbagliato', by, now: new Date() });
      begun.resolve();
      // As long as a test that nothing hinders would take, many times over.
      await sleep(500);
    });
    stopping.push(halting);
    return begun.promise;
  });
  expect((await send([phone])).body.items).toEqual([held(phone)]);
  await Promise.all(stopping);
  expect(await taken()).toEqual([]);
});

test('a test leaves within a second of its last look at the gate, or not at all', async () => {
  const { send, limits } = await atWhatsapp();
  await send([stranger]);
  expect(limits).toEqual([expect.any(Number)]);
  expect(limits[0]).toBeGreaterThan(0);
  expect(limits[0]).toBeLessThanOrEqual(1_000);
});

const sent = (to: string) => ({ to, outcome: 'sent', code: null });
const held = (to: string) => ({ to, outcome: 'held', code: null });

/** A contact who has not written to us. */
function somebody(own: TenantApi): Promise<string> {
  return own.inTenant(async (trx) => {
    const { phone } = await trx.selectFrom('author').select('phone').limit(1).executeTakeFirstOrThrow();
    return phone ?? '';
  });
}

function stop(own: TenantApi) {
  return own.as('paolo', 'POST', '/v1/crisis-stop', { reason: 'Prezzo sbagliato' });
}

function suspend(own: TenantApi, connectionId: ConnectionId) {
  return own.as('giulia', 'POST', `/v1/connections/${connectionId}/suspend`);
}

let sender: TestSender;
const tenantApi = useTenantApi({ sendTest: (message) => sender(message) });

/** A draft whose number and template WhatsApp has, in a tenant of its own. */
async function atWhatsapp() {
  const own = await tenantApi().another();
  const simulator = await startSimulated(graph);
  const control = controlOf(simulator);
  const whatsapp = whatsappAt(simulator.url);
  const { services, config } = own.api;
  const askLimits = askLimitsWith(whatsapp.readLimits);
  const replies = replyDeskWith(whatsapp.replies);
  const limits: (number | undefined)[] = [];
  let beforeCall = async (): Promise<void> => {};
  sender = testSenderWith({
    db: services.db,
    clock: services.clock,
    masterKeys: config.masterKeys,
    replies: (reply, options) => {
      limits.push(options?.departWithinMs);
      return replies(reply, options);
    },
    askLimits: async (page) => {
      await beforeCall();
      return askLimits(page);
    },
  });
  const { connectionId, templateId, name } = await own.inTenant(async (trx) => {
    const author = { tenantId: own.tenant.id, by: own.tenant.people.elena };
    const template = await insertTemplate(trx, author, { account: waba.id });
    const row = await trx.selectFrom('template').select('name').where('id', '=', template).executeTakeFirstOrThrow();
    return { connectionId: await insertOwnNumber(own), templateId: template, name: row.name };
  });
  const hold = (text: string) =>
    control('/templates', { json: { wabaId: waba.id, name, components: [{ type: 'BODY', text }] } });
  await hold('Buone feste!');
  const { body: draft } = await sendableDraft(own, {
    connectionIds: [connectionId],
    variants: [{ key: 'A', templateId }],
  });
  return {
    own,
    draft,
    hold,
    /** Within how many milliseconds each call was to leave. */
    limits,
    /** Happens between the judgement of a test and its call. */
    meanwhile: (happens: () => Promise<void>) => void (beforeCall = happens),
    send: (to: readonly string[]) =>
      own.as('elena', 'POST', `/v1/campaigns/${draft.id}/test-sends`, { variant: 'A', to }),
    taken: async () => (await control('/messaging/messages')).body as unknown as readonly TakenMessage[],
  };
}

/** The number of the second business, with its token; given up when the test ends. */
async function insertOwnNumber(own: TenantApi): Promise<ConnectionId> {
  const { config } = own.api;
  const id = await own.inTenant(async (trx) => {
    const connectionId = await insertNumber(trx, own.tenant.id, waba.id);
    const { newest } = await tenantKeys(trx, own.tenant.id, config.masterKeys, new Date());
    const access_token = seal(newest, tokenContext({ tenantId: own.tenant.id, connectionId }), business.accessToken);
    const secret = { tenant_id: own.tenant.id, connection_id: connectionId, access_token };
    await trx.insertInto('connection_secret').values(secret).execute();
    const external_id = waba.numbers[0]?.id ?? '';
    await trx.updateTable('connection').set({ external_id }).where('id', '=', connectionId).execute();
    return connectionId;
  });
  onTestFinished(() =>
    own.inTenant(async (trx) => void (await trx.updateTable('connection').set({ state: 'disconnected' }).execute())),
  );
  return id;
}

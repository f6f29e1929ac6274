import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OutgoingReply, ReplyOutcome } from '../../src/api/messages/reply-desk.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { AuthorId, TemplateId } from '../../src/domain/ids.ts';
import { opaqueOf } from '../../src/domain/opaque-data.ts';
import type { BuiltInRoleKey } from '../../src/domain/permission.ts';
import type { TemplateContent } from '../../src/domain/template.ts';
import { randomPhone } from '../db/support/ledger-rows.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { createOwnTenant, type OwnTenant, ownTokens } from '../support/own-tenant.ts';
import {
  insertContact,
  insertNumber,
  statusOf,
  tell,
  textFrom,
  type WhatsappNumber,
} from '../support/whatsapp-number.ts';

const hour = 3_600_000;
let api: TestApi;
let own: OwnTenant;
let number: WhatsappNumber;
let phone: string;
let sent: OutgoingReply[] = [];
let whatsapp: (reply: OutgoingReply) => Promise<ReplyOutcome>;

beforeAll(async () => {
  const replies = (reply: OutgoingReply) => {
    sent.push(reply);
    return whatsapp(reply);
  };
  const askLimits = () => Promise.resolve({ perSecond: 80, tier: 250, portfolioId: 'portfolio' });
  api = await startApi({ services: { tokens: ownTokens }, replies, askLimits });
  own = await createOwnTenant(api.services.db);
  number = await insertNumber(api, own.tenantId);
});
beforeEach(() => {
  sent = [];
  phone = randomPhone();
  whatsapp = () => Promise.resolve({ kind: 'accepted', providerMessageId: `wamid.${randomUUID()}` });
});
afterAll(() => api.close());

describe('what WhatsApp tells', () => {
  test('is kept on the thread of whoever wrote, once, and shown newest first', async () => {
    const first = textFrom(phone, 'Ciao', { at: Date.now() - hour });
    for (const news of [first, first, textFrom(phone, 'Ci siete?')]) {
      expect((await tell(api, number, news)).status).toBe(200);
    }
    const authorId = await authorOf(phone);
    const { body: threads } = await get(`/v1/authors/${authorId}/threads`);
    const closes = Date.parse(threads.items[0].windowClosesAt);
    expect(closes - Date.now()).toBeGreaterThan(23 * hour);
    expect(threads.items).toMatchObject([{ authorId, connection: { id: number.connectionId, network: 'whatsapp' } }]);
    const path = `/v1/threads/${threads.items[0].id}/messages`;
    const page = (await get(`${path}?limit=1`)).body;
    const rest = (await get(`${path}?limit=1&cursor=${page.nextCursor}`)).body;
    expect([page, rest].map(({ items }) => items)).toMatchObject([[{ text: 'Ci siete?' }], [{ text: 'Ciao' }]]);
    expect([rest.nextCursor, rest.thread.id]).toEqual([null, threads.items[0].id]);
  });

  test('is believed only with the app’s signature', async () => {
    expect((await tell(api, number, textFrom(phone, 'Ciao'), 'another secret')).status).toBe(401);
    expect(await authorsOf(phone)).toEqual([]);
  });

  test('of a number that nobody has connected is taken and forgotten', async () => {
    const foreign = { ...number, numberId: `n-${randomUUID()}` };
    expect((await tell(api, foreign, textFrom(phone, 'Ciao'))).status).toBe(200);
    expect((await tell(api, foreign, statusOf('wamid.x', 'read'))).status).toBe(200);
    expect(await authorsOf(phone)).toEqual([]);
  });
});

describe('an answer', () => {
  test('goes out at once, and what becomes of it shows in the thread', async () => {
    const authorId = await contactWhoWrote();
    const { status, body } = await write(authorId, { text: ' Certo! ' });
    expect([status, body]).toMatchObject([201, { direction: 'outbound', kind: 'text', text: 'Certo!', state: 'sent' }]);
    expect(sent).toEqual([
      {
        from: { externalId: number.numberId, accessToken: 'a token' },
        to: { phone, userId: null },
        quotes: null,
        reference: { kind: 'message', id: body.id },
        content: { kind: 'text', text: 'Certo!' },
      },
    ]);
    const opaque = opaqueOf({ kind: 'message', id: body.id });
    await tell(api, number, statusOf('wamid.1', 'read', { biz_opaque_callback_data: opaque }));
    const [newest] = (await get(`/v1/threads/${body.threadId}/messages`)).body.items;
    expect(newest).toMatchObject({ id: body.id, state: 'read', sentBy: { id: own.users.agent } });
    expect(await eventsOf(body.id)).toEqual(['message.sent']);
  });

  test('is sent once, however often its key is repeated', async () => {
    const authorId = await contactWhoWrote();
    const key = { 'idempotency-key': randomUUID() };
    const first = await write(authorId, { text: 'Certo' }, key);
    const again = await write(authorId, { text: 'Certo' }, key);
    expect([again.status, again.body.id]).toEqual([201, first.body.id]);
    expect(sent).toHaveLength(1);
  });

  test('whose call died on the way is not sent again by its key', async () => {
    const authorId = await contactWhoWrote();
    const key = { 'idempotency-key': randomUUID() };
    whatsapp = () => Promise.reject(new Error('the process dies here'));
    expect((await write(authorId, { text: 'Certo' }, key)).status).toBe(500);
    const again = await write(authorId, { text: 'Certo' }, key);
    expect([again.status, again.body.state]).toEqual([201, 'sending']);
    expect(sent).toHaveLength(1);
    await inTenant((trx) =>
      trx
        .updateTable('message')
        .set({ at: new Date(Date.now() - 61_000) })
        .where('id', '=', again.body.id)
        .execute(),
    );
    const { items } = (await get(`/v1/threads/${again.body.threadId}/messages`)).body;
    const shown = items.find(({ id }: { id: string }) => id === again.body.id);
    expect(shown.state).toBe('unconfirmed');
  });

  test('of which nobody knows whether it was taken is unconfirmed, until a status tells', async () => {
    const authorId = await contactWhoWrote();
    whatsapp = () => Promise.resolve({ kind: 'lost' });
    const { body } = await write(authorId, { text: 'Certo' });
    expect(body.state).toBe('unconfirmed');
    const opaque = opaqueOf({ kind: 'message', id: body.id });
    await tell(api, number, statusOf('wamid.2', 'delivered', { biz_opaque_callback_data: opaque }));
    const { items } = (await get(`/v1/threads/${body.threadId}/messages`)).body;
    expect(items[0]).toMatchObject({ id: body.id, state: 'delivered' });
  });

  test('keeps what a status has told before WhatsApp’s own answer came', async () => {
    const authorId = await contactWhoWrote();
    whatsapp = async ({ reference }) => {
      await tell(api, number, statusOf('wamid.3', 'read', { biz_opaque_callback_data: opaqueOf(reference) }));
      return { kind: 'accepted', providerMessageId: 'wamid.3' };
    };
    expect((await write(authorId, { text: 'Certo' })).body.state).toBe('read');
  });

  test('that WhatsApp refuses has failed, with its code', async () => {
    const authorId = await contactWhoWrote();
    const words = { providerStatus: 400, providerCode: '131047', providerMessage: 'Re-engagement message' };
    whatsapp = () => Promise.resolve({ kind: 'refused', ...words });
    const { status, body } = await write(authorId, { text: 'Certo' });
    expect([status, body.state, body.errorCode]).toEqual([201, 'failed', '131047']);
    expect(await eventsOf(body.id)).toEqual(['message.failed']);
  });

  test('may quote what the contact wrote on that number, and nothing else', async () => {
    const wamid = `wamid.${randomUUID()}`;
    const authorId = await contactWhoWrote({ id: wamid });
    const { items } = (await get(`/v1/authors/${authorId}/threads`)).body;
    const [asked] = (await get(`/v1/threads/${items[0].id}/messages`)).body.items;
    await write(authorId, { text: 'Sì', replyTo: asked.id });
    expect(sent[0]?.quotes).toBe(wamid);
    expect((await write(authorId, { text: 'Sì', replyTo: randomUUID() })).status).toBe(422);
  });
});

describe('a template by hand', () => {
  test('uses the reach of the number’s portfolio, but for whoever has just written or was refused', async () => {
    const template = { id: await insertTemplate('utility'), values: { 'body.1': 'Anna' } };
    await inTenant((trx) => trx.deleteFrom('portfolio_reach').execute());
    const spoken = await contactWhoWrote();
    expect((await write(spoken, { template })).status).toBe(201);
    expect(await reached()).toEqual([]);

    phone = randomPhone();
    const silent = await contactWhoWrote({ at: Date.now() - 25 * hour });
    const words = { providerStatus: 400, providerCode: '131048', providerMessage: 'Spam rate limit hit' };
    const takes = whatsapp;
    whatsapp = () => Promise.resolve({ kind: 'refused', ...words });
    expect((await write(silent, { template })).body.state).toBe('failed');
    expect(await reached()).toEqual([]);

    whatsapp = takes;
    for (const _ of [1, 2]) expect((await write(silent, { template })).body.state).toBe('sent');
    expect(await reached()).toEqual([{ author_id: silent, portfolio_id: 'portfolio' }]);
  });

  const reached = () =>
    inTenant((trx) => trx.selectFrom('portfolio_reach').select(['author_id', 'portfolio_id']).execute());
});

describe('nothing is sent', () => {
  test('after the window has closed, but a template', async () => {
    const authorId = await contactWhoWrote({ at: Date.now() - 25 * hour });
    const { status, body } = await write(authorId, { text: 'Certo' });
    expect([status, body.type, body.possible]).toEqual([422, '/problems/window-closed', ['template']]);
    expect(Date.parse(body.closedAt)).toBeLessThan(Date.now());
    const template = { id: await insertTemplate('marketing'), values: { 'body.1': 'Anna' } };
    expect((await write(authorId, { template })).body).toMatchObject({ kind: 'template', text: 'Ciao Anna' });
    expect(sent[0]?.content).toMatchObject({ kind: 'template', language: 'it', components: [{ type: 'body' }] });
  });

  test('of marketing to who wants none, by hand either', async () => {
    const authorId = await contactWhoWrote();
    await tell(api, number, textFrom(phone, 'STOP'));
    const [marketing, utility] = [await insertTemplate('marketing'), await insertTemplate('utility')];
    const values = { 'body.1': 'Anna' };
    const refused = await write(authorId, { template: { id: marketing, values } });
    expect([refused.status, refused.body.type]).toEqual([422, '/problems/no-consent']);
    expect((await write(authorId, { template: { id: utility, values } })).status).toBe(201);
    expect((await write(authorId, { text: 'Va bene' })).status).toBe(201);
  });

  test('by a template that lacks a value, is not approved, or is another account’s', async () => {
    const authorId = await contactWhoWrote();
    const id = await insertTemplate('utility');
    const missing = await write(authorId, { template: { id } });
    expect([missing.status, missing.body.errors[0].pointer]).toEqual([422, '/template/values/body.1']);
    for (const changes of [{ status: 'paused' as const }, { waba_id: 'another' }]) {
      await inTenant((trx) => trx.updateTable('template').set(changes).where('id', '=', id).execute());
      const { body } = await write(authorId, { template: { id, values: { 'body.1': 'Anna' } } });
      expect(body.type).toBe('/problems/template-unavailable');
    }
  });

  test('to a contact who is blocked, to nobody, and from no number', async () => {
    const blocked = await insertContact(api, own.tenantId, { phone, blocked: true });
    const { connectionId } = number;
    expect((await write(blocked, { text: 'Ciao', connectionId })).body.type).toBe('/problems/blocked');
    expect((await write(randomUUID(), { text: 'Ciao' })).status).toBe(404);
    expect((await write(blocked, { text: 'Ciao' })).body.errors[0].pointer).toBe('/connectionId');
    expect((await write(blocked, { text: 'Ciao', connectionId: randomUUID() })).status).toBe(422);
    const expired = await insertNumber(api, own.tenantId, { token: null });
    const { status, body } = await write(blocked, { text: 'Ciao', connectionId: expired.connectionId });
    expect([status, body.type, body.state]).toEqual([409, '/problems/not-connected', 'expired']);
    expect(sent).toEqual([]);
  });

  test('that is both a text and a template, or neither', async () => {
    const authorId = await contactWhoWrote();
    const template = { id: randomUUID() };
    for (const json of [{}, { text: 'Ciao', template }]) expect((await write(authorId, json)).status).toBe(422);
  });

  test('by who may not write to contacts; who may see them may read', async () => {
    const authorId = await contactWhoWrote();
    expect((await write(authorId, { text: 'Ciao' }, {}, 'viewer')).status).toBe(403);
    expect((await get(`/v1/authors/${authorId}/threads`, 'viewer')).status).toBe(200);
  });

  test('to contacts of others, whose threads nobody sees', async () => {
    const authorId = await contactWhoWrote();
    const { items } = (await get(`/v1/authors/${authorId}/threads`)).body;
    const other = await createOwnTenant(api.services.db);
    const token = other.token('tenant_admin');
    for (const path of [`/v1/authors/${authorId}/threads`, `/v1/threads/${items[0].id}/messages`]) {
      expect((await api.call(path, { token })).status).toBe(404);
    }
    const path = `/v1/authors/${authorId}/messages`;
    expect((await api.call(path, { method: 'POST', token, json: { text: 'Ciao' } })).status).toBe(404);
    expect(sent).toEqual([]);
  });
});

const get = (path: string, role: BuiltInRoleKey = 'agent') => api.call(path, { token: own.token(role) });

function write(authorId: string, json: object, headers = {}, role: BuiltInRoleKey = 'agent') {
  return api.call(`/v1/authors/${authorId}/messages`, { method: 'POST', token: own.token(role), json, headers });
}

async function contactWhoWrote(when: { at?: number; id?: string } = {}): Promise<AuthorId> {
  await tell(api, number, textFrom(phone, 'Buongiorno', when));
  return authorOf(phone);
}

const authorsOf = (of: string) =>
  inTenant((trx) => trx.selectFrom('author').select('id').where('phone', '=', of).execute());

async function authorOf(of: string): Promise<AuthorId> {
  const [author] = await authorsOf(of);
  if (author === undefined) throw new Error('nobody has this number');
  return author.id;
}

async function eventsOf(id: string): Promise<readonly string[]> {
  const events = await inTenant((trx) =>
    trx.selectFrom('event').select('kind').where('entity_id', '=', id).orderBy('position').execute(),
  );
  return events.map(({ kind }) => kind);
}

async function insertTemplate(category: 'marketing' | 'utility'): Promise<TemplateId> {
  const id = randomUUID() as TemplateId;
  const content: TemplateContent = {
    parameterFormat: 'positional',
    header: null,
    body: { text: 'Ciao {{1}}', examples: { '1': 'Luca' } },
    footer: null,
    buttons: [],
    cards: [],
  };
  const made = { created_by: own.users.editor, created_at: new Date() };
  await inTenant(async (trx) => {
    await trx
      .insertInto('template')
      .values({
        tenant_id: own.tenantId,
        id,
        waba_id: number.wabaId,
        name: `saluto_${id.replaceAll('-', '_')}`,
        language: 'it',
        category,
        status: 'approved',
        approved_version: 1,
        ...made,
      })
      .execute();
    await trx
      .insertInto('template_version')
      .values({ tenant_id: own.tenantId, template_id: id, number: 1, content: JSON.stringify(content), ...made })
      .execute();
  });
  return id;
}

function inTenant<T>(work: Parameters<typeof withTenant<T>>[2]): Promise<T> {
  return withTenant(api.services.db, own.tenantId, work);
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graph } from '../../simulators/graph/network.ts';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import type { OutgoingReply, ReplyDesk } from '../../src/api/messages/reply-desk.ts';
import { replyDeskWith } from '../../src/bin/reply-desk.ts';
import { withTenant } from '../../src/db/tenant.ts';
import { randomPhone } from '../db/support/ledger-rows.ts';
import { controlOf, startSimulated } from '../simulators/support/simulator.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { createOwnTenant, ownTokens, type OwnTenant } from '../support/own-tenant.ts';
import { whatsappAt } from '../support/whatsapp-at.ts';
import { insertNumber, tell, textFrom, type WhatsappNumber } from '../support/whatsapp-number.ts';

const [business] = whatsappBusinesses;
const [, waba] = business.wabas;
/** No other test sends from it. */
const numberId = waba?.numbers[1]?.id ?? '';
let api: TestApi;
let own: OwnTenant;
let number: WhatsappNumber;
let desk: ReplyDesk;

beforeAll(async () => {
  api = await startApi({ services: { tokens: ownTokens }, replies: (reply: OutgoingReply) => desk(reply) });
  own = await createOwnTenant(api.services.db);
  number = await insertNumber(api, own.tenantId, { numberId, wabaId: waba?.id ?? '', token: business.accessToken });
});
afterAll(async () => {
  // A number belongs to one tenant at a time: others have it next.
  await withTenant(api.services.db, own.tenantId, (trx) =>
    trx.updateTable('connection').set({ state: 'disconnected' }).execute(),
  );
  await api.close();
});

describe('an answer after the 24 hours, which WhatsApp counts better than we do,', () => {
  test('has failed when WhatsApp refuses it, and says that a template would go out', async () => {
    const { phone } = await atWhatsapp({});
    // Of this message the simulated WhatsApp knows nothing.
    await tell(api, number, textFrom(phone, 'Ciao'));
    const { status, body } = await write(await authorOf(phone));
    expect([status, body.state, body.errorCode]).toEqual([201, 'failed', '131047']);
    expect(body.failure).toEqual({ reason: 'window_closed', possible: ['template'] });
  });

  test('has failed as well when WhatsApp takes it first and says so later', async () => {
    const { phone } = await atWhatsapp({ closedWindow: 'fail' });
    await tell(api, number, textFrom(phone, 'Ciao'));
    const { body } = await write(await authorOf(phone));
    expect(body).toMatchObject({ state: 'sent', errorCode: null, failure: null });
    await expect
      .poll(async () => (await messagesOf(phone))[0])
      .toMatchObject({
        id: body.id,
        state: 'failed',
        errorCode: '131047',
        failure: { reason: 'window_closed', possible: ['template'] },
      });
  });
});

test('an answer within them is taken', async () => {
  const { phone, says } = await atWhatsapp({});
  await says({ text: 'Avete il blu?' });
  expect((await write(await authorOf(phone))).body).toMatchObject({ state: 'sent', failure: null });
});

test.each([
  [{ kind: 'image', caption: 'Questo?' }, 'Questo?', { mime_type: 'image/jpeg', caption: 'Questo?' }],
  [{ kind: 'document', filename: 'ordine.pdf', caption: 'Ordine' }, 'Ordine', { filename: 'ordine.pdf' }],
  [{ kind: 'video' }, '', { mime_type: 'video/mp4' }],
  [{ kind: 'audio', voice: true }, '', { mime_type: 'audio/ogg; codecs=opus', voice: true }],
  [{ kind: 'sticker' }, '', { mime_type: 'image/webp', animated: false }],
])('a file that somebody sends is kept on their thread with its kind and words: %j', async (media, text, file) => {
  const { phone, says } = await atWhatsapp({});
  expect(await says({ media })).toEqual({ status: 200 });
  const { kind } = media;
  const id = expect.stringMatching(/^\d+$/);
  const content = { [kind]: expect.objectContaining({ ...file, id, sha256: expect.any(String) }) };
  expect(await messagesOf(phone)).toMatchObject([{ direction: 'inbound', kind, text, content, state: 'received' }]);
});

test('so is a place', async () => {
  const { phone, says } = await atWhatsapp({});
  const location = { latitude: 45.8, longitude: 9.1, name: 'Piazza Cavour' };
  await says({ location });
  expect(await messagesOf(phone)).toMatchObject([{ kind: 'location', text: 'Piazza Cavour', content: { location } }]);
});

/** A WhatsApp of the test's own that tells us everything, and somebody there. */
async function atWhatsapp(settings: object) {
  const simulator = await startSimulated(graph);
  const control = controlOf(simulator);
  desk = replyDeskWith(whatsappAt(simulator.url).replies);
  await control('/messaging/settings', { json: { callbackUrl: `${api.url}/webhooks/meta`, ...settings } });
  const phone = randomPhone();
  const says = async (said: object) =>
    (await control(`/messaging/numbers/${numberId}/inbound`, { json: { from: phone.slice(1), ...said } })).body;
  return { phone, says };
}

const get = async (path: string) => (await api.call(path, { token: own.token('agent') })).body;

function write(authorId: string) {
  const json = { text: 'Certo' };
  return api.call(`/v1/authors/${authorId}/messages`, { method: 'POST', token: own.token('agent'), json });
}

async function authorOf(phone: string): Promise<string> {
  const row = await withTenant(api.services.db, own.tenantId, (trx) =>
    trx.selectFrom('author').select('id').where('phone', '=', phone).executeTakeFirstOrThrow(),
  );
  return row.id;
}

/** What was said with somebody, the newest first. */
async function messagesOf(phone: string) {
  const { items } = await get(`/v1/authors/${await authorOf(phone)}/threads`);
  return (await get(`/v1/threads/${items[0].id}/messages`)).items;
}

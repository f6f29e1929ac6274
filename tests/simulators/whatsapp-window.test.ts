import { expect, test } from 'vitest';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import { refusal } from './support/graph.ts';
import { send } from './support/http.ts';
import { externalId, listeningApp, number, settings } from './support/whatsapp.ts';

const [business] = whatsappBusinesses;
const person = '393400000001';
const hourMs = 3_600_000;

test('a text goes to who has written to this number within 24 hours, and to nobody else', async () => {
  const { write, hears } = await writing();
  expect(refusal(await write(person))).toEqual({ status: 400, code: 131_047 });
  await hears({ at: Date.now() - 24 * hourMs });
  expect(refusal(await write(person))).toEqual({ status: 400, code: 131_047 });
  await hears({ at: Date.now() - 23 * hourMs });
  expect((await write(person)).status).toBe(200);
  expect(refusal(await write('393400000002'))).toEqual({ status: 400, code: 131_047 });
});

test('the refusal has the words that are met in the field', async () => {
  const { write } = await writing();
  const { error } = (await write(person)).body as unknown as { error: Record<string, unknown> };
  expect(error).toMatchObject({
    message: '(#131047) Re-engagement message',
    type: 'OAuthException',
    code: 131_047,
    error_data: {
      messaging_product: 'whatsapp',
      details: expect.stringMatching(/^Message failed to send because more than 24 hours have passed/),
    },
  });
});

test('who is known by a user id has the same window', async () => {
  const { write, hears, app } = await writing();
  await hears({});
  const [contact] = app.values()[0]?.contacts ?? [];
  const sent = { recipient: contact?.user_id, type: 'text', text: { body: 'Certo' } };
  expect((await write(person, { to: undefined, ...sent })).status).toBe(200);
});

test('a template goes out whatever the window', async () => {
  const { send } = await number();
  expect(await send('row-1', `+${person}`)).toMatchObject({ kind: 'accepted' });
});

test('it may be taken first, and fail with the code afterwards', async () => {
  const { write, control, app } = await writing();
  await settings(control, { closedWindow: 'fail' });
  expect((await write(person)).status).toBe(200);
  await expect.poll(() => app.statuses()).toMatchObject([{ status: 'failed', errors: [{ code: 131_047 }] }]);
});

test('it may be sent all the same, where a test is about something else', async () => {
  const { write, control, app } = await writing();
  await settings(control, { closedWindow: 'ignore', deliveredAfterMs: 20, readShare: 0 });
  expect((await write(person)).status).toBe(200);
  await expect.poll(() => app.statuses().map(({ status }) => status)).toEqual(['sent', 'delivered']);
});

/** A number from which texts are sent, and people who write to it. */
async function writing() {
  const { control, simulator } = await number();
  const app = await listeningApp();
  await settings(control, { callbackUrl: app.url });
  const write = (to: string, more: object = {}) =>
    send(`${simulator.url}/v26.0/${externalId}/messages`, {
      headers: { authorization: `Bearer ${business.accessToken}` },
      json: { messaging_product: 'whatsapp', to, type: 'text', text: { body: 'Certo' }, ...more },
    });
  const hears = (more: object) =>
    control(`/messaging/numbers/${externalId}/inbound`, { json: { from: person, text: 'Ciao', ...more } });
  return { write, hears, control, app };
}

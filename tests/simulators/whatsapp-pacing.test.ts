import { expect, test } from 'vitest';
import { listeningApp, number, sale, settings } from './support/whatsapp.ts';

test('of a template that is paced the first messages go out, and of those after them nothing is told', async () => {
  const { send, control, app, told } = await paced();
  expect(await send('row-1', '+393400000001')).toMatchObject({ kind: 'accepted', heldBack: false });
  for (const n of [2, 3]) {
    expect(await send(`row-${n}`, `+39340000000${n}`)).toMatchObject({ kind: 'accepted', heldBack: true });
  }
  await expect.poll(told).toEqual({ 'row-1': 'delivered' });
  expect((await control('/messaging/deliveries')).body).toMatchObject({ taken: 3, waiting: 0 });
  expect((await control('/messaging/messages')).body).toMatchObject([{ held: false }, { held: true }, { held: true }]);
  expect(app.statuses()).toHaveLength(2);
});

test('what is held goes out when people like what they got, and nothing is held any more', async () => {
  const { send, end, told } = await paced();
  for (const n of [1, 2, 3]) await send(`row-${n}`, `+39340000000${n}`);
  expect((await end('release')).body).toEqual({ messages: 2 });
  await expect.poll(told).toEqual({ 'row-1': 'delivered', 'row-2': 'delivered', 'row-3': 'delivered' });
  expect(await send('row-4', '+393400000004')).toMatchObject({ kind: 'accepted', heldBack: false });
  expect((await end('release')).body).toEqual({ messages: 0 });
});

test('what is held is dropped with 132015 when they do not, and the template is paused', async () => {
  const { send, end, app, told } = await paced();
  for (const n of [1, 2]) await send(`row-${n}`, `+39340000000${n}`);
  expect((await end('drop')).body).toEqual({ messages: 1 });
  await expect.poll(told).toEqual({ 'row-1': 'delivered', 'row-2': 'failed' });
  const failed = app.statuses().filter(({ status }) => status === 'failed');
  expect(failed).toMatchObject([{ errors: [{ code: 132_015 }] }]);
  expect(await send('row-3', '+393400000003')).toMatchObject({ kind: 'refused', code: 132_015 });
  const events = app
    .values()
    .flatMap(({ event, other_info: other }) => (event === undefined ? [] : [{ event, other }]));
  expect(events).toMatchObject([{ event: 'PAUSED', other: { title: 'RATE_LIMITING_PAUSE' } }]);
});

test('an answer may call it paused, which is held as well', async () => {
  const { send, control } = await paced();
  await settings(control, { pacedAfter: 0, heldAs: 'paused' });
  expect(await send('row-1', '+393400000001')).toMatchObject({ kind: 'accepted', heldBack: true });
});

test('no template that is not there has a pace', async () => {
  const { control } = await paced();
  expect((await control('/templates/1/pacing', { json: { outcome: 'drop' } })).status).toBe(404);
});

/** A number with a template of which one message goes out before the rest is held. */
async function paced() {
  const { send, control } = await number();
  const app = await listeningApp();
  await control('/settings', { json: { appWebhookUrl: app.url } });
  await settings(control, { callbackUrl: app.url, deliveredAfterMs: 20, readShare: 0, pacedAfter: 1 });
  const { body: template } = await control('/templates', { json: sale });
  const end = (outcome: 'release' | 'drop') =>
    control(`/templates/${String(template['id'])}/pacing`, { json: { outcome } });
  /** The last that was told of each message. */
  const told = () =>
    Object.fromEntries(app.statuses().map(({ biz_opaque_callback_data: row, status }) => [row, status]));
  return { send, control, app, end, told };
}

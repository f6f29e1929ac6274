import { expect, test } from 'vitest';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import { externalId, listeningApp, number, sale, settings } from './support/whatsapp.ts';

const [business] = whatsappBusinesses;

test('a message is taken, counted for its recipient, and told back with our row in every status, signed', async () => {
  const { send, control } = await number();
  const app = await listeningApp();
  await settings(control, { callbackUrl: app.url, deliveredAfterMs: 20, readAfterMs: 20, readShare: 1 });

  const answer = await send('row-1', '+393400000001');

  expect(answer).toEqual({ kind: 'accepted', messageId: expect.stringMatching(/^wamid\./), heldBack: false });
  expect((await control('/messaging/deliveries')).body).toMatchObject({ taken: 1, people: 1, most: 1 });
  await expect
    .poll(() =>
      app
        .statuses()
        .map(({ status }) => status)
        .toSorted(),
    )
    .toEqual(['delivered', 'read', 'sent']);
  for (const { id, biz_opaque_callback_data: opaque, recipient_id: to } of app.statuses()) {
    expect({ id, opaque, to }).toEqual({
      id: answer.kind === 'accepted' && answer.messageId,
      opaque: 'row-1',
      to: '393400000001',
    });
  }
  expect(app.forged()).toEqual([]);
});

test('more than its throughput is refused with 130429', async () => {
  const { send, control } = await number();
  await settings(control, { perSecond: 2, latencyMs: 0 });
  const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => send(`row-${n}`, `+39340000000${n}`)));
  expect(answers.filter(({ kind }) => kind === 'refused')[0]).toMatchObject({ code: 130_429, status: 429 });
  expect(answers.some(({ kind }) => kind === 'accepted')).toBe(true);
});

test('a person is written to again and again only at the pair’s pace, and shielded from too much marketing', async () => {
  const { send, control } = await number();
  await settings(control, { pairBurst: 1 });
  expect(await send('a', '+393400000001')).toMatchObject({ kind: 'accepted' });
  expect(await send('b', '+393400000001')).toMatchObject({ kind: 'refused', code: 131_056 });
  await settings(control, { marketingPerDay: 1 });
  expect(await send('c', '+393400000002')).toMatchObject({ kind: 'accepted' });
  expect(await send('d', '+393400000002')).toMatchObject({ kind: 'refused', code: 131_049 });
});

test('an answer that is lost leaves open whether the message was taken, and one that never left does not', async () => {
  const { send, control } = await number();
  await settings(control, { loseAnswerShare: 1 });
  expect(await send('row-1', '+393400000001')).toEqual({ kind: 'lost' });
  expect((await control('/messaging/deliveries')).body).toMatchObject({ taken: 1 });
  expect((await control('/messaging/losses')).body).toEqual([{ what: 'answer', opaque: 'row-1' }]);
  expect(await send('row-2', '+393400000002', { departBy: performance.now() - 1 })).toEqual({ kind: 'not_sent' });
  expect((await control('/messaging/deliveries')).body).toMatchObject({ taken: 1 });
});

test('what cannot be noted before it leaves does not leave, nor what is late once it was noted', async () => {
  const { send, control } = await number();
  const noted: string[] = [];
  const full = (): void => {
    throw new Error('the disk is full');
  };
  expect(await send('row-1', '+393400000001', { onLeave: full })).toEqual({ kind: 'not_sent' });
  const departBy = performance.now() + 200;
  const halted = (): void => {
    while (performance.now() <= departBy);
    noted.push('row-2');
  };
  expect(await send('row-2', '+393400000001', { departBy, onLeave: halted })).toEqual({ kind: 'not_sent' });
  expect((await control('/messaging/deliveries')).body).toMatchObject({ taken: 0 });
  await send('row-3', '+393400000001', { onLeave: () => void noted.push('row-3') });
  expect(noted).toEqual(['row-2', 'row-3']);
});

test('a request that is cut was not taken, which nobody can tell from a lost answer but the log', async () => {
  const { send, control } = await number();
  await settings(control, { dropShare: 1 });
  expect(await send('row-1', '+393400000001')).toEqual({ kind: 'lost' });
  expect((await control('/messaging/deliveries')).body).toMatchObject({ taken: 0 });
  expect((await control('/messaging/losses')).body).toEqual([{ what: 'request', opaque: 'row-1' }]);
});

test('an answer that comes late is overtaken by the statuses of its message', async () => {
  const { send, control } = await number();
  const app = await listeningApp();
  const late = { lateAnswerShare: 1, lateAnswerMs: 1_000 };
  await settings(control, { callbackUrl: app.url, deliveredAfterMs: 20, readShare: 0, ...late });
  const answer = send('row-1', '+393400000001').then(({ kind }) => ({ kind, told: app.statuses().length }));
  expect(await answer).toEqual({ kind: 'accepted', told: 2 });
});

test('the log says how much the app has been told of each message', async () => {
  const { send, control } = await number();
  const app = await listeningApp();
  const told = async () => (await control('/messaging/messages')).body;
  await settings(control, { callbackUrl: app.url, deliveredAfterMs: 20, readShare: 0 });
  await send('row-1', '+393400000001');
  await expect.poll(told).toMatchObject([{ opaque: 'row-1', told: 'delivered' }]);
});

test('a token that was taken back is refused with 190', async () => {
  const { send, control } = await number();
  await control(`/tokens/${business.systemUserId}/revoke`, { json: {} });
  expect(await send('row-1', '+393400000001')).toMatchObject({ kind: 'refused', code: 190 });
});

test('a number that nothing is taken from says so when it is asked how it is', async () => {
  const { send, control, maySend } = await number();
  expect(await maySend()).toBe(true);
  await settings(control, { refuseAllWith: 131_042 });
  expect(await send('row-1', '+393400000001')).toMatchObject({ kind: 'refused', code: 131_042 });
  expect(await maySend()).toBe(false);
  await settings(control, { refuseAllWith: null });
  expect(await send('row-1', '+393400000001')).toMatchObject({ kind: 'accepted' });
});

test('what is taken may fail afterwards, with the code that is set', async () => {
  const { send, control } = await number();
  const app = await listeningApp();
  await settings(control, { callbackUrl: app.url, undeliverableShare: 1, undeliverableCode: 131_049 });
  await send('row-1', '+393400000001');
  await expect.poll(() => app.statuses()).toMatchObject([{ status: 'failed', errors: [{ code: 131_049 }] }]);
});

test('somebody writes to a number, and the app is told', async () => {
  const { control } = await number();
  const app = await listeningApp();
  await settings(control, { callbackUrl: app.url });
  const written = await control(`/messaging/numbers/${externalId}/inbound`, {
    json: { from: '393400000001', text: 'STOP', answers: 'wamid.1' },
  });
  expect(written.body).toEqual({ status: 200 });
  expect(app.values()[0]).toMatchObject({
    metadata: { phone_number_id: externalId },
    messages: [{ from: '393400000001', type: 'text', text: { body: 'STOP' }, context: { id: 'wamid.1' } }],
  });
});

test('a message is held against its account’s template, and charged by the template’s category', async () => {
  const { control, sendTemplate } = await number();
  const app = await listeningApp();
  await settings(control, { callbackUrl: app.url, deliveredAfterMs: 20, readShare: 0, latencyMs: 0 });
  const greeting = { ...sale, name: 'saluto', category: 'UTILITY' };
  const { body: held } = await control('/templates', {
    json: { ...greeting, components: [{ type: 'BODY', text: 'Ciao {{1}}, il tuo ordine è pronto.' }] },
  });
  const send = (values: readonly object[], name = 'saluto') =>
    sendTemplate({ name, components: values.length === 0 ? [] : [{ type: 'body', parameters: values }] });
  const anna = { type: 'text', text: 'Anna' };

  expect(await send([anna], 'mai_visto')).toMatchObject({ kind: 'refused', code: 132_001, status: 404 });
  expect(await send([])).toMatchObject({ code: 132_000, status: 400 });
  expect(await send([anna, anna])).toMatchObject({ code: 132_000 });
  expect(await send([{ type: 'currency', currency: {} }])).toMatchObject({ code: 132_012 });
  expect(await send([{ type: 'text', text: 'due\nrighe' }])).toMatchObject({ code: 132_018 });
  expect(await send([{ type: 'text', text: 'a'.repeat(1_000) }])).toMatchObject({ code: 132_005 });
  expect((await control('/messaging/deliveries')).body).toMatchObject({ taken: 0 });
  expect(await send([anna])).toMatchObject({ kind: 'accepted' });
  await expect.poll(() => app.statuses().map(({ pricing }) => pricing.category)).toEqual(['utility', 'utility']);
  for (const [status, code] of [
    ['PAUSED', 132_015],
    ['DISABLED', 132_016],
  ] as const) {
    await control(`/templates/${held['id']}/decide`, { json: { status } });
    expect(await send([anna])).toMatchObject({ code });
  }
});

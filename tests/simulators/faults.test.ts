import { expect, test } from 'vitest';
import { graphAs } from './support/graph.ts';
import { send } from './support/http.ts';

const operation = 'facebook.feed.create';

test('hold: nothing is published until release, and then it is, although the caller is gone', async () => {
  const { simulator, page, control, published } = await graphAs();
  await arm(control, { match: { operation }, action: 'hold' });
  const caller = new AbortController();
  const attempt = fetch(`${simulator.url}${page}/feed`, {
    method: 'POST',
    body: new URLSearchParams({ message: 'Trattenuto', access_token: 'EAAB-dev-page-101000000000001' }),
    signal: caller.signal,
  });
  await expect.poll(async () => (await control('/requests?state=held')).body.length).toBe(1);
  caller.abort();
  await expect(attempt).rejects.toThrow('aborted');
  expect(await published()).toEqual([]);

  expect((await control('/release', { method: 'POST' })).body).toEqual({ released: 1 });
  await expect.poll(async () => (await published()).length).toBe(1);
  const [request] = (await control(`/requests?operation=${operation}`)).body;
  expect(request).toMatchObject({ state: 'unanswered', status: null, effect: true, fault: { action: 'hold' } });
  // What counts is when it arrived, not when it was let go on.
  expect((await published())[0]?.['receivedAt']).toBe(request?.['receivedAt']);
});

test('lose_answer: published, and never answered', async () => {
  const { post, control, published } = await graphAs();
  await arm(control, { match: { operation }, action: 'lose_answer' });
  await expect(post({ message: 'Perso' })).rejects.toThrow('fetch failed');
  expect(await published()).toHaveLength(1);
  expect((await control(`/requests?operation=${operation}`)).body).toMatchObject([
    { state: 'unanswered', status: null, effect: true },
  ]);
});

test('drop_before_accept: never published, never answered', async () => {
  const { post, control, published } = await graphAs();
  await arm(control, { match: { method: 'post', path: '/*/feed' }, action: 'drop_before_accept' });
  await expect(post({ message: 'Mai arrivato' })).rejects.toThrow('fetch failed');
  expect(await published()).toEqual([]);
  expect((await control(`/requests?operation=${operation}`)).body).toMatchObject([{ effect: false, status: null }]);
});

test("status: refused without an effect, or with one, in the given words or the network's own", async () => {
  const { post, control, published } = await graphAs();
  const throttled = { error: { message: 'slow down', type: 'OAuthException', code: 4 } };
  await arm(control, {
    match: { operation },
    action: 'status',
    status: 429,
    body: throttled,
    headers: { 'Retry-After': '7' },
  });
  await arm(control, { match: { operation }, action: 'status', status: 500, effect: true });
  const first = await post({ message: 'Uno' });
  expect(first).toMatchObject({ status: 429, body: throttled });
  expect(first.headers.get('retry-after')).toBe('7');
  expect(await published()).toEqual([]);
  expect(await post({ message: 'Due' })).toMatchObject({
    status: 500,
    body: { error: { code: 1, is_transient: true } },
  });
  expect(await published()).toMatchObject([{ text: 'Due' }]);
  expect((await post({ message: 'Tre' })).status).toBe(200);
});

test('delay: processed after a while, counted from its arrival', async () => {
  const { post, control, published } = await graphAs();
  await arm(control, { match: { operation }, action: 'delay', delayMs: 250 });
  await post({ message: 'Lento' });
  const [shown] = await published();
  expect(Number(shown?.['publishedAt']) - Number(shown?.['receivedAt'])).toBeGreaterThanOrEqual(249);
});

test('faults are tried in the order of their creation, each as often as it was told', async () => {
  const { post, control } = await graphAs();
  await arm(control, { match: { operation: 'facebook.*' }, action: 'status', status: 503, times: 2 });
  await arm(control, { match: { path: '/101000000000001' }, action: 'status', status: 502, times: null });
  const statuses: number[] = [];
  for (const message of ['a', 'b', 'c', 'd']) statuses.push((await post({ message })).status);
  expect(statuses).toEqual([503, 503, 502, 502]);
  const [, endless] = (await control('/faults')).body;
  expect((await control(`/faults/${endless?.['id']}`, { method: 'DELETE' })).status).toBe(204);
  expect((await post({ message: 'e' })).status).toBe(200);
});

test('a fault can be kept to one account', async () => {
  const { post, call, control } = await graphAs();
  await arm(control, { match: { operation, account: '102000000000001' }, action: 'status', status: 503, times: null });
  expect((await post({ message: 'x' })).status).toBe(200);
  const lariana = await call('/102000000000001/feed', { form: { message: 'x' } }, 'EAAB-dev-page-102000000000001');
  expect(lariana.status).toBe(503);
});

test('a reset drops held requests, posts, log, faults and settings, and honours every token again', async () => {
  const { simulator, page, post, control, published } = await graphAs();
  await post({ message: 'Prima' });
  await control('/settings', { json: { processingDelayMs: 5 } });
  await control('/tokens/101000000000001/revoke', { method: 'POST' });
  await arm(control, { match: {}, action: 'hold', times: null });
  const held = send(`${simulator.url}${page}/feed`, { form: { message: 'Trattenuto' } });
  const dropped = expect(held).rejects.toThrow('fetch failed');
  await expect.poll(async () => (await control('/requests?state=held')).body.length).toBe(1);

  expect((await control('/reset', { method: 'POST' })).status).toBe(204);
  await dropped;
  expect(await published()).toEqual([]);
  expect((await control('/requests')).body).toEqual([]);
  expect((await control('/faults')).body).toEqual([]);
  expect((await control('/settings')).body).toMatchObject({ processingDelayMs: 0 });
  expect((await post({ message: 'Prima' })).status).toBe(200);
});

type Control = Awaited<ReturnType<typeof graphAs>>['control'];

async function arm(control: Control, fault: object): Promise<void> {
  expect((await control('/faults', { json: fault })).status).toBe(201);
}

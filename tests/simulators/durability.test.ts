import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import { type Json, send } from './support/http.ts';
import { graphAs } from './support/graph.ts';
import { temporaryFolder } from './support/simulator.ts';

const feed = '/v26.0/101000000000001/feed';
const token = 'EAAB-dev-page-101000000000001';

test('what was answered is remembered by a simulator that was killed, with faults, tokens and log', async () => {
  const folder = await temporaryFolder();
  const first = await program(folder);
  for (const message of ['uno', 'due']) await send(first.url + feed, { form: { message, access_token: token } });
  await send(`${first.url}/_control/faults`, { json: { match: { path: feed }, action: 'status', status: 503 } });
  await send(`${first.url}/_control/tokens/102000000000001/revoke`, { method: 'POST' });
  await first.kill('SIGKILL');
  // A kill can cut the last line short.
  await appendFile(join(folder, 'journal.jsonl'), '{"collection":"published","id":"x","val');

  const second = await program(folder);
  const control = async (path: string): Promise<Json> => (await send(`${second.url}/_control${path}`)).body;
  expect(await control('/published')).toMatchObject([{ text: 'uno' }, { text: 'due' }]);
  expect((await control('/requests')).map(({ effect }) => effect)).toEqual([true, true]);
  const revoked = (await control('/tokens')).filter(({ trouble }) => (trouble as unknown) !== null);
  expect(revoked).toMatchObject([{ id: '102000000000001', trouble: 'revoked' }]);
  const again = () => send(second.url + feed, { form: { message: 'tre', access_token: token } });
  expect((await again()).status).toBe(503);
  expect((await again()).status).toBe(200);
  await second.kill('SIGTERM');
});

test('so are messages that are held for pacing, and who has just written', async () => {
  const folder = await temporaryFolder();
  const { accessToken, wabas } = whatsappBusinesses[2];
  const number = wabas[0].numbers[0]?.id ?? '';
  const message = { messaging_product: 'whatsapp', to: '393400000001' };
  const say = ({ url }: { url: string }, said: object) =>
    send(`${url}/v26.0/${number}/messages`, {
      headers: { authorization: `Bearer ${accessToken}` },
      json: { ...message, ...said },
    });
  const first = await program(folder);
  await send(`${first.url}/_control/messaging/settings`, { json: { pacedAfter: 0 } });
  const inbound = { from: message.to, text: 'Ciao' };
  await send(`${first.url}/_control/messaging/numbers/${number}/inbound`, { json: inbound });
  const template = { name: 'saldi', language: { code: 'it' } };
  expect((await say(first, { type: 'template', template })).status).toBe(200);
  await first.kill('SIGKILL');

  const second = await program(folder);
  expect((await send(`${second.url}/_control/messaging/messages`)).body).toMatchObject([{ held: true }]);
  const released = await send(`${second.url}/_control/templates/104300000000901/pacing`, {
    json: { outcome: 'release' },
  });
  expect(released.body).toEqual({ messages: 1 });
  expect((await say(second, { text: { body: 'Certo' } })).status).toBe(200);
  await second.kill('SIGTERM');
});

test('after a torn line the journal goes on', async () => {
  const folder = await temporaryFolder();
  await appendFile(join(folder, 'journal.jsonl'), '{"collection":"published","id":"x","val');
  const first = await program(folder);
  await send(first.url + feed, { form: { message: 'uno', access_token: token } });
  await first.kill('SIGKILL');
  const second = await program(folder);
  expect((await send(`${second.url}/_control/published`)).body).toMatchObject([{ text: 'uno' }]);
});

test('SIGTERM ends the program with 0', async () => {
  const simulator = await program(await temporaryFolder());
  expect(await simulator.kill('SIGTERM')).toBe(0);
});

test('600 posts that arrive together are each published once and stamped as they arrive', async () => {
  const { call, page, published } = await graphAs();
  const before = Date.now();
  const answers = await Promise.all(
    Array.from({ length: 600 }, (_, n) => call(`${page}/feed`, { form: { message: `Auguri ${n}` } })),
  );
  const tookMs = Date.now() - before;
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  const posts = await published();
  expect(new Set(posts.map(({ text }) => text)).size).toBe(600);
  const arrivals = posts.map(({ receivedAt }) => Number(receivedAt));
  expect(Math.min(...arrivals)).toBeGreaterThanOrEqual(before);
  expect(Math.max(...arrivals) - before).toBeLessThanOrEqual(tookMs);
});

interface Program {
  readonly url: string;
  readonly kill: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** The simulator as a program of its own, on any free port. */
async function program(folder: string): Promise<Program> {
  const child = spawn(process.execPath, ['simulators/bin.ts', 'graph', '--port', '0', '--data', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { url: await urlOf(child), kill: (signal) => end(child, signal) };
}

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('the program has no output');
  for await (const line of createInterface(stdout)) {
    const [url] = /http:\/\/localhost:\d+/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('the simulator did not start');
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = (await exited) as [number | null];
  return code;
}

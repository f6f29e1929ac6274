import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { largeFilm } from '../support/films.ts';
import { destroy, pidOf, stack, start } from '../support/fault-stack.ts';
import { eventually } from '../support/fault-wait.ts';
import { demand } from '../support/running-api.ts';
import { userToken } from '../support/tokens.ts';
import { sendFilm } from '../support/tus-client.ts';

const editor = 'elena.aurora';
const megabyte = 1_048_576;
const bytes = 500 * megabyte;

/** Of a file of 500 MB; what one request holds of it at a time is 8 MB, copied once or twice. */
const mayGrowBytes = 150 * megabyte;

test('a film of 500 MB goes up interrupted twice, once by its sender and once by the death of the API, with flat memory', async () => {
  const sending = { endpoint: `http://localhost:${stack.ports.api}/v1/uploads`, bytes, token: await userToken(editor) };
  const interrupted = await sendFilm({
    ...sending,
    metadata: { filename: 'film.mp4' },
    hangUpAt: (byte) => byte >= 150 * megabyte,
  });
  expect(interrupted.hungUp).toBe(true);
  const path = new URL(interrupted.url).pathname;
  await eventually('most of it stored', async () => ((await received(path)) >= 140 * megabyte ? true : null), {
    withinMs: 10_000,
  });

  const memory = watchMemory();
  const death = { grownBytes: 0, mended: Promise.resolve(), come: false };
  const resumed = await sendFilm({
    ...sending,
    uploadUrl: interrupted.url,
    // Calls while the API is away fail, and its new process needs a moment.
    retryDelaysMs: Array.from({ length: 60 }, () => 1_000),
    hangUpAt: (byte) => {
      if (byte >= 300 * megabyte && !death.come) {
        death.come = true;
        death.grownBytes = memory.grownBytes();
        death.mended = destroy('api').then(() => start('api'));
      }
      return false;
    },
  });
  await death.mended;
  expect(death.come).toBe(true);
  const after = watchMemory();
  const patches = resumed.requests.filter(({ method }) => method === 'PATCH');
  const lastOffset = patches.at(-1)?.offset ?? 0;
  // Not from where the first interruption was, let alone from the beginning.
  expect(lastOffset).toBeGreaterThan(200 * megabyte);
  expect(death.grownBytes).toBeLessThan(mayGrowBytes);

  const { body } = await demand(201, `${path}/media`, { as: editor, method: 'POST', json: {} });
  expect(body).toMatchObject({ kind: 'video', bytes, durationMs: 1_000, fileName: 'film.mp4' });
  expect(body.sha256).toBe(await sha256Of(largeFilm(bytes)));
  expect(await sha256Of(download(body.urls.original.url))).toBe(body.sha256);
  const grown = after.grownBytes();
  expect(grown).toBeLessThan(mayGrowBytes);
});

async function received(path: string): Promise<number> {
  return (await demand(200, path, { as: editor })).body.received;
}

/** How far the memory of the API's process, at its highest, has grown since this was called. */
function watchMemory(): { grownBytes(): number } {
  const pid = pidOf('api');
  // Forgets the highest mark of before.
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const begun = memoryOf(pid, 'VmRSS');
  return { grownBytes: () => memoryOf(pid, 'VmHWM') - begun };
}

function memoryOf(pid: number, mark: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${mark}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) * 1_024;
}

async function sha256Of(source: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source) hash.update(chunk);
  return hash.digest('hex');
}

async function* download(url: string): AsyncGenerator<Uint8Array> {
  const { body } = await fetch(url);
  if (body === null) throw new Error('the address answered nothing');
  yield* body;
}

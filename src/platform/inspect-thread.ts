import { parentPort, workerData } from 'node:worker_threads';
import { readFilm } from './film.ts';
import type { FromThread, Inspection, RangedFile, ToThread } from './inspect.ts';
import { readPaper } from './paper.ts';

/** The other end of `inspect`: reads one file, whose bytes it asks for part by part. */
const port = parentPort;
if (port === null) throw new Error('this runs in a thread that inspect.ts starts');
const { what, bytes } = workerData as Inspection;

const asked = new Map<number, (content: Uint8Array) => void>();
let asks = 0;
port.on('message', ({ wanted, content }: ToThread) => {
  asked.get(wanted)?.(content);
  asked.delete(wanted);
});

const file: RangedFile = {
  bytes,
  read: (range) =>
    new Promise((resolve) => {
      asks += 1;
      asked.set(asks, resolve);
      port.postMessage({ wants: asks, range } satisfies FromThread);
    }),
};

const found = await (what === 'film' ? readFilm(file) : readPaper(file)).catch(() => null);
port.postMessage({ found } satisfies FromThread);

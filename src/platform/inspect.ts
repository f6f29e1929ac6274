import { Worker } from 'node:worker_threads';
import type { ReadFilm } from './film.ts';
import type { ReadPaper } from './paper.ts';
import type { ByteRange } from './storage.ts';

/** A file of which any part can be read. */
export interface RangedFile {
  readonly bytes: number;
  read(range: ByteRange): Promise<Uint8Array>;
}

/** What the thread is started with. */
export interface Inspection {
  readonly what: 'film' | 'paper';
  readonly bytes: number;
}

/** What the thread says: that it wants a part of the file, or what it found; null for a file that broke its reader. */
export type FromThread =
  | { readonly wants: number; readonly range: ByteRange }
  | { readonly found: ReadFilm | ReadPaper | null };

/** What the thread is told: a part that it wanted. */
export interface ToThread {
  readonly wanted: number;
  readonly content: Uint8Array;
}

const timeLimitMs = 30_000;
const memoryLimitMb = 256;

export function inspectFilm(file: RangedFile): Promise<ReadFilm> {
  return inspect('film', file) as Promise<ReadFilm>;
}

export function inspectPaper(file: RangedFile): Promise<ReadPaper> {
  return inspect('paper', file) as Promise<ReadPaper>;
}

/**
 * Reads a stranger's file in a thread of its own, with a limit to its time and memory: what makes a reader loop or swell
 * ends the thread, and the file counts as unreadable. Throws what reading the file throws.
 */
async function inspect(what: Inspection['what'], file: RangedFile): Promise<ReadFilm | ReadPaper> {
  const inspection: Inspection = { what, bytes: file.bytes };
  const thread = new Worker(new URL('./inspect-thread.ts', import.meta.url), {
    workerData: inspection,
    resourceLimits: { maxOldGenerationSizeMb: memoryLimitMb },
    // Readers complain about strangers' files on the console; nothing of it belongs into our log.
    stdout: true,
    stderr: true,
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const unreadable = () => resolve({ ok: false, refusal: { code: 'unreadable' } });
      timer = setTimeout(unreadable, timeLimitMs);
      thread.on('message', (message: FromThread) => {
        if ('found' in message) {
          if (message.found === null) unreadable();
          else resolve(message.found);
          return;
        }
        file
          .read(message.range)
          .then((content) => thread.postMessage({ wanted: message.wants, content } satisfies ToThread), reject);
      });
      thread.once('error', unreadable);
      thread.once('exit', unreadable);
    });
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}

import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** One fact: what `collection` holds under `id` from now on; `null` when it no longer holds it. */
export interface JournalRecord {
  readonly collection: string;
  readonly id: string;
  readonly value: unknown;
}

export interface Journal {
  /** Hands the record over; it is written within a turn of the event loop. */
  append(record: JournalRecord): void;
  /** Resolves once everything appended so far is with the operating system, and so survives a kill of this process. */
  flushed(): Promise<void>;
  /** Forgets everything written. */
  truncate(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the JSON-lines file `path` for appending, made if it is missing. */
export async function openJournal(path: string): Promise<Journal> {
  const file = await open(path, 'a');
  let waiting: string[] = [];
  let current: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  let closed = false;

  // One write at a time carries all that gathered while the one before it ran.
  const schedule = (): Promise<void> =>
    Promise.all([current, nextTurn()]).then(async () => {
      const batch = waiting.join('');
      waiting = [];
      if (next !== null) current = next;
      next = null;
      await file.appendFile(batch);
    });

  const flushed = (): Promise<void> => next ?? current;
  return {
    append: (record) => {
      // What is still under way at the end of the process is as if it had been killed.
      if (closed) return;
      waiting.push(`${JSON.stringify(record)}\n`);
      next ??= schedule();
    },
    flushed,
    truncate: async () => {
      await flushed();
      await file.truncate(0);
    },
    close: async () => {
      closed = true;
      await flushed();
      await file.close();
    },
  };
}

/** Everything that is in the file, oldest first. A line that a kill cut short is left out. */
export function readJournal(path: string): JournalRecord[] {
  return textOf(path)
    .split('\n')
    .map(parseLine)
    .filter((record) => record !== null);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function parseLine(line: string): JournalRecord | null {
  if (line === '') return null;
  try {
    // Only `append` writes this file.
    return JSON.parse(line) as JournalRecord;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

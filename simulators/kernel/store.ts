import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Journal, openJournal, readJournal } from './journal.ts';

/** Plain values by id, in the order in which the ids first came. Every change is journalled. */
export interface Collection<T> {
  get(id: string): T | null;
  put(id: string, value: T): void;
  remove(id: string): void;
  values(): T[];
}

export interface Store {
  collection<T>(name: string): Collection<T>;
  /** Resolves once every change made so far survives a kill of this process. */
  flushed(): Promise<void>;
  /** Empties every collection but those of these names, and forgets in the journal how they came to be. */
  clear(kept?: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** What the simulator knows, kept in memory and in `<folder>/journal.jsonl`, from which it is read back at start. */
export async function openStore(folder: string): Promise<Store> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'journal.jsonl');
  const collections = new Map<string, Map<string, unknown>>();
  for (const { collection, id, value } of readJournal(path)) set(entriesOf(collections, collection), id, value);
  const journal = await openJournal(path);
  return {
    collection: <T>(name: string) => openCollection<T>({ name, collections, journal }),
    flushed: journal.flushed,
    clear: async (kept = []) => {
      for (const [name, entries] of collections) if (!kept.includes(name)) entries.clear();
      await journal.truncate();
      for (const [collection, entries] of collections) {
        for (const [id, value] of entries) journal.append({ collection, id, value });
      }
      await journal.flushed();
    },
    close: journal.close,
  };
}

function openCollection<T>(of: {
  name: string;
  collections: Map<string, Map<string, unknown>>;
  journal: Journal;
}): Collection<T> {
  // A collection's name stands for its type: nothing else is ever put under it.
  const entries = entriesOf(of.collections, of.name) as Map<string, T>;
  const change = (id: string, value: T | null): void => {
    set(entries, id, value);
    of.journal.append({ collection: of.name, id, value });
  };
  return {
    get: (id) => entries.get(id) ?? null,
    put: change,
    remove: (id) => change(id, null),
    values: () => [...entries.values()],
  };
}

function entriesOf(collections: Map<string, Map<string, unknown>>, name: string): Map<string, unknown> {
  const existing = collections.get(name);
  if (existing !== undefined) return existing;
  const entries = new Map<string, unknown>();
  collections.set(name, entries);
  return entries;
}

function set(entries: Map<string, unknown>, id: string, value: unknown): void {
  if (value === null) entries.delete(id);
  else entries.set(id, value);
}

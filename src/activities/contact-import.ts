import { Context } from '@temporalio/activity';
import type { Kysely } from 'kysely';
import { upsertAuthors } from '../db/author-bulk.ts';
import {
  type ContactImportRow,
  countChunk,
  insertRefusals,
  type RefusedRow,
  selectContactImport,
  setImportState,
} from '../db/contact-import.ts';
import type { Database } from '../db/schema.ts';
import { type TenantTransaction, withTenant } from '../db/tenant.ts';
import { type ContactImportInput, type ImportFailure, importLimits } from '../domain/contact-mapping.ts';
import type { Clock } from '../platform/clock.ts';
import { CsvFault, readCsv } from '../platform/csv.ts';
import type { Storage } from '../platform/storage.ts';
import { finishImport } from './contact-import-end.ts';
import { rowReader, type RowReading } from './contact-import-row.ts';
import { whileBeating } from './heartbeat.ts';

export interface ImportDependencies {
  readonly db: Kysely<Database>;
  readonly storage: Storage;
  readonly clock: Clock;
  /** Aborted when this process is asked to stop: another goes on after the last chunk. */
  readonly stopping: AbortSignal;
}

/** `more`: time was up, or rows were taken elsewhere, and there may be more. `ended`: the file is read, or somebody has cancelled. */
export type ReadingResult =
  | { readonly kind: 'more' | 'ended' }
  | { readonly kind: 'failed'; readonly failure: ImportFailure };

export type ImportActivities = ReturnType<typeof contactImportActivities>;

/** After so long another worker may take over. */
const sliceMs = 5 * 60_000;

/** What the process of an import does. Each can be repeated: chunks are counted where they are written. */
export function contactImportActivities(dependencies: ImportDependencies) {
  return {
    readContacts: (input: ContactImportInput): Promise<ReadingResult> =>
      whileBeating(() => {
        const signal = AbortSignal.any([Context.current().cancellationSignal, dependencies.stopping]);
        return readContacts(dependencies, input, { signal, untilMs: dependencies.clock() + sliceMs });
      }),
    finishContactImport: (input: ContactImportInput & { readonly failure: ImportFailure | null }): Promise<void> =>
      whileBeating(() => finishImport(dependencies, input)),
  };
}

/**
 * Takes the contacts of a file, after those that were taken before, until it ends, somebody cancels or time is up. The
 * file is read from its beginning each time, which takes seconds; how far it was taken is what the rows say.
 */
export async function readContacts(
  { db, storage, clock }: Omit<ImportDependencies, 'stopping'>,
  { tenantId, importId }: Omit<ContactImportInput, 'v'>,
  { signal, untilMs }: { readonly signal: AbortSignal; readonly untilMs: number },
): Promise<ReadingResult> {
  const standing = await withTenant(db, tenantId, async (trx) => {
    const row = await selectContactImport(trx, importId, { lock: true });
    if (row?.state === 'uploaded') await setImportState(trx, importId, 'running');
    return row;
  });
  if (standing === null || !isOpen(standing)) return { kind: 'ended' };
  const file = await storage.find(tenantId, standing.sha256);
  if (file === null) return { kind: 'failed', failure: 'file_missing' };
  try {
    for await (const chunk of chunksOf(readCsv(await file.stream()), standing)) {
      const now = new Date(clock());
      const taken = await withTenant(db, tenantId, (trx) => takeChunk(trx, { tenantId, importId, chunk, now }));
      if (taken === 'over') return { kind: 'ended' };
      if (taken === 'elsewhere' || signal.aborted || clock() >= untilMs) return { kind: 'more' };
    }
    return { kind: 'ended' };
  } catch (error) {
    if (error instanceof CsvFault) return { kind: 'failed', failure: error.code };
    if (error instanceof Unreadable) return { kind: 'failed', failure: error.failure };
    throw error;
  }
}

function isOpen({ state }: ContactImportRow): boolean {
  return state === 'uploaded' || state === 'running';
}

class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly failure: ImportFailure;

  constructor(failure: ImportFailure) {
    super(failure);
    this.failure = failure;
  }
}

/** Rows that are written together; `after` stand before them. */
interface Chunk {
  readonly after: number;
  readonly rows: readonly { readonly cells: readonly string[]; readonly reading: RowReading }[];
}

async function* chunksOf(
  records: AsyncIterable<readonly string[]>,
  { mapping, rowsRead }: ContactImportRow,
): AsyncGenerator<Chunk> {
  let read: ((cells: readonly string[]) => RowReading) | null = null;
  let number = 0;
  let rows: Chunk['rows'][number][] = [];
  for await (const cells of records) {
    if (read === null) {
      read = rowReader(mapping, cells);
      if (read === null) throw new Unreadable('column_missing');
      continue;
    }
    number += 1;
    if (number <= rowsRead) continue;
    if (number > importLimits.rows) throw new Unreadable('too_many_rows');
    rows.push({ cells, reading: read(cells) });
    if (rows.length < importLimits.chunk) continue;
    yield { after: number - rows.length, rows };
    rows = [];
  }
  if (rows.length > 0) yield { after: number - rows.length, rows };
}

/** `over`: nothing is taken any more. `elsewhere`: an attempt that was thought lost has taken these rows. */
async function takeChunk(
  trx: TenantTransaction,
  { tenantId, importId, chunk, now }: Pick<ContactImportInput, 'tenantId' | 'importId'> & { chunk: Chunk; now: Date },
): Promise<'taken' | 'over' | 'elsewhere'> {
  const row = await selectContactImport(trx, importId, { lock: true });
  if (row === null || !isOpen(row)) return 'over';
  if (row.rowsRead !== chunk.after) return 'elsewhere';
  const contacts = chunk.rows.flatMap(({ reading }) => (reading.kind === 'contact' ? [reading.contact] : []));
  const context = { tenantId, source: 'import', by: row.createdBy, groupId: row.groupId, now } as const;
  const outcomes = [...(await upsertAuthors(trx, context, contacts))];
  const refusals: RefusedRow[] = [];
  const counted = { created: 0, updated: 0, unchanged: 0, refused: 0 };
  for (const [index, { cells, reading }] of chunk.rows.entries()) {
    const outcome = reading.kind === 'refused' ? reading : outcomes.shift();
    if (outcome === undefined) throw new Error('a contact of a chunk has come to nothing');
    counted[outcome.kind] += 1;
    if (outcome.kind === 'refused') refusals.push({ number: chunk.after + index + 1, reason: outcome.reason, cells });
  }
  await insertRefusals(trx, { tenantId, importId, refusals });
  const { created, updated, refused } = counted;
  await countChunk(trx, importId, { rows: chunk.rows.length, created, updated, refused });
  return 'taken';
}

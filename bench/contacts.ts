import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { Complaint, runProgram } from '../dev/complaint.ts';
import { demoTenant } from '../dev/demo-data.ts';
import { logIn } from '../dev/demo/api-client.ts';
import { programVariables } from '../dev/environment.ts';
import { connect, type DatabasePool } from '../src/db/connect.ts';
import { type ContactImportRow, selectContactImport } from '../src/db/contact-import.ts';
import { withTenant } from '../src/db/tenant.ts';
import type { ContactImportId, TenantId } from '../src/domain/ids.ts';
import { contactForm } from '../tests/support/contact-file.ts';
import { report } from './support/report.ts';
import { measuredSystem, succeed, tell } from './support/system.ts';
import { forgetPeak, peakMib } from './support/worker-memory.ts';

/** `FULL=1` imports a file of the largest size that is taken. */
const rows = process.env['FULL'] === '1' ? 1_000_000 : Number(process.env['ROWS'] ?? 100_000);
/** Of whose number nothing can be made. */
const badEvery = 100;
const bareRows = Math.min(rows, 100_000);
const atOnce = 1_000;

const tenantId = demoTenant('aurora').id as TenantId;

/**
 * How fast a file of contacts becomes authors with consent, tags and a group, by the real API and process, next to bare
 * inserts of as much of the same people as one table holds, a thousand in each transaction.
 */
async function measure(): Promise<void> {
  const { stack, environment } = measuredSystem();
  const url = String(programVariables(stack)['DATABASE_APP_URL']);
  const database = connect(url, { max: 2, onError: () => undefined, applicationName: 'bench' });
  const workerPid = environment.processes['worker'] ?? 0;
  try {
    tell(`${bareRows} bare inserts`);
    const barePerS = await insertBare(database);
    const person = await logIn(environment, 'elena.aurora', 'aurora');
    const group = await succeed(person.post('/v1/contact-groups', { body: { name: `Misura ${Date.now()}` } }));
    const form = contactForm(fileOf(rows), { mapping, groupId: String(group['id']) });
    forgetPeak(workerPid);
    tell(`a file of ${rows} rows`);
    const askedAt = Date.now();
    const { id } = await succeed(person.post('/v1/contact-imports', { form }));
    const acceptedAt = Date.now();
    const done = await ended(database, String(id) as ContactImportId);
    const tookS = (Date.now() - acceptedAt) / 1_000;
    demandAll(done);
    report('contacts', {
      rows,
      refused: done.refused,
      accepted_s: (acceptedAt - askedAt) / 1_000,
      imported_s: tookS,
      rows_per_s: rows / tookS,
      bare_inserts_per_s: barePerS,
      ratio_to_bare_inserts: rows / tookS / barePerS,
      worker_rss_mb: peakMib(workerPid),
    });
  } finally {
    await database.pool.end();
  }
}

const mapping = {
  phone: 'Telefono',
  name: 'Nome',
  tags: 'Etichette',
  attributes: { città: 'Città' },
  consent: { kind: 'everybody', evidence: 'Fiera di Como' },
};

function fileOf(count: number): string {
  const lines = ['Nome;Telefono;Città;Etichette'];
  for (let n = 1; n <= count; n += 1) {
    const phone = n % badEvery === 0 ? 'sconosciuto' : `+39345${String(n).padStart(7, '0')}`;
    lines.push(`Persona ${n};${phone};Como;"fiera, ${n % 7}"`);
  }
  return lines.join('\n');
}

/** Inserts a second; what was inserted is removed again. */
async function insertBare({ db }: DatabasePool): Promise<number> {
  const since = performance.now();
  for (let from = 0; from < bareRows; from += atOnce) {
    await withTenant(db, tenantId, (trx) =>
      sql`
        insert into author (tenant_id, id, network, phone, name, consent, created_at, updated_at)
        select ${tenantId}::uuid, uuidv7(), 'whatsapp', '+39346' || lpad(n::text, 7, '0'), 'Persona ' || n, 'granted',
               now(), now()
        from generate_series(${from + 1}::integer, ${from + atOnce}::integer) n`.execute(trx),
    );
  }
  const tookS = (performance.now() - since) / 1_000;
  await withTenant(db, tenantId, (trx) => trx.deleteFrom('author').where('phone', 'like', '+39346%').execute());
  return bareRows / tookS;
}

async function ended({ db }: DatabasePool, id: ContactImportId): Promise<ContactImportRow> {
  for (let looks = 1; ; looks += 1) {
    const row = await withTenant(db, tenantId, (trx) => selectContactImport(trx, id));
    if (row === null) throw new Complaint('There is no such import.');
    if (row.state !== 'uploaded' && row.state !== 'running') return row;
    if (looks % 40 === 0) tell(`${row.rowsRead} rows`);
    await sleep(250);
  }
}

/** A figure of something that went wrong would be none. */
function demandAll({ state, rowsRead, created, refused }: ContactImportRow): void {
  const bad = Math.floor(rows / badEvery);
  if (state !== 'done' || rowsRead !== rows || created !== rows - bad || refused !== bad) {
    throw new Complaint(`It is ${state}: ${rowsRead} rows read, ${created} created, ${refused} refused.`);
  }
}

await runProgram(measure);

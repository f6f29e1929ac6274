import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { logFile } from '../../dev/processes.ts';
import { stackSecrets } from '../../dev/secrets.ts';
import { stack } from './fault-stack.ts';
import { historyText, withTemporal } from './histories.ts';

/** A place in which something may have been written down that must not be. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

/** Every row of every table as text, past all policies: what somebody has who steals the disk. */
export async function databaseText(): Promise<readonly Place[]> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: stack.ports.postgres,
    user: 'postgres',
    password: stackSecrets(stack).postgresPassword,
    database: 'chorally',
  });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables
       where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
    );
    const places: Place[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(
        `select t::text as row from ${client.escapeIdentifier(name)} t`,
      );
      places.push({ name: `table ${name}`, text: rows.map(({ row }) => row).join('\n') });
    }
    return places;
  } finally {
    await client.end();
  }
}

/** All that the API and the workers have printed in this run of the stack. */
export function logTexts(): readonly Place[] {
  const directory = dirname(logFile(stack, 'api'));
  return readdirSync(directory)
    .filter((file) => /^(api|worker)/.test(file))
    .map((file) => ({ name: `log ${file}`, text: readFileSync(join(directory, file), 'utf8') }));
}

/** Every history of the stack's namespace, payloads decoded. */
export async function historyTexts(): Promise<readonly Place[]> {
  return withTemporal(async (client) => {
    const places: Place[] = [];
    for await (const { workflowId, runId } of client.workflow.list()) {
      places.push({ name: `history of ${workflowId}`, text: await historyText(client, workflowId, runId) });
    }
    return places;
  });
}

/** Where any of these secrets stands, plain or in one of the usual encodings. Secrets are told by their index only. */
export function leaksOf(secrets: readonly string[], places: readonly Place[]): readonly string[] {
  const forms = secrets.map(formsOf);
  return places.flatMap(({ name, text }) =>
    forms.flatMap((encoded, index) =>
      encoded.some((form) => text.includes(form)) ? [`secret ${index} in ${name}`] : [],
    ),
  );
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  // Within a longer text, base64 depends on where the secret begins; its ends on what stands beside it.
  const shifted = [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    return (['base64', 'base64url'] as const).map((encoding) =>
      padded.toString(encoding).replaceAll('=', '').slice(4, -4),
    );
  });
  return [secret, encodeURIComponent(secret), bytes.toString('hex'), ...shifted];
}

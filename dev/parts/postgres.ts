import { chownSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

import { launch, runningPid, stop, untilReady } from '../processes.ts';
import { runTool } from '../downloads.ts';
import { stackSecrets } from '../secrets.ts';
import type { Stack } from '../stack.ts';
import type { Part } from './part.ts';
import { type PostgresHome, postgresHome } from './postgres-home.ts';

export const postgres: Part = {
  name: 'postgres',
  ports: ['postgres'],
  start: startPostgres,
  // SIGINT is Postgres' "fast" shutdown: it ends open transactions instead of waiting for them.
  stop: (stack) => stop(stack, 'postgres', { signal: 'SIGINT' }),
};

/** Modest for a laptop; lost syncs are not: fault tests kill the server and expect what was committed. */
const settings = {
  listen_addresses: '127.0.0.1',
  max_connections: '200',
  shared_buffers: '256MB',
  unix_socket_directories: '',
  wal_compression: 'on',
  max_wal_size: '2GB',
  log_line_prefix: '%m [%p] %q%u@%d ',
  log_min_duration_statement: '2s',
} as const;

async function startPostgres(stack: Stack): Promise<void> {
  const home = postgresHome(stack);
  if (!existsSync(join(home.dataDir, 'PG_VERSION'))) await initialise(stack, home);
  const firstPid = run(stack, home);
  await untilReady(stack, 'postgres', async () => {
    if (await connects(stack)) return true;
    // After a kill the old server's children hold its memory for a moment, and the new one gives up: try again.
    if (runningPid(stack, 'postgres') === null && Date.now() - firstPid.at < restartWindowMs) run(stack, home);
    return false;
  });
  await ensureOwner(stack);
}

const restartWindowMs = 10_000;

function run(stack: Stack, home: PostgresHome) {
  const options = Object.entries({ ...settings, port: String(stack.ports.postgres) });
  const pid = launch(stack, {
    name: 'postgres',
    command: join(home.binDir, 'postgres'),
    args: ['-D', home.dataDir, ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    cwd: home.dataDir,
    env: { ...process.env, LC_MESSAGES: 'C' },
    ...(home.user === null ? {} : { user: home.user }),
  });
  return { pid, at: Date.now() };
}

async function initialise(stack: Stack, home: PostgresHome): Promise<void> {
  rmSync(home.dataDir, { recursive: true, force: true });
  home.makeDir(home.dataDir);
  const passwordFile = join(home.dataDir, '..', 'initial-password');
  writeFileSync(passwordFile, `${stackSecrets(stack).postgresPassword}\n`, { mode: 0o600 });
  if (home.user !== null) chownSync(passwordFile, home.user.uid, home.user.gid);
  try {
    await runTool(
      join(home.binDir, 'initdb'),
      [
        `--pgdata=${home.dataDir}`,
        '--username=postgres',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--locale=C.UTF-8',
        '--no-instructions',
      ],
      {
        advice: 'Postgres could not make its data folder.',
        env: { ...process.env, LC_ALL: 'C' },
        ...(home.user === null ? {} : { user: home.user }),
      },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

const superuser = (stack: Stack, database: string) =>
  new pg.Client({
    host: '127.0.0.1',
    port: stack.ports.postgres,
    user: 'postgres',
    password: stackSecrets(stack).postgresPassword,
    database,
    connectionTimeoutMillis: 1_000,
  });

async function connects(stack: Stack): Promise<boolean> {
  const client = superuser(stack, 'postgres');
  client.on('error', () => undefined); // reported by connect
  try {
    await client.connect();
    return true;
  } catch {
    return false; // not up yet
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What a managed server would offer: an owner who is no superuser, and a database of its own. */
async function ensureOwner(stack: Stack): Promise<void> {
  const client = superuser(stack, 'postgres');
  await client.connect();
  try {
    const { rows } = await client.query(`select 1 from pg_database where datname = 'chorally'`);
    if (rows.length > 0) return;
    const password = client.escapeLiteral(stackSecrets(stack).ownerPassword);
    await client.query(`create role chorally_owner login createrole createdb password ${password}`);
    await client.query('create database chorally owner chorally_owner');
  } finally {
    await client.end();
  }
}

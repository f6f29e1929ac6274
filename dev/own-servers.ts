import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadEnvFile } from 'node:process';

import { variableNames } from '../src/platform/config.ts';
import { Complaint } from './complaint.ts';
import { projectDir, type Stack } from './stack.ts';

/** Which parts the user runs himself, as the environment or `.env` says; those are not started. */
export type OwnServers = Readonly<{ database: boolean; temporal: boolean; keycloak: boolean }>;

const databaseVariables = ['DATABASE_OWNER_URL', 'DATABASE_APP_URL', 'DATABASE_SYSTEM_URL'];

/** These follow from the stack's port base. */
const stackChooses = ['API_HOST', 'API_PORT', 'WORKER_HEALTH_HOST', 'WORKER_HEALTH_PORT'];

/** The variables that the user has set, out of those the programs read. A test stack takes none. */
export function ownVariables({ kind }: Stack, env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  if (kind === 'test') return {};
  const choosable = variableNames.filter((name) => !stackChooses.includes(name));
  const set = choosable.map((name) => [name, env[name] ?? ''] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== ''));
}

/** Throws a complaint when only some of what belongs to an own database is set. */
export function ownServers(stack: Stack, env: NodeJS.ProcessEnv = process.env): OwnServers {
  const own = ownVariables(stack, env);
  const missing = databaseVariables.filter((name) => own[name] === undefined);
  if (missing.length > 0 && missing.length < databaseVariables.length) {
    throw new Complaint(`To use your own Postgres set ${missing.join(' and ')} too (.env.example explains them).`);
  }
  if (missing.length === 0 && own['MASTER_KEY'] === undefined) {
    throw new Complaint(
      'To use your own Postgres set MASTER_KEY too: what is stored there can be opened with no other (.env.example).',
    );
  }
  return {
    database: missing.length === 0,
    temporal: own['TEMPORAL_ADDRESS'] !== undefined,
    keycloak: own['KEYCLOAK_REALM_URL'] !== undefined,
  };
}

/** Takes up the variables of `.env`, if there is one; the environment has the last word. */
export function loadDotEnv(): void {
  const file = join(projectDir, '.env');
  if (existsSync(file)) loadEnvFile(file);
}

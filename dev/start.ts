import { readApiConfig, readMigrateConfig, readTemporalSetupConfig, readWorkerConfig } from '../src/platform/config.ts';
import { programVariables } from './environment.ts';
import { type Environment, writeEnvironmentFile } from './environment-file.ts';
import { ownServers, type OwnServers } from './own-servers.ts';
import { api } from './parts/api.ts';
import { setAppWebhooks } from './parts/app-webhooks.ts';
import { prepareDatabase } from './parts/database.ts';
import { keycloak } from './parts/keycloak.ts';
import type { Part } from './parts/part.ts';
import { postgres } from './parts/postgres.ts';
import { simulators } from './parts/simulators.ts';
import { setUpTemporal, temporal } from './parts/temporal.ts';
import { worker } from './parts/worker.ts';
import { requirePorts, requireTools } from './preflight.ts';
import { runningPid } from './processes.ts';
import { stackSecrets } from './secrets.ts';
import type { Stack } from './stack.ts';
import { type Report, type Steps, trackSteps } from './steps.ts';

/** Starts what is not running yet and returns when everything is healthy. `report` hears of each step. */
export async function startStack(stack: Stack, report: Report): Promise<Environment> {
  const own = ownServers(stack);
  requireTools(own);
  requireConfiguration(stack);
  await requirePorts(stack, startedParts(own));
  stackSecrets(stack);

  const steps = trackSteps(report);
  const start = (part: Part) => startPart(stack, part, steps);
  const database = (async () => {
    if (!own.database) await start(postgres);
    await steps.run('database migrated, demo tenants in it', () => prepareDatabase(stack));
  })();
  const clock = own.temporal ? steps.run('temporal namespace', () => setUpTemporal(stack)) : start(temporal);
  const login = own.keycloak ? Promise.resolve() : start(keycloak);
  const networks = Promise.all(simulators.map(start)).then(() => setAppWebhooks(stack));
  const workers = Promise.all([database, clock]).then(() => start(worker));
  // The API is ready only once it has the realm's keys.
  const front = Promise.all([database, clock, login]).then(() => start(api));
  await steps.settle([database, clock, login, networks, workers, front]);
  return writeEnvironmentFile(stack);
}

/** Starts single parts, without the rest; for work on one of them. */
export async function startParts(stack: Stack, names: readonly string[], report: Report): Promise<void> {
  const parts = allParts.filter(({ name }) => names.includes(name));
  await requirePorts(stack, parts);
  stackSecrets(stack);
  const steps = trackSteps(report);
  await steps.settle(parts.map((part) => startPart(stack, part, steps)));
  if (names.includes('database')) await prepareDatabase(stack);
}

/** Stops everything that this stack started, the programs before the servers they use. */
export async function stopStack(stack: Stack): Promise<void> {
  await Promise.all([api, worker].map((part) => part.stop(stack)));
  await Promise.all(allParts.map((part) => part.stop(stack)));
}

export const allParts: readonly Part[] = [postgres, temporal, keycloak, ...simulators, api, worker];

/** Finds out what is wrong with the user's own variables before anything is started. Throws a ConfigError. */
function requireConfiguration(stack: Stack): void {
  const variables = programVariables(stack);
  for (const read of [readMigrateConfig, readTemporalSetupConfig, readApiConfig, readWorkerConfig]) read(variables);
}

function startedParts(own: OwnServers): readonly Part[] {
  const replaced: readonly Part[] = [
    ...(own.database ? [postgres] : []),
    ...(own.temporal ? [temporal] : []),
    ...(own.keycloak ? [keycloak] : []),
  ];
  return allParts.filter((part) => !replaced.includes(part));
}

async function startPart(stack: Stack, part: Part, steps: Steps): Promise<void> {
  const ran = runningPid(stack, part.name) !== null;
  await steps.run(ran ? `${part.name} was running` : part.name, () => part.start(stack));
}

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Complaint } from './complaint.ts';

export const projectDir = fileURLToPath(new URL('..', import.meta.url));

/** One running copy of the system: its ports follow from a base port, its files lie in a run folder. */
export type Stack = Readonly<{
  /** `test` stacks never use the caller's own servers. */
  kind: 'development' | 'test';
  ports: Ports;
  runDir: string;
  /** Downloads, shared by all stacks. */
  cacheDir: string;
}>;

export type Ports = Readonly<Record<keyof typeof portOffsets, number>>;

const portOffsets = {
  api: 0,
  postgres: 2,
  keycloak: 8,
  keycloakManagement: 9,
  graph: 11,
  linkedin: 12,
  google: 13,
  microsoft: 14,
  x: 15,
  telegram: 16,
  apple: 17,
  smtp: 25,
  mailWeb: 26,
  temporal: 33,
  temporalUi: 34,
  temporalMetrics: 35,
  workerHealth: 40,
  workerMetrics: 41,
} as const;

const testPortBase = '7400';

/** The variable that moves the ports of each kind of stack. */
export const portBaseVariables = { development: 'CHORALLY_PORT_BASE', test: 'CHORALLY_TEST_PORT_BASE' } as const;

/** The stack that `make up` and `make demo` start: `CHORALLY_PORT_BASE` (7300) and `CHORALLY_RUN_DIR` (`.run`). */
export function developmentStack(env: NodeJS.ProcessEnv = process.env): Stack {
  const base = portBase(portBaseVariables.development, env['CHORALLY_PORT_BASE'] ?? '7300');
  return stackAt('development', base, env['CHORALLY_RUN_DIR'] ?? '.run');
}

/** The stack that tests run against, beside a development stack that may be up: `CHORALLY_TEST_PORT_BASE` (7400). */
export function testStack(env: NodeJS.ProcessEnv = process.env): Stack {
  const chosen = env['CHORALLY_TEST_PORT_BASE'] ?? testPortBase;
  const base = portBase(portBaseVariables.test, chosen);
  return stackAt('test', base, chosen === testPortBase ? '.run/test' : `.run/test-${base}`);
}

/** A further stack of one's own, for a test or a bench that must not share one. */
export function stackAt(kind: Stack['kind'], base: number, runDir: string): Stack {
  const ports = Object.fromEntries(Object.entries(portOffsets).map(([name, offset]) => [name, base + offset]));
  return {
    kind,
    ports: ports as Ports,
    runDir: resolve(projectDir, runDir),
    cacheDir: join(projectDir, '.cache'),
  };
}

function portBase(variable: string, text: string): number {
  const base = Number(text);
  if (!Number.isInteger(base) || base < 1024 || base > 65_000) {
    throw new Complaint(`${variable} must be a port from 1024 to 65000, not "${text}"`);
  }
  return base;
}

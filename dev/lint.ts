import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { containerFaults } from './container-rules.ts';
import { projectDir } from './stack.ts';

type Check = Readonly<{ name: string; faults: () => string | null }>;

const checks: readonly Check[] = [
  { name: 'types', faults: () => tool('tsc', '--noEmit') },
  { name: 'rules', faults: () => tool('oxlint', '--type-aware', '--deny-warnings') },
  { name: 'format', faults: () => tool('oxfmt', '--check', '.') },
  { name: 'unused code', faults: () => tool('knip') },
  { name: 'compose file', faults: () => tool('dclint', '--max-warnings', '0', 'docker-compose.yml') },
  { name: 'containers', faults: () => lines(containerFaults()) },
  { name: 'package lock', faults: lockFaults },
];

for (const { name, faults } of checks) {
  const startedAt = Date.now();
  const found = faults();
  console.log(`${found === null ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  if (found === null) continue;
  console.log(found);
  process.exitCode = 1;
}

/** Runs one of the project's tools; what it says when it is not content, or null. */
function tool(name: string, ...args: readonly string[]): string | null {
  const path = `${join(projectDir, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`;
  const run = spawnSync(join(projectDir, 'node_modules/.bin', name), args, {
    cwd: projectDir,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  return run.status === 0 ? null : `${run.stdout}${run.stderr}${run.error?.message ?? ''}`;
}

/** The lock names no registry, so that any mirror will do, and is complete, which `npm ci` insists on. */
function lockFaults(): string | null {
  const lock = readFileSync(join(projectDir, 'package-lock.json'), 'utf8');
  if (lock.includes('"resolved": "http')) return 'package-lock.json names a registry: see .npmrc';
  const run = spawnSync('npm', ['ci', '--dry-run', '--ignore-scripts'], { cwd: projectDir, encoding: 'utf8' });
  return run.status === 0 ? null : `package-lock.json is not complete: node dev/complete-lock.mjs\n${run.stderr}`;
}

function lines(faults: readonly string[]): string | null {
  return faults.length === 0 ? null : faults.join('\n');
}

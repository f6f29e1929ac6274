import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { Complaint, runProgram } from './complaint.ts';
import { programEnvironment } from './environment.ts';
import { projectDir, type Stack, stackAt } from './stack.ts';
import { startStack, stopStack } from './start.ts';
import { wipeStack } from './wipe.ts';

const benchPortBase = 7600;

/**
 * Runs `bench/<name>.ts`, or all of them, against a fresh stack of their own, so that no other data is in the way.
 * Each prints its table and writes `.run/bench/<name>.json`.
 */
await runProgram(async () => {
  const names = wantedNames(process.argv[2] ?? '');
  const stack = stackAt('test', benchPortBase, '.run/bench-stack');
  await wipeStack(stack);
  try {
    console.log('Starting a system to measure:');
    const environment = await startStack(stack, (line) => console.log(`  ${line}`));
    console.log(`  API ${environment.api}`);
    for (const name of names) await run(stack, name);
  } finally {
    await stopStack(stack);
  }
});

/** A program, not a module that others use. */
const notBenches = ['report.ts'];

function wantedNames(name: string): readonly string[] {
  if (name !== '') {
    if (existsSync(join(projectDir, 'bench', `${name}.ts`))) return [name];
    throw new Complaint(`There is no bench/${name}.ts.`);
  }
  return readdirSync(join(projectDir, 'bench'))
    .filter((file) => file.endsWith('.ts') && !notBenches.includes(file))
    .map((file) => file.replace(/\.ts$/, ''));
}

async function run(stack: Stack, name: string): Promise<void> {
  console.log(`\n${name}`);
  const child = spawn(process.execPath, [join('bench', `${name}.ts`)], {
    cwd: projectDir,
    stdio: 'inherit',
    env: programEnvironment(stack),
  });
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)));
  if (code !== 0) throw new Complaint(`bench/${name}.ts ended with ${code}.`);
}

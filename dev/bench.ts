import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { Complaint, runProgram } from './complaint.ts';
import { programEnvironment } from './environment.ts';
import { projectDir, type Stack, stackAt } from './stack.ts';
import { startStack } from './start.ts';
import { wipeStack } from './wipe.ts';

const benchPortBase = 7600;

/**
 * Runs `bench/<name>.ts`, or all of them, each against a fresh stack of its own, so that no other data is in the way.
 * Each prints its table and writes `.run/bench/<name>.json`. A bench runs against any other stack that is up with
 * `CHORALLY_PORT_BASE=… CHORALLY_RUN_DIR=… node bench/<name>.ts`.
 */
await runProgram(async () => {
  const stack = stackAt('test', benchPortBase, '.run/bench-stack');
  for (const name of wantedNames(process.argv[2] ?? '')) {
    await wipeStack(stack);
    try {
      console.log(`\n${name}: starting a system to measure`);
      await startStack(stack, (line) => console.log(`  ${line}`));
      await run(stack, name);
    } finally {
      await wipeStack(stack);
    }
  }
});

function wantedNames(name: string): readonly string[] {
  const names = readdirSync(join(projectDir, 'bench'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replace(/\.ts$/, ''));
  if (name === '') return names;
  if (names.includes(name)) return [name];
  throw new Complaint(`There is no bench/${name}.ts. There are: ${names.join(', ')}.`);
}

async function run(stack: Stack, name: string): Promise<void> {
  const child = spawn(process.execPath, [join('bench', `${name}.ts`)], {
    cwd: projectDir,
    stdio: 'inherit',
    env: programEnvironment(stack),
  });
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)));
  if (code !== 0) throw new Complaint(`bench/${name}.ts ended with ${code}.`);
}

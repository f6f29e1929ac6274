import { join } from 'node:path';
import pg from 'pg';

import { Complaint, runProgram } from './complaint.ts';
import { runTool } from './downloads.ts';
import { programEnvironment } from './environment.ts';
import { type Mutant, mutants } from './mutants/list.ts';
import { runTests, type TestRun } from './mutants/run-tests.ts';
import { applyMutant, copyTree, type Tree } from './mutants/tree.ts';
import { stackSecrets } from './secrets.ts';
import { projectDir, type Stack, stackAt } from './stack.ts';
import { startParts, stopStack } from './start.ts';
import { wipeStack } from './wipe.ts';

/** Beside the stacks of development, tests, faults and benches. */
const portBase = 8100;

const survived = '— SURVIVED —';

type Verdict = Readonly<{ mutant: string; removes: string; 'killed by': string }>;

/**
 * Takes one safety at a time out of a copy of the project and shows that a test turns red for it. The exit code is 0
 * only if every mutant was killed, by tests that pass while the safety is there.
 */
await runProgram(async () => {
  const wanted = wantedMutants(process.argv[2] ?? '');
  const tree = copyTree(join(projectDir, '.run/mutants/tree'));
  // Where the tests of the copy look for their stack.
  const stack = stackAt('test', portBase, join(tree.dir, `.run/test-${portBase}`));
  try {
    console.log('Starting Postgres and Temporal for a copy of the project.');
    await wipeStack(stack);
    await startParts(stack, ['postgres', 'temporal', 'database'], () => undefined);
    await requireGreen(tree, stack, wanted);
    const verdicts: Verdict[] = [];
    for (const mutant of wanted) verdicts.push(await judge(tree, stack, mutant));
    console.table(verdicts);
    const survivors = verdicts.filter(({ 'killed by': killedBy }) => killedBy === survived);
    console.log(`${verdicts.length - survivors.length} killed, ${survivors.length} survived`);
    if (survivors.length > 0) process.exitCode = 1;
  } finally {
    await stopStack(stack);
    await wipeStack(stack);
    tree.remove();
  }
});

/** All mutants, or those of these names, separated by commas. */
function wantedMutants(text: string): readonly Mutant[] {
  const names = text.split(',').filter((name) => name !== '');
  const unknown = names.find((name) => mutants.every((mutant) => mutant.name !== name));
  if (unknown !== undefined) {
    throw new Complaint(`There is no mutant ${unknown}. There are: ${mutants.map(({ name }) => name).join(', ')}.`);
  }
  const found = mutants.filter(({ name }) => names.length === 0 || names.includes(name));
  // Those that change the schema last: the database is theirs from then on.
  return found.toSorted((a, b) => Number(a.schema ?? false) - Number(b.schema ?? false));
}

/** A test that is red anyway would kill every mutant. */
async function requireGreen(tree: Tree, stack: Stack, wanted: readonly Mutant[]): Promise<void> {
  const files = [...new Set(wanted.flatMap(({ tests }) => tests))];
  console.log(`Running ${files.length} test files with every safety in place.`);
  const { failed, broken } = await runTests(tree, stack, { files });
  if (broken !== null || failed.length > 0) {
    throw new Complaint(`With every safety in place these fail already:\n${broken ?? failed.join('\n')}`);
  }
}

async function judge(tree: Tree, stack: Stack, mutant: Mutant): Promise<Verdict> {
  const { name, removes, tests, only, schema = false } = mutant;
  const restore = applyMutant(tree, mutant);
  try {
    if (schema) await makeDatabase(tree, stack);
    const run = await runTests(tree, stack, { files: tests, only });
    const killedBy = killerOf(mutant, run);
    console.log(`  ${name.padEnd(20)} ${killedBy}`);
    return { mutant: name, removes, 'killed by': killedBy };
  } finally {
    restore();
  }
}

/** Only a test that judged the mutant counts; one that could not run at all shows nothing. */
function killerOf({ name }: Mutant, { passed, failed, broken }: TestRun): string {
  if (broken !== null) throw new Complaint(`Mutant ${name}: its tests could not be run.\n${broken}`);
  const [first] = failed;
  if (first === undefined && passed.length === 0) throw new Complaint(`Mutant ${name}: no test has the name it gives.`);
  if (first === undefined) return survived;
  return failed.length === 1 ? first : `${first} (and ${failed.length - 1} more)`;
}

/** A new database with the schema that the copy of the project makes now; without demo tenants, which it may not let in. */
async function makeDatabase(tree: Tree, stack: Stack): Promise<void> {
  await emptyDatabase(stack);
  await runTool(process.execPath, ['src/bin/migrate.ts'], {
    advice: 'The database of a mutant could not be made.',
    cwd: tree.dir,
    env: programEnvironment(stack),
  });
}

async function emptyDatabase(stack: Stack): Promise<void> {
  const { postgresPassword: password } = stackSecrets(stack);
  const server = { host: '127.0.0.1', port: stack.ports.postgres, database: 'postgres' };
  const client = new pg.Client({ ...server, user: 'postgres', password });
  await client.connect();
  try {
    await client.query('drop database chorally with (force)');
    await client.query('create database chorally owner chorally_owner');
  } finally {
    await client.end();
  }
}

import { programEnvironment } from '../environment.ts';
import { runTool } from '../downloads.ts';
import { projectDir, type Stack } from '../stack.ts';

/** Brings the database to the newest schema and puts the demo tenants into it. Repeatable. */
export async function prepareDatabase(stack: Stack): Promise<void> {
  await runScript(stack, 'src/bin/migrate.ts', 'The database could not be migrated.');
  await runScript(stack, 'dev/seed.ts', 'The demo tenants could not be written to the database.');
}

function runScript(stack: Stack, script: string, advice: string): Promise<void> {
  return runTool(process.execPath, [script], { advice, cwd: projectDir, env: programEnvironment(stack) });
}

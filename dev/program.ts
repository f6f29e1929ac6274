import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { programEnvironment, programVariables } from './environment.ts';
import { launch, runningVersion, stop } from './processes.ts';
import { projectDir, type Stack } from './stack.ts';

type Program = Readonly<{
  name: string;
  args: readonly string[];
  /** Folders whose files it is made of. */
  sources: readonly string[];
  /** Laid over the stack's variables. */
  variables?: Readonly<Record<string, string>>;
}>;

/**
 * Starts one of our own programs with the stack's variables, unless it runs already with the same code and the same
 * variables; an outdated one is stopped first. Returns its process id.
 */
export async function startProgram(stack: Stack, { name, args, sources, variables = {} }: Program): Promise<number> {
  const version = versionOf(sources, { ...programVariables(stack), ...variables });
  if (runningVersion(stack, name) !== version) await stop(stack, name);
  return launch(stack, {
    name,
    command: process.execPath,
    args,
    cwd: projectDir,
    env: { ...programEnvironment(stack), ...variables },
    version,
  });
}

function versionOf(sources: readonly string[], variables: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256').update(JSON.stringify(variables));
  for (const folder of [...sources, 'package-lock.json']) {
    for (const file of filesOf(join(projectDir, folder))) {
      const { mtimeMs, size } = statSync(file);
      hash.update(`${file} ${mtimeMs} ${size}\n`);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted((a, b) => (a < b ? -1 : 1));
}

import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

import { portBaseVariables, type Stack } from '../stack.ts';
import { stackReadyVariable } from '../test-stack.ts';
import type { Tree } from './tree.ts';

export type TestRun = Readonly<{
  passed: readonly string[];
  failed: readonly string[];
  /** What kept tests from running at all; null when nothing did. */
  broken: string | null;
}>;

const timeoutMs = 240_000;

const report = z.object({
  testResults: z.array(
    z.object({
      message: z.string().optional(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** Runs test files of a tree against a stack that is up. `only`: tests whose name contains it. */
export async function runTests(
  tree: Tree,
  stack: Stack,
  { files, only }: { files: readonly string[]; only?: string | undefined },
): Promise<TestRun> {
  const output = join(tree.dir, 'test-report.json');
  rmSync(output, { force: true });
  const child = spawn(
    process.execPath,
    [
      join(tree.dir, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=json',
      `--outputFile=${output}`,
      ...(only === undefined ? [] : ['--testNamePattern', only]),
      ...files,
    ],
    {
      cwd: tree.dir,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      env: {
        ...process.env,
        [portBaseVariables.test]: String(stack.ports.api),
        [stackReadyVariable]: 'true',
      },
    },
  );
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  await new Promise((resolve) => child.on('close', resolve));
  return readReport(output) ?? { passed: [], failed: [], broken: lastLines(said.join('')) };
}

function readReport(file: string): TestRun | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return null; // the run ended before there was anything to report
  }
  const { testResults } = report.parse(JSON.parse(text));
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const named = (status: string) =>
    tests.filter((test) => test.status === status).map(({ fullName }) => fullName.trim());
  const unloaded = testResults.find(({ assertionResults }) => assertionResults.length === 0);
  return { passed: named('passed'), failed: named('failed'), broken: unloaded?.message ?? null };
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-12).join('\n');
}

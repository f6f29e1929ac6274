import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { google } from '../../../simulators/google/network.ts';
import { graph } from '../../../simulators/graph/network.ts';
import type { Settings } from '../../../simulators/kernel/settings.ts';
import { type Network, type Simulator, startSimulator } from '../../../simulators/kernel/simulator.ts';
import { linkedin } from '../../../simulators/linkedin/network.ts';

/** Fast by default: what a network processes is ready at once. */
const quick: Partial<Settings> = { processingDelayMs: 0 };

/** A Graph API of its own, in a folder of its own, gone when the test ends. */
export const startGraph = (settings: Partial<Settings> = {}): Promise<Simulator> => start(graph, settings);

export const startLinkedIn = (settings: Partial<Settings> = {}): Promise<Simulator> => start(linkedin, settings);

export const startGoogle = (settings: Partial<Settings> = {}): Promise<Simulator> => start(google, settings);

async function start(network: Network, settings: Partial<Settings>): Promise<Simulator> {
  const folder = await temporaryFolder();
  const simulator = await startSimulator(network, { folder, port: 0, settings: { ...quick, ...settings } });
  onTestFinished(simulator.close);
  return simulator;
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chorally-simulator-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

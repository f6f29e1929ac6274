import { onTestFinished } from 'vitest';
import type { Network as SimulatedNetwork, Simulator } from '../../../simulators/kernel/simulator.ts';
import { startSimulator } from '../../../simulators/kernel/simulator.ts';
import type { Settings } from '../../../simulators/kernel/settings.ts';
import { channelHttp, usualHttpSettings } from '../../../src/channels/http.ts';
import { type HostedNetwork, hostsFor } from '../../../src/channels/http/hosts.ts';
import { connectorRegistry, type Connectors } from '../../../src/channels/registry.ts';
import { seedApps } from '../../support/apps.ts';
import { temporaryFolder } from '../support/simulator.ts';

export interface ConnectedNetwork {
  readonly simulator: Simulator;
  readonly connectors: Connectors;
  /** Sends a command to the simulator's control API. */
  readonly control: (path: string, body?: Readonly<Record<string, unknown>>) => Promise<void>;
}

/** A simulator of its own for a test, and the connectors that speak to it in place of these networks. */
export async function connectedNetwork(
  simulated: SimulatedNetwork,
  networks: readonly HostedNetwork[],
  settings: Partial<Settings> = {},
): Promise<ConnectedNetwork> {
  const simulator = await startSimulator(simulated, { folder: await temporaryFolder(), port: 0, settings });
  const connectors = connectorsOn(Object.fromEntries(networks.map((network) => [network, simulator.url])));
  onTestFinished(simulator.close);
  return {
    simulator,
    connectors,
    control: async (path, body = {}) => {
      const answer = await fetch(`${simulator.control}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`The control API answered ${answer.status}: ${await answer.text()}`);
    },
  };
}

/** The connectors with these networks elsewhere than in the world. */
export function connectorsOn(urls: Readonly<Partial<Record<HostedNetwork, string>>>): Connectors {
  const http = channelHttp({
    ...usualHttpSettings,
    hosts: hostsFor(urls),
    limits: { ...usualHttpSettings.limits, allowPrivateTargets: true },
    retry: { ...usualHttpSettings.retry, maxTries: 1 },
    clock: Date.now,
  });
  onTestFinished(() => http.close());
  return connectorRegistry({ http, clock: Date.now, apps: seedApps });
}

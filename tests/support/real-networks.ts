import { afterAll } from 'vitest';
import { programVariables } from '../../dev/environment.ts';
import { testStack } from '../../dev/stack.ts';
import { grantDeskWith } from '../../src/bin/grant-desk.ts';
import { probeWith } from '../../src/bin/probe-page.ts';
import { renewWith } from '../../src/bin/renew-token.ts';
import { openChannels } from '../../src/channels/open.ts';
import type { Connectors } from '../../src/channels/registry.ts';
import { connect } from '../../src/db/connect.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readApiConfig } from '../../src/platform/config.ts';
import type { TestApiOptions } from './api.ts';

/** What connects, checks and renews as the API program does: by the real connectors, at the simulators of the stack. */
export function useRealNetworks(): Required<Pick<TestApiOptions, 'desk' | 'probe' | 'renew'>> & {
  readonly connectors: Connectors;
} {
  const { database, masterKeys, networks } = readApiConfig(programVariables(testStack()));
  const { db } = connect(database.appUrl, { max: 2, onError: () => undefined, applicationName: 'test-networks' });
  const { connectors, close } = openChannels(networks, { clock: systemClock, observe: () => undefined });
  afterAll(() => Promise.all([db.destroy(), close()]));
  return {
    connectors,
    desk: grantDeskWith(connectors, networks.apps),
    probe: probeWith(connectors),
    renew: renewWith({ db, masterKeys, connectors, clock: systemClock }),
  };
}

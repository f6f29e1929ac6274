import {
  channelHttp,
  type ChannelHttp,
  type ChannelHttpConfig,
  usualHttpSettings,
} from '../../../src/channels/http.ts';
import { hostsFor } from '../../../src/channels/http/hosts.ts';
import { everyNetworkAt } from '../../support/networks-at.ts';

export const noon = Date.parse('2026-11-22T12:00:00Z');

/** A client that may speak to this machine, waits little between tries and stands at noon. */
export function testHttp(origin: string, changes: Partial<ChannelHttpConfig> = {}): ChannelHttp {
  return channelHttp({
    hosts: hostsFor(everyNetworkAt(origin)),
    limits: { ...usualHttpSettings.limits, allowPrivateTargets: true },
    retry: { ...usualHttpSettings.retry, baseWaitMs: 1, maxWaitMs: 2 },
    clock: () => noon,
    ...changes,
  });
}

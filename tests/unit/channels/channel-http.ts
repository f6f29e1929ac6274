import { ChannelError } from '../../../src/channels/channel.ts';
import {
  channelHttp,
  type ChannelHttp,
  type ChannelHttpConfig,
  usualHttpSettings,
} from '../../../src/channels/http.ts';
import { hostsFor, type NetworkHosts, publicHosts } from '../../../src/channels/http/hosts.ts';

export const noon = Date.parse('2026-11-22T12:00:00Z');

/** Every purpose of every network on one origin. */
export function allHostsAt(origin: string): NetworkHosts {
  return hostsFor(Object.fromEntries(Object.keys(publicHosts).map((network) => [network, origin])));
}

/** A client that may speak to this machine, waits little between tries and stands at noon. */
export function testHttp(origin: string, changes: Partial<ChannelHttpConfig> = {}): ChannelHttp {
  return channelHttp({
    hosts: allHostsAt(origin),
    limits: { ...usualHttpSettings.limits, allowPrivateTargets: true },
    retry: { ...usualHttpSettings.retry, baseWaitMs: 1, maxWaitMs: 2 },
    clock: () => noon,
    ...changes,
  });
}

/** The `ChannelError` that a promise ends with. */
export async function channelErrorOf(promise: Promise<unknown>): Promise<ChannelError> {
  const outcome = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (outcome instanceof ChannelError) return outcome;
  throw new Error(`Expected a ChannelError, got ${String(outcome)}`);
}

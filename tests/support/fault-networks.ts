import type { z } from 'zod';
import { simulatorAddresses } from '../../dev/parts/simulators.ts';
import type { faultRequest } from '../../simulators/kernel/faults.ts';
import type { Publication } from '../../simulators/kernel/publications.ts';
import type { LoggedRequest } from '../../simulators/kernel/request-log.ts';
import type { settingsChange } from '../../simulators/kernel/settings.ts';
import type { PublishingNetwork } from '../../src/domain/network.ts';
import { stack } from './fault-stack.ts';

/** The irreversible request of each network, as the simulators name it. */
export const publishCall: Readonly<Record<PublishingNetwork, string>> = {
  facebook: 'facebook.feed.create',
  instagram: 'instagram.media.publish',
  linkedin: 'linkedin.post.create',
};

/** The requests by which a network is asked for a post whose answer was lost. */
export const lookCall: Readonly<Record<PublishingNetwork, string>> = {
  facebook: 'facebook.posts.list',
  instagram: 'instagram.container.read',
  linkedin: 'linkedin.post.list',
};

export type Simulator = (typeof simulators)[number];
type FaultBody = Omit<z.input<typeof faultRequest>, 'match'>;

/** Those that posts and rotations are tried on; a test of another one brings it back to what it was by itself. */
const simulators = ['graph', 'linkedin', 'x'] as const;
const simulatorOf = (network: PublishingNetwork): Simulator => (network === 'linkedin' ? 'linkedin' : 'graph');

/** Arms a fault for an operation of a network, once unless told otherwise. */
export async function arm(network: PublishingNetwork, operation: string, fault: FaultBody): Promise<void> {
  await control(simulatorOf(network), 'POST', '/faults', { match: { operation }, ...fault });
}

/** Arms the same fault for the irreversible request of several networks. */
export async function armPublishing(networks: readonly PublishingNetwork[], fault: FaultBody): Promise<void> {
  for (const network of networks) await arm(network, publishCall[network], fault);
}

/** Lets every held request go on. */
export async function release(): Promise<void> {
  await Promise.all(simulators.map((name) => control(name, 'POST', '/release', {})));
}

/** The network stops honouring a page's token, or honours it again. */
export async function setToken(
  page: { network: PublishingNetwork; externalId: string },
  how: 'revoke' | 'restore',
): Promise<void> {
  await control(simulatorOf(page.network), 'POST', `/tokens/${page.externalId}/${how}`, {});
}

/** Every post that was ever public, as the networks have counted it. */
export async function published(): Promise<readonly Publication[]> {
  const lists = await Promise.all(simulators.map((name) => control(name, 'GET', '/published')));
  return lists.flat() as Publication[];
}

/** Every request that has reached an operation since an instant, in the order of arrival. */
export async function requests(
  network: PublishingNetwork,
  { operation, since }: { operation: string; since: number },
): Promise<readonly LoggedRequest[]> {
  const query = new URLSearchParams({ operation, since: String(since) });
  return (await control(simulatorOf(network), 'GET', `/requests?${query}`)) as LoggedRequest[];
}

/** Forgets what earlier tests published, and makes processing instant: networks that behave well. */
export async function resetNetworks(): Promise<void> {
  for (const name of simulators) {
    await control(name, 'POST', '/reset', {});
    await control(name, 'POST', '/settings', { processingDelayMs: 0 });
  }
}

/** Changes how a network behaves, until the next test. */
export async function changeSettings(
  network: PublishingNetwork,
  settings: z.input<typeof settingsChange>,
): Promise<void> {
  await control(simulatorOf(network), 'POST', '/settings', settings);
}

/** Takes back every fault, hold and revocation, and leaves the log as it is. */
export async function calmNetworks(): Promise<void> {
  await Promise.all(simulators.map((name) => control(name, 'DELETE', '/faults')));
  await release();
  for (const name of simulators) {
    const tokens = (await control(name, 'GET', '/tokens')) as readonly { id: string; trouble: string | null }[];
    const spoilt = tokens.filter(({ trouble }) => trouble !== null);
    await Promise.all(spoilt.map(({ id }) => control(name, 'POST', `/tokens/${id}/restore`, {})));
  }
}

/** Speaks to the control API of a simulator. Throws if it refuses. */
export async function control(
  name: Simulator | 'google' | 'microsoft' | 'telegram' | 'apple',
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const address = simulatorAddresses(stack)[name];
  if (address === undefined) throw new Error(`there is no simulator called ${name}`);
  const response = await fetch(`${address.control}${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} of the ${name} simulator: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

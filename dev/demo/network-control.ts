import { z } from 'zod';

import { seedApp } from '../../simulators/seed.ts';
import { Complaint } from '../complaint.ts';
import type { Environment } from '../environment-file.ts';

const requestList = z.array(z.object({ receivedAt: z.number(), status: z.number().nullable() }));
const revoked = z.object({ revoked: z.number() });
const subscriptionList = z.object({ data: z.array(z.object({ event_type: z.string() })).default([]) });

/** The network's own side: what only its people and its log know. */
export type NetworkSide = ReturnType<typeof networkSide>;

/** A simulated network, by the name of its simulator. */
export function networkSide({ simulators }: Environment, name: string) {
  const simulator = simulators[name];
  if (simulator === undefined) throw new Complaint(`There is no simulator ${name}.`);
  const post = (path: string, body: unknown) =>
    fetch(`${simulator.control}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  return {
    /** How long new access tokens live; null for the network's own time. */
    async letTokensLive(accessTokenLifetimeMs: number | null): Promise<void> {
      const answer = await post('/settings', { accessTokenLifetimeMs });
      if (!answer.ok) throw new Complaint(`The simulator ${name} takes no settings (HTTP ${answer.status}).`);
    },
    /** A person takes back what they have granted, as in their settings. Returns how many grants that were. */
    async takeGrantsBack(personId: string): Promise<number> {
      const answer = await post(`/people/${personId}/revoke`, {});
      return revoked.parse(await answer.json()).revoked;
    },
    /** The requests of one operation that the network has answered with 200 since an instant. */
    async answered(operation: string, since: number): Promise<number> {
      const query = new URLSearchParams({ operation, since: String(since) });
      const answer = await fetch(`${simulator.control}/requests?${query}`);
      return requestList.parse(await answer.json()).filter(({ status }) => status === 200).length;
    },
  };
}

/** What X has promised to tell our app of, as X itself says. */
export async function toldByX({ simulators }: Environment): Promise<readonly string[]> {
  const answer = await fetch(`${simulators['x']?.url}/2/activity/subscriptions`, {
    headers: { authorization: `Bearer ${seedApp.x.appToken}` },
  });
  return subscriptionList.parse(await answer.json()).data.map(({ event_type: event }) => event);
}

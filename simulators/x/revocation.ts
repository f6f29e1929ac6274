import type { Revocation, Told } from '../kernel/revocation.ts';
import type { World } from '../kernel/world.ts';
import { xAppId } from './seeds.ts';
import { subscriptions } from './subscriptions.ts';
import { deliver, webhooks } from './webhooks.ts';

/** Tells the app's webhooks that a person has taken its access back under "Connected apps". */
export async function tellOfRevocation(world: World, { personId, revoked }: Revocation): Promise<readonly Told[]> {
  if (revoked === 0) return [];
  const payload = { date_time: new Date().toISOString(), user_id: personId, app_id: xAppId };
  const told: Told[] = [];
  for (const { webhookId } of subscriptions(world).values()) {
    const webhook = webhooks(world).get(webhookId);
    if (webhook?.valid !== true) continue;
    const answer = await deliver(webhook, { filter: {}, event_type: 'oauth.revoke', payload });
    if (answer !== null) told.push(answer);
  }
  return told;
}

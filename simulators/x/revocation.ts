import type { World } from '../kernel/world.ts';
import { xAppId } from './seeds.ts';
import { subscriptions } from './subscriptions.ts';
import { deliver, webhooks } from './webhooks.ts';

/** Tells the app's webhooks that a person has taken its access back under "Connected apps". */
export async function tellOfRevocation(world: World, personId: string): Promise<void> {
  const payload = { date_time: new Date().toISOString(), user_id: personId, app_id: xAppId };
  const receivers = subscriptions(world)
    .values()
    .map(({ webhookId }) => webhooks(world).get(webhookId))
    .filter((webhook) => webhook?.valid === true);
  for (const webhook of receivers) {
    if (webhook !== null) await deliver(webhook, { filter: {}, event_type: 'oauth.revoke', payload });
  }
}

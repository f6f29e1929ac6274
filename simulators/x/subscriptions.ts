import type { Collection } from '../kernel/store.ts';
import type { World } from '../kernel/world.ts';

/** One kind of event that is sent to one webhook. */
export interface Subscription {
  readonly id: string;
  readonly eventType: 'oauth.revoke';
  readonly webhookId: string;
  readonly createdAt: number;
}

export const subscriptions = ({ store }: World): Collection<Subscription> => store.collection('x-subscription');

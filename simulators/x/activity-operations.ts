import { nextNumericId } from '../kernel/ids.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { actAsApp } from './auth.ts';
import { invalidRequest } from './errors.ts';
import { type Subscription, subscriptions } from './subscriptions.ts';
import { webhooks } from './webhooks.ts';

/** Which events the app is told of: so far, that a person has taken the app's access back. */
export function activityOperations(world: World): Operation[] {
  const path = '/2/activity/subscriptions';
  const asApp = (handle: (call: Call) => Answer) => (call: Call) => {
    actAsApp(call);
    return handle(call);
  };
  return [
    { name: 'x.subscription.list', method: 'GET', path, handle: asApp(() => list(world)) },
    { name: 'x.subscription.create', method: 'POST', path, handle: asApp((call) => create(world, call)) },
    {
      name: 'x.subscription.delete',
      method: 'DELETE',
      path: `${path}/:id`,
      handle: asApp((call) => remove(world, call)),
    },
  ];
}

function list(world: World): Answer {
  const data = subscriptions(world).values().map(view);
  return { status: 200, body: { data, meta: { total_subscriptions: data.length } } };
}

function create(world: World, call: Call): Answer {
  const body = (call.body ?? {}) as Readonly<Record<string, unknown>>;
  if (body['event_type'] !== 'oauth.revoke')
    throw invalidRequest('The `event_type` is not one that can be subscribed to.');
  if (JSON.stringify(body['filter']) !== '{}') throw invalidRequest('`oauth.revoke` takes no filter.');
  const { webhook_id: webhookId } = body;
  const webhook = typeof webhookId === 'string' ? webhooks(world).get(webhookId) : null;
  if (webhook === null) throw invalidRequest('There is no such webhook.');
  if (
    subscriptions(world)
      .values()
      .some(({ webhookId }) => webhookId === webhook.id)
  ) {
    throw invalidRequest('The subscription exists already.');
  }
  const subscription: Subscription = {
    id: nextNumericId(),
    eventType: 'oauth.revoke',
    webhookId: webhook.id,
    createdAt: Date.now(),
  };
  subscriptions(world).put(subscription.id, subscription);
  return { status: 200, body: { data: view(subscription) }, effect: true };
}

function remove(world: World, { params }: Call): Answer {
  const id = params['id'] ?? '';
  if (subscriptions(world).get(id) === null) throw invalidRequest('There is no such subscription.');
  subscriptions(world).remove(id);
  const left = subscriptions(world).values().length;
  return { status: 200, body: { data: { deleted: true }, meta: { total_subscriptions: left } }, effect: true };
}

const view = ({ id, eventType, webhookId, createdAt }: Subscription) => ({
  subscription_id: id,
  event_type: eventType,
  filter: {},
  created_at: new Date(createdAt).toISOString(),
  updated_at: new Date(createdAt).toISOString(),
  webhook_id: webhookId,
});

import { randomUUID } from 'node:crypto';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { graphRefused } from './errors.ts';
import { callerOf } from './gate.ts';

/** Whom Graph tells of changes in a mailbox. */
export interface Subscription {
  readonly id: string;
  readonly personId: string;
  readonly changeType: string;
  readonly resource: string;
  readonly notificationUrl: string;
  readonly lifecycleNotificationUrl: string | null;
  readonly clientState: string | null;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export const subscriptions = ({ store }: World) => store.collection<Subscription>('microsoft-subscription');

/** Graph keeps a subscription to mail for at most 10,080 minutes. */
const longestMs = 10_080 * 60_000;
const validationTimeoutMs = 10_000;

export function subscriptionOperations(world: World): Operation[] {
  return [
    {
      name: 'microsoft.subscriptions.list',
      method: 'GET',
      path: '/v1.0/subscriptions',
      handle: (call) => {
        const { user } = callerOf(world, call, 'Mail.ReadWrite');
        const value = subscriptions(world)
          .values()
          .filter(({ personId, expiresAt }) => personId === user.id && expiresAt > Date.now())
          .map(viewOf);
        return { status: 200, body: { value } };
      },
    },
    {
      name: 'microsoft.subscription.create',
      method: 'POST',
      path: '/v1.0/subscriptions',
      handle: (call) => create(world, call),
    },
    {
      name: 'microsoft.subscription.renew',
      method: 'PATCH',
      path: '/v1.0/subscriptions/:id',
      handle: (call) => renew(world, call),
    },
    {
      name: 'microsoft.subscription.delete',
      method: 'DELETE',
      path: '/v1.0/subscriptions/:id',
      handle: (call) => {
        subscriptions(world).remove(own(world, call).id);
        return { status: 204, body: null, effect: true };
      },
    },
  ];
}

async function create(world: World, call: Call): Promise<Answer> {
  const { user } = callerOf(world, call, 'Mail.ReadWrite');
  const notificationUrl = required(call, 'notificationUrl');
  const lifecycleNotificationUrl = field(call, 'lifecycleNotificationUrl');
  const made: Subscription = {
    id: randomUUID(),
    personId: user.id,
    changeType: required(call, 'changeType'),
    resource: required(call, 'resource'),
    notificationUrl,
    lifecycleNotificationUrl,
    clientState: field(call, 'clientState'),
    expiresAt: expiryIn(call),
  };
  if ((made.clientState?.length ?? 0) > 128) throw invalid('clientState must not be longer than 128 characters.');
  for (const url of new Set([notificationUrl, lifecycleNotificationUrl ?? notificationUrl])) await validate(url);
  subscriptions(world).put(made.id, made);
  return { status: 201, body: viewOf(made), effect: true };
}

function renew(world: World, call: Call): Answer {
  const renewed = { ...own(world, call), expiresAt: expiryIn(call) };
  subscriptions(world).put(renewed.id, renewed);
  return { status: 200, body: viewOf(renewed), effect: true };
}

function own(world: World, call: Call): Subscription {
  const { user } = callerOf(world, call, 'Mail.ReadWrite');
  const found = subscriptions(world).get(call.params['id'] ?? '');
  if (found?.personId === user.id && found.expiresAt > Date.now()) return found;
  throw graphRefused(404, 'ResourceNotFound', 'The object was not found.');
}

/** The receiver must repeat what it is sent, within ten seconds. */
async function validate(url: string): Promise<void> {
  const validationToken = `Validation: Testing client application reachability for subscription Request-Id: ${randomUUID()}`;
  const target = new URL(url);
  target.searchParams.set('validationToken', validationToken);
  const answer = await fetch(target, { method: 'POST', signal: AbortSignal.timeout(validationTimeoutMs) }).catch(
    () => null,
  );
  if (answer?.ok === true && (await answer.text()) === validationToken) return;
  const told = answer === null ? 'BadGateway' : String(answer.status);
  throw invalid(
    `Subscription validation request failed. Response must exactly match validationToken query parameter. (${told})`,
  );
}

function expiryIn(call: Call): number {
  const expiresAt = Date.parse(required(call, 'expirationDateTime'));
  if (Number.isNaN(expiresAt) || expiresAt <= Date.now())
    throw invalid('Subscription expiration must be in the future.');
  if (expiresAt > Date.now() + longestMs)
    throw invalid('Subscription expiration can only be 10080 minutes in the future.');
  return expiresAt;
}

function field({ body }: Call, name: string): string | null {
  const sent = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof sent === 'string' && sent !== '' ? sent : null;
}

function required(call: Call, name: string): string {
  const value = field(call, name);
  if (value === null) throw invalid(`${name} is a required property for subscription creation`);
  return value;
}

const invalid = (message: string) => graphRefused(400, 'InvalidRequest', message);

function viewOf(subscription: Subscription) {
  const { personId, expiresAt, ...shown } = subscription;
  return {
    ...shown,
    // Never told again.
    clientState: null,
    creatorId: personId,
    expirationDateTime: new Date(expiresAt).toISOString(),
  };
}

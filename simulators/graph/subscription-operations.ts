import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { lacks, principalOf, subscribeAsPage } from './auth.ts';
import { graphError, invalidParameter, permissionRequired } from './errors.ts';
import { ids, param } from './params.ts';
import { facebookPage } from './seeds.ts';
import { wabaFor } from './whatsapp-operations.ts';
import { wabaOf } from './whatsapp-seeds.ts';

/** What the app is told of, by page, account or WhatsApp business account. */
interface Subscription {
  readonly fields: readonly string[];
  readonly overrideUrl: string | null;
}

const subscriptions = ({ store }: World) => store.collection<Subscription>('subscription');

/** Subscribing the app to what happens: on a page, on an Instagram account, on a WhatsApp business account. */
export function subscriptionOperations(world: World): Operation[] {
  const path = '/:node/subscribed_apps';
  const when = ({ params: { node = '' } }: Call): boolean =>
    node === 'me' || facebookPage(node) !== null || wabaOf(node) !== null;
  return [
    { name: 'graph.subscription.read', method: 'GET', path, when, handle: (call) => read(world, call) },
    { name: 'graph.subscription.create', method: 'POST', path, when, handle: (call) => subscribe(world, call) },
    { name: 'graph.subscription.delete', method: 'DELETE', path, when, handle: (call) => end(world, call) },
  ];
}

/** Whom the request is about, after the check that it may. */
function subjectOf(world: World, call: Call): string {
  const { node = '' } = call.params;
  if (wabaOf(node) !== null) return wabaFor(world, call, node).id;
  const principal = principalOf(world, call);
  if (principal.kind === 'instagram') {
    if (lacks(principal, 'instagram_business_basic')) throw permissionRequired('instagram_business_basic');
    return principal.id;
  }
  const pageId = node === 'me' ? principal.id : node;
  subscribeAsPage(world, call, pageId);
  return pageId;
}

function read(world: World, call: Call): Answer {
  const id = subjectOf(world, call);
  const found = subscriptions(world).get(id);
  return { status: 200, body: { data: found === null ? [] : [present(id, found)] } };
}

function present(id: string, { fields, overrideUrl }: Subscription): object {
  const { clientId, name } = seedApp.meta;
  const link = `https://www.facebook.com/games/?app_id=${clientId}`;
  if (wabaOf(id) === null) return { id: clientId, name, link, subscribed_fields: fields };
  const override = overrideUrl === null ? {} : { override_callback_uri: overrideUrl };
  return { whatsapp_business_api_data: { id: clientId, name, link }, ...override };
}

function subscribe(world: World, call: Call): Answer {
  const id = subjectOf(world, call);
  const fields = ids(call, 'subscribed_fields');
  if (wabaOf(id) === null) judgeFields(world, call, fields);
  subscriptions(world).put(id, { fields, overrideUrl: param(call, 'override_callback_uri') });
  return { status: 200, body: { success: true }, effect: true };
}

function end(world: World, call: Call): Answer {
  subscriptions(world).remove(subjectOf(world, call));
  return { status: 200, body: { success: true }, effect: true };
}

/** One field without its permission refuses them all. */
function judgeFields(world: World, call: Call, fields: readonly string[]): void {
  if (fields.length === 0) throw invalidParameter('(#100) The parameter subscribed_fields is required.');
  const principal = principalOf(world, call);
  const needs = principal.kind === 'instagram' ? 'instagram_business_manage_messages' : 'pages_messaging';
  const refused = lacks(principal, needs) ? fields.filter((field) => field.startsWith('messag')) : [];
  if (refused.length === 0) return;
  const words = refused.map(
    (field) => `To subscribe to the ${field} field, one of these permissions is needed: ${needs}`,
  );
  throw graphError({ status: 403, code: 200, message: `(#200) ${words.join('. ')}` });
}

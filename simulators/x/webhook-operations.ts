import { nextNumericId } from '../kernel/ids.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { actAsApp } from './auth.ts';
import { invalidRequest } from './errors.ts';
import { deliverable, passesCheck, type Webhook, webhooks } from './webhooks.ts';

/** Where the app wants to be told of what happens; its own token only. */
export function webhookOperations(world: World): Operation[] {
  const path = '/2/webhooks';
  const asApp = (handle: (call: Call) => Answer | Promise<Answer>) => (call: Call) => {
    actAsApp(call);
    return handle(call);
  };
  return [
    { name: 'x.webhook.list', method: 'GET', path, handle: asApp(() => list(world)) },
    { name: 'x.webhook.create', method: 'POST', path, handle: asApp((call) => create(world, call)) },
    { name: 'x.webhook.check', method: 'PUT', path: `${path}/:id`, handle: asApp((call) => check(world, call)) },
    { name: 'x.webhook.delete', method: 'DELETE', path: `${path}/:id`, handle: asApp((call) => remove(world, call)) },
  ];
}

function list(world: World): Answer {
  const data = webhooks(world).values().map(view);
  return { status: 200, body: { data, meta: { result_count: data.length } } };
}

async function create(world: World, { body }: Call): Promise<Answer> {
  const url = deliverable((body as { url?: unknown } | null)?.url);
  if (
    webhooks(world)
      .values()
      .some((webhook) => webhook.url === url)
  ) {
    throw invalidRequest('DuplicateUrlFailed: the URL is registered already.');
  }
  await requireCheck(url);
  const webhook: Webhook = { id: nextNumericId(), url, valid: true, createdAt: Date.now() };
  webhooks(world).put(webhook.id, webhook);
  return { status: 200, body: { data: view(webhook) }, effect: true };
}

async function check(world: World, call: Call): Promise<Answer> {
  const webhook = named(world, call);
  webhooks(world).put(webhook.id, { ...webhook, valid: false });
  await requireCheck(webhook.url);
  webhooks(world).put(webhook.id, { ...webhook, valid: true });
  return { status: 200, body: { data: { valid: true } }, effect: true };
}

function remove(world: World, call: Call): Answer {
  webhooks(world).remove(named(world, call).id);
  return { status: 200, body: { data: { deleted: true } }, effect: true };
}

async function requireCheck(url: string): Promise<void> {
  if (!(await passesCheck(url))) throw invalidRequest('CrcValidationFailed: the URL did not answer the check.');
}

function named(world: World, { params }: Call): Webhook {
  const webhook = webhooks(world).get(params['id'] ?? '');
  if (webhook === null) throw invalidRequest('WebhookIdInvalid: there is no such webhook.');
  return webhook;
}

const view = ({ id, url, valid, createdAt }: Webhook) => ({
  id,
  url,
  valid,
  created_at: new Date(createdAt).toISOString(),
});

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ControlProblem, type ControlRoute, parsed } from '../control/route.ts';
import { toldView } from '../control/schemas.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { delivered } from './deliver.ts';
import { hubSignature } from './signing.ts';
import { removeApp } from './token-operations.ts';
import { businessOfWaba } from './whatsapp-seeds.ts';

const url = z.url();
const delivery = toldView.omit({ url: true });
const verifyBody = z.strictObject({ url, verifyToken: z.string().default(seedApp.metaWebhooks.verifyToken) });
const webhookBody = z.strictObject({
  url,
  object: z.enum(['page', 'instagram', 'whatsapp_business_account', 'permissions']),
  entry: z.array(z.record(z.string(), z.unknown())).min(1),
  appSecret: z.string().default(seedApp.meta.clientSecret).describe('Signs it; a wrong one forges.'),
});
const accountBody = z.strictObject({
  url,
  event: z.string().min(1).describe('As in PARTNER_APP_UNINSTALLED or ACCOUNT_RESTRICTION.'),
  more: z.record(z.string(), z.unknown()).default({}).describe('What the event says besides.'),
});

/** What Meta tells an app of its own accord, sent when a test or a demo says so. */
export function webhookControls(world: World): readonly ControlRoute[] {
  return [
    {
      method: 'post',
      path: '/webhooks/verify',
      id: 'verifyWebhook',
      summary: 'Ask an address whether it is the app’s, as Meta does when it is set',
      body: verifyBody,
      status: 200,
      answer: delivery.extend({ echoed: z.boolean() }),
      handle: (req) => verify(parsed(verifyBody, req.body)),
    },
    {
      method: 'post',
      path: '/webhooks',
      id: 'sendWebhook',
      summary: 'Send a signed webhook',
      body: webhookBody,
      status: 200,
      answer: delivery,
      handle: (req) => {
        const { url: to, object, entry, appSecret } = parsed(webhookBody, req.body);
        return sendWebhook(to, { object, entry }, appSecret);
      },
    },
    {
      method: 'post',
      path: '/whatsapp-accounts/{id}/events',
      id: 'sendAccountUpdate',
      summary: 'Tell what happened to a WhatsApp business account, by the field account_update',
      description: 'The events that take the account from the app end its tokens first.',
      params: { id: "The WhatsApp business account's id." },
      body: accountBody,
      status: 200,
      answer: delivery,
      missing: noSuchAccount,
      handle: (req) => accountUpdate(world, String(req.params['id']), parsed(accountBody, req.body)),
    },
  ];
}

const noSuchAccount = 'No WhatsApp business account of the seed has this id.';
const nowS = (): number => Math.floor(Date.now() / 1000);

async function verify({ url: to, verifyToken }: z.output<typeof verifyBody>): Promise<unknown> {
  const challenge = randomBytes(8).toString('hex');
  const asked = new URL(to);
  asked.searchParams.set('hub.mode', 'subscribe');
  asked.searchParams.set('hub.challenge', challenge);
  asked.searchParams.set('hub.verify_token', verifyToken);
  const answer = await delivered(asked.href, {});
  return { ...answer, echoed: answer.status === 200 && answer.body === challenge };
}

function sendWebhook(to: string, content: object, appSecret: string): Promise<unknown> {
  const body = JSON.stringify(content);
  const signature = { 'x-hub-signature-256': hubSignature(body, appSecret) };
  return post(to, body, { 'content-type': 'application/json', ...signature });
}

/** After these the app has no business with the account any more. */
const endings: ReadonlySet<string> = new Set(['PARTNER_APP_UNINSTALLED', 'PARTNER_REMOVED', 'ACCOUNT_DELETED']);

function accountUpdate(
  world: World,
  wabaId: string,
  { url: to, event, more }: z.output<typeof accountBody>,
): Promise<unknown> {
  const business = businessOfWaba(wabaId);
  if (business === null) throw new ControlProblem(404, noSuchAccount);
  if (endings.has(event)) removeApp(world, business.systemUserId);
  const wabaInfo = { waba_id: wabaId, owner_business_id: business.tenant.businessId };
  const partner = event.startsWith('PARTNER_APP_') ? { partner_app_id: seedApp.meta.clientId } : {};
  const value = { event, waba_info: { ...wabaInfo, ...partner }, ...more };
  const entry = [{ id: wabaId, time: nowS(), changes: [{ field: 'account_update', value }] }];
  return sendWebhook(to, { object: 'whatsapp_business_account', entry }, seedApp.meta.clientSecret);
}

function post(to: string, body: string, headers: Readonly<Record<string, string>>) {
  return delivered(to, { method: 'POST', body, headers });
}

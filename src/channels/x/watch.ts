import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { Watch } from '../connector.ts';
import { type XApi, understood } from './api.ts';

/**
 * Makes X tell us when anybody takes our access back. One webhook and one subscription serve the whole app: the event
 * `oauth.revoke` takes no filter. X does not repeat a secret of ours; it signs with the app's consumer secret.
 */
export async function watchRevocations(
  api: XApi,
  { notificationUrl }: { readonly notificationUrl: string },
  options: CallOptions = {},
): Promise<Watch> {
  const webhookId = await validWebhook(api, new URL(notificationUrl).href, options);
  const known = await subscriptionOf(api, webhookId, options);
  return { id: known ?? (await subscribe(api, webhookId, options)), expiresAt: null };
}

const app = { kind: 'app' } as const;
const webhook = z.object({ id: z.string(), url: z.string(), valid: z.boolean() });

async function validWebhook(api: XApi, url: string, options: CallOptions): Promise<string> {
  const listed = await api({ method: 'GET', path: '/2/webhooks', sender: app, repeat: 'harmless' }, options);
  const found = understood(z.object({ data: z.array(webhook).default([]) }), listed).data.find(
    (candidate) => candidate.url === url,
  );
  if (found === undefined) {
    const made = await api(
      { method: 'POST', path: '/2/webhooks', body: { json: { url } }, sender: app, repeat: 'never' },
      options,
    );
    return understood(z.object({ data: webhook }), made).data.id;
  }
  // X stops sending to a webhook that has failed a check, until it is asked to check again.
  if (!found.valid) {
    await api({ method: 'PUT', path: `/2/webhooks/${found.id}`, sender: app, repeat: 'harmless' }, options);
  }
  return found.id;
}

const eventType = 'oauth.revoke';
const subscription = z.object({
  subscription_id: z.string(),
  event_type: z.string(),
  webhook_id: z.string().optional(),
});
const subscriptionList = z.object({
  data: z.array(subscription).default([]),
  meta: z.object({ next_token: z.string().optional() }).optional(),
});

async function subscriptionOf(api: XApi, webhookId: string, options: CallOptions): Promise<string | null> {
  let token: string | undefined;
  do {
    const listed = await api(
      {
        method: 'GET',
        path: '/2/activity/subscriptions',
        query: { max_results: '1000', ...(token === undefined ? {} : { pagination_token: token }) },
        sender: app,
        repeat: 'harmless',
      },
      options,
    );
    const { data, meta } = understood(subscriptionList, listed);
    const found = data.find((one) => one.event_type === eventType && one.webhook_id === webhookId);
    if (found !== undefined) return found.subscription_id;
    token = meta?.next_token;
  } while (token !== undefined);
  return null;
}

async function subscribe(api: XApi, webhookId: string, options: CallOptions): Promise<string> {
  const made = await api(
    {
      method: 'POST',
      path: '/2/activity/subscriptions',
      body: { json: { event_type: eventType, filter: {}, webhook_id: webhookId } },
      sender: app,
      repeat: 'never',
    },
    options,
  );
  return understood(z.object({ data: subscription }), made).data.subscription_id;
}

import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { Watch } from '../connector.ts';
import type { Graph, MetaApp } from './graph.ts';

/** What Meta tells a webhook about, and the permission without which it refuses the whole subscription. */
export interface WebhookField {
  readonly field: string;
  readonly needs: string | null;
}

const subscriptions = z.object({
  data: z.array(z.object({ id: z.string(), subscribed_fields: z.array(z.string()).nullish() })),
});
const success = z.object({ success: z.literal(true) });

/**
 * Has Meta send the app what happens on a page. A subscription replaces the one before it, and a page is shared by
 * Facebook and Instagram, so what is subscribed already stays. The address is the app's own and is set at Meta.
 */
export async function subscribeToPage(
  graph: Graph,
  { app, pageId, accessToken }: { app: MetaApp; pageId: string; accessToken: string },
  fields: readonly WebhookField[],
  granted: readonly string[] | null,
  options: CallOptions = {},
): Promise<Watch> {
  const path = `/${pageId}/subscribed_apps`;
  const common = { path, accessToken, repeat: 'harmless', signal: options.signal } as const;
  const { data } = await graph.call({ ...common, method: 'GET', answer: subscriptions });
  const already = data.filter(({ id }) => id === app.id).flatMap((own) => own.subscribed_fields ?? []);
  const wanted = allowedFields(fields, granted);
  const query = { subscribed_fields: [...new Set([...already, ...wanted])].join(',') };
  await graph.call({ ...common, method: 'POST', query, answer: success });
  return { id: pageId, expiresAt: null };
}

/** The fields that may be asked for with these permissions; all of them where the network does not tell. */
export function allowedFields(fields: readonly WebhookField[], granted: readonly string[] | null): readonly string[] {
  return fields
    .filter(({ needs }) => needs === null || granted === null || granted.includes(needs))
    .map(({ field }) => field);
}

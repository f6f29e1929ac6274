import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { HeldPage, Watch } from '../connector.ts';
import type { Graph, MetaApp } from './graph.ts';
import { currentPermissions } from './token-facts.ts';

/** What Meta tells of a page, where a permission besides the usual one is needed; without it Meta refuses all fields. */
const needs: Readonly<Record<string, string>> = {
  messages: 'pages_messaging',
  message_echoes: 'pages_messaging',
  message_deliveries: 'pages_messaging',
  message_reads: 'pages_messaging',
  messaging_postbacks: 'pages_messaging',
};

const subscriptions = z.object({
  data: z.array(z.object({ id: z.string(), subscribed_fields: z.array(z.string()).nullish() })),
});
const success = z.object({ success: z.literal(true) });

/**
 * Has Meta send the app what happens on a page. A subscription replaces the one before it, and Facebook and Instagram
 * share a page, so what is subscribed already stays. The address is the app's own and is set at Meta.
 */
export async function subscribeToPage(
  graph: Graph,
  { app, network, pageId, fields }: { app: MetaApp; network: string; pageId: string; fields: readonly string[] },
  { accessToken }: HeldPage,
  options: CallOptions = {},
): Promise<Watch> {
  const granted = await currentPermissions(graph, { app, network }, accessToken, options);
  const common = {
    path: `/${pageId}/subscribed_apps`,
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
  } as const;
  const { data } = await graph.call({ ...common, method: 'GET', answer: subscriptions });
  const already = data.filter(({ id }) => id === app.id).flatMap((own) => own.subscribed_fields ?? []);
  const allowed = [...new Set([...already, ...fields])].filter((field) => {
    const needed = needs[field];
    return needed === undefined || granted === null || granted.includes(needed);
  });
  const query = { subscribed_fields: allowed.join(',') };
  await graph.call({ ...common, method: 'POST', query, answer: success });
  return { id: pageId, expiresAt: null };
}

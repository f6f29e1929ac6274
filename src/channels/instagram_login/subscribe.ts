import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { HeldPage, Watch } from '../connector.ts';
import type { Graph } from '../meta/graph.ts';

const success = z.object({ success: z.literal(true) });

const fields = [
  'comments',
  'live_comments',
  'mentions',
  'messages',
  'message_reactions',
  'messaging_postbacks',
  'messaging_seen',
];

/** Has Instagram send the app what happens on the account. The address is the app's own and is set at Meta. */
export async function subscribeToAccount(
  graph: Graph,
  { externalId, accessToken }: HeldPage,
  options: CallOptions = {},
): Promise<Watch> {
  await graph.call({
    method: 'POST',
    path: '/me/subscribed_apps',
    query: { subscribed_fields: fields.join(',') },
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
    answer: success,
  });
  return { id: externalId, expiresAt: null };
}

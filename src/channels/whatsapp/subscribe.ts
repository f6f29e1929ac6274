import { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { HeldPage, Watch } from '../connector.ts';
import type { Graph } from '../meta/graph.ts';

const success = z.object({ success: z.literal(true) });

/**
 * Has Meta send the app what happens to a number's account, and so to all of its numbers. The address is the app's own,
 * set at Meta once.
 */
export async function subscribeToAccount(
  graph: Graph,
  { accessToken, details: { wabaId } }: HeldPage,
  options: CallOptions = {},
): Promise<Watch> {
  if (wabaId === undefined) {
    throw new ChannelError('whatsapp: the account of the number is not known.', {
      class: 'unknown',
      mayHaveActed: false,
    });
  }
  await graph.call({
    method: 'POST',
    path: `/${wabaId}/subscribed_apps`,
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
    answer: success,
  });
  return { id: wabaId, expiresAt: null };
}

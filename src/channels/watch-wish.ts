import type { ConnectionId } from '../domain/ids.ts';
import type { Network } from '../domain/network.ts';
import { watchSecret } from '../platform/watch-secret.ts';

/**
 * Where a network is to tell us of a connection's changes, and what it repeats to us then. The secret is derived from a
 * key, so that nothing has to be stored: whoever receives it derives it again.
 */
export function watchWish(
  { publicUrl, key }: { publicUrl: string; key: string },
  { network, connectionId }: { network: Network; connectionId: ConnectionId },
): { readonly notificationUrl: string; readonly secret: string } {
  return {
    notificationUrl: `${publicUrl.replace(/\/+$/, '')}/webhooks/${network}`,
    secret: watchSecret(key, connectionId),
  };
}

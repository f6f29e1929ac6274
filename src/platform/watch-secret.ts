import { createHmac } from 'node:crypto';

/**
 * What a network is given to repeat when it tells us something about a connection, so that nobody else can speak for
 * it. The same for the same connection, so that nothing need be stored; `key` is one of ours.
 */
export function watchSecret(key: string, connectionId: string): string {
  return createHmac('sha256', key).update(`watch/${connectionId}`).digest('base64url');
}

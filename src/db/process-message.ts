import type { PostInput } from '../domain/post.ts';
import type { ConnectionId } from '../domain/ids.ts';

/** What the relay carries from a committed transaction to Temporal. */
export type ProcessMessage =
  | { readonly kind: 'start_post'; readonly input: PostInput }
  | { readonly kind: 'connection_repaired'; readonly connectionId: ConnectionId }
  /** To an open approval: somebody whom it may ask has left, come back, or will be away. */
  | { readonly kind: 'approvers_changed' };

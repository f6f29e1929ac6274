import { appendEvents } from '../../db/event.ts';
import type { EventKind } from '../../domain/event.ts';
import type { AuthorId } from '../../domain/ids.ts';
import type { HandleContext } from '../route-context.ts';

/** Appends what the caller has done to contacts to the log. */
export async function recordChanges(
  { trx, caller, now }: Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'caller' | 'now'>,
  changes: readonly { readonly kind: Extract<EventKind, `author.${string}`>; readonly id: AuthorId }[],
): Promise<void> {
  const { tenantId, userId } = caller;
  const actor = { kind: 'user', id: userId } as const;
  await appendEvents(
    trx,
    changes.map(({ kind, id }) => ({ tenantId, at: now, kind, entity: 'author', entityId: id, actor })),
  );
}

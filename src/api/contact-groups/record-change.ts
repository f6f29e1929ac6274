import { appendEvents } from '../../db/event.ts';
import type { EventKind } from '../../domain/event.ts';
import type { ContactGroupId } from '../../domain/ids.ts';
import type { HandleContext } from '../route-context.ts';

/** Appends what the caller has done to a group to the log. */
export async function recordChange(
  { trx, caller, now }: Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'caller' | 'now'>,
  kind: Extract<EventKind, `contact_group.${string}`>,
  { id, ...data }: { id: ContactGroupId; added?: number; removed?: number },
): Promise<void> {
  const { tenantId, userId } = caller;
  const actor = { kind: 'user', id: userId } as const;
  await appendEvents(trx, [{ tenantId, at: now, kind, entity: 'contact_group', entityId: id, actor, data }]);
}

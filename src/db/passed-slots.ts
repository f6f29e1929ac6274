import type { PassedSlot } from '../domain/hold.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** What a repair does with posts whose slot passed while the connection was broken. */
export async function selectPassedSlots(trx: TenantTransaction, id: ConnectionId): Promise<PassedSlot> {
  const { passed_slots } = await trx
    .selectFrom('connection')
    .select('passed_slots')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return passed_slots;
}

/** Sets it. False if it was so before, or there is no such connection. */
export async function setPassedSlots(
  trx: TenantTransaction,
  id: ConnectionId,
  passedSlots: PassedSlot,
): Promise<boolean> {
  const changed = await trx
    .updateTable('connection')
    .set({ passed_slots: passedSlots })
    .where('id', '=', id)
    .where('passed_slots', '<>', passedSlots)
    .returning('id')
    .executeTakeFirst();
  return changed !== undefined;
}

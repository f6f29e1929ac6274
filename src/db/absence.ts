import type { AbsenceId, TenantId, UserId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

export interface AbsenceRow {
  readonly id: AbsenceId;
  readonly userId: UserId;
  readonly delegateId: UserId;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly createdBy: UserId;
}

export interface AbsenceFilter {
  /** `null`: everybody's. */
  readonly userId: UserId | null;
  /** Only those that end later. */
  readonly endsAfter: Date;
  readonly before: AbsenceId | null;
  readonly limit: number;
}

/** Absences, those entered last first, `limit + 1` at most. */
export function selectAbsences(
  trx: TenantTransaction,
  { userId, endsAfter, before, limit }: AbsenceFilter,
): Promise<AbsenceRow[]> {
  return absences(trx)
    .where('ends_at', '>', endsAfter)
    .$if(userId !== null, (query) => query.where('user_id', '=', userId))
    .$if(before !== null, (query) => query.where('id', '<', before))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
}

export async function selectAbsence(trx: TenantTransaction, id: AbsenceId): Promise<AbsenceRow | null> {
  return (await absences(trx).where('id', '=', id).executeTakeFirst()) ?? null;
}

/** An absence of the same person that shares time with this one; null when there is none. */
export async function selectOverlapping(
  trx: TenantTransaction,
  { userId, startsAt, endsAt }: Pick<AbsenceRow, 'userId' | 'startsAt' | 'endsAt'>,
): Promise<AbsenceRow | null> {
  const row = await absences(trx)
    .where('user_id', '=', userId)
    .where('starts_at', '<', endsAt)
    .where('ends_at', '>', startsAt)
    .orderBy('starts_at')
    .executeTakeFirst();
  return row ?? null;
}

export async function insertAbsence(
  trx: TenantTransaction,
  absence: AbsenceRow & { readonly tenantId: TenantId; readonly now: Date },
): Promise<void> {
  await trx
    .insertInto('absence')
    .values({
      tenant_id: absence.tenantId,
      id: absence.id,
      user_id: absence.userId,
      delegate_id: absence.delegateId,
      starts_at: absence.startsAt,
      ends_at: absence.endsAt,
      created_by: absence.createdBy,
      created_at: absence.now,
    })
    .execute();
}

export async function deleteAbsence(trx: TenantTransaction, id: AbsenceId): Promise<void> {
  await trx.deleteFrom('absence').where('id', '=', id).execute();
}

function absences(trx: TenantTransaction) {
  return trx
    .selectFrom('absence')
    .select([
      'id',
      'user_id as userId',
      'delegate_id as delegateId',
      'starts_at as startsAt',
      'ends_at as endsAt',
      'created_by as createdBy',
    ]);
}

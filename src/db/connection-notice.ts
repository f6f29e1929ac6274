import { sql } from 'kysely';
import type { ConnectionError } from '../domain/connection.ts';
import type { ConnectionReading } from '../domain/connection-process.ts';
import type { PassedSlot } from '../domain/hold.ts';
import type { ConnectionId, UserId } from '../domain/ids.ts';
import type { Permission } from '../domain/permission.ts';
import type { TenantTransaction } from './tenant.ts';

/** What the process of a connection has to know of its row; null: there is none. */
export async function selectReading(trx: TenantTransaction, id: ConnectionId): Promise<ConnectionReading | null> {
  const row = await trx
    .selectFrom('connection')
    .select(['state', 'grant_version as grantVersion'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

export interface ConnectionCondition extends ConnectionReading {
  readonly errorCode: ConnectionError['code'] | null;
  readonly passedSlots: PassedSlot;
  /** How many running posts have yet to go to this page and cannot for now. */
  readonly waiting: number;
}

/** How a connection stands, for those who are told of it. Nobody changes its state until the transaction ends. */
export async function lockCondition(trx: TenantTransaction, id: ConnectionId): Promise<ConnectionCondition | null> {
  const row = await trx
    .selectFrom('connection')
    .select(['state', 'grant_version as grantVersion', 'last_error', 'passed_slots as passedSlots'])
    .select(
      // Spelt as in the partial index.
      sql<number>`(select count(distinct target.post_id)::int from post_target target
                   where target.tenant_id = connection.tenant_id and target.connection_id = connection.id
                     and target.state in ('parked', 'unconfirmed') and target.state = 'parked')`.as('waiting'),
    )
    .where('id', '=', id)
    .forShare()
    .executeTakeFirst();
  if (row === undefined) return null;
  const { last_error, ...condition } = row;
  return { ...condition, errorCode: last_error?.code ?? null };
}

/** Everybody whose roles allow it. */
export async function selectHolders(trx: TenantTransaction, permission: Permission): Promise<readonly UserId[]> {
  const rows = await trx
    .selectFrom('member_role as held')
    .innerJoin('role_permission as granted', (join) =>
      join.onRef('granted.tenant_id', '=', 'held.tenant_id').onRef('granted.role_id', '=', 'held.role_id'),
    )
    .select('held.user_id')
    .distinct()
    .where('granted.permission', '=', permission)
    .execute();
  return rows.map(({ user_id }) => user_id);
}

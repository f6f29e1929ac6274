import { type Kysely, sql } from 'kysely';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import type { Database } from './schema.ts';
import type { TenantTransaction } from './tenant.ts';

/** The tenants that hold a WhatsApp business account. */
export async function holdersOfAccount(db: Kysely<Database>, wabaId: string): Promise<readonly TenantId[]> {
  const { rows } = await sql<{ tenant_id: TenantId }>`
    select distinct tenant_id from detail_connections('whatsapp', 'wabaId', ${wabaId})`.execute(db);
  return rows.map(({ tenant_id: tenantId }) => tenantId);
}

/** Has an account's templates read at the next opportunity. */
export async function hastenSync(trx: TenantTransaction, tenantId: TenantId, wabaId: string, now: Date): Promise<void> {
  await trx
    .insertInto('template_sync')
    .values({ tenant_id: tenantId, waba_id: wabaId, due_at: now })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'waba_id']).doUpdateSet({ due_at: now }))
    .execute();
}

/** Takes on the reading of an account's templates if it is due; then it is not before `next`, whoever else asks. */
export async function claimSync(
  trx: TenantTransaction,
  { tenantId, wabaId, now, next }: { tenantId: TenantId; wabaId: string; now: Date; next: Date },
): Promise<boolean> {
  const { rows } = await sql`
    insert into template_sync (tenant_id, waba_id, due_at) values (${tenantId}, ${wabaId}, ${next})
    on conflict (tenant_id, waba_id) do update set due_at = excluded.due_at where template_sync.due_at <= ${now}
    returning waba_id`.execute(trx);
  return rows.length > 0;
}

/** The WhatsApp business accounts of a tenant, each with a connection whose token may manage it. */
export async function selectAccounts(
  trx: TenantTransaction,
): Promise<readonly { readonly wabaId: string; readonly connectionId: ConnectionId }[]> {
  const { rows } = await sql<{ waba_id: string; id: ConnectionId }>`
    select distinct on (details ->> 'wabaId') details ->> 'wabaId' as waba_id, id from connection
    where network = 'whatsapp' and details ? 'wabaId' and state in ('connected', 'degraded')
    order by details ->> 'wabaId', state, id`.execute(trx);
  return rows.map(({ waba_id: wabaId, id: connectionId }) => ({ wabaId, connectionId }));
}

/** The WhatsApp business account of a number; `null` for what is none of the tenant's, or has been ended. */
export async function selectAccountOf(trx: TenantTransaction, id: ConnectionId): Promise<string | null> {
  const row = await trx
    .selectFrom('connection')
    .select('details')
    .where('id', '=', id)
    .where('network', '=', 'whatsapp')
    .where('state', '<>', 'disconnected')
    .executeTakeFirst();
  return row?.details['wabaId'] ?? null;
}

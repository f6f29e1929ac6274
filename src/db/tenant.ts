import { type Kysely, sql, type Transaction } from 'kysely';
import type { TenantId } from '../domain/ids.ts';
import type { Database } from './schema.ts';

export type TenantTransaction = Transaction<Database>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Runs `work` in one transaction that row-level security confines to `tenantId`. Never hold it across a network call
 * or a Temporal command. `begin` and the tenant setting travel in one trip: the setting is local to the transaction,
 * so a pooled connection can never carry a tenant to its next user.
 */
export function withTenant<T>(
  db: Kysely<Database>,
  tenantId: TenantId,
  work: (trx: TenantTransaction) => Promise<T>,
): Promise<T> {
  return inTransaction(db, 'begin', { tenantId, work });
}

/** Like `withTenant`, for reads that take several statements: all of them see the same instant, and none can write. */
export function readTenant<T>(
  db: Kysely<Database>,
  tenantId: TenantId,
  work: (trx: TenantTransaction) => Promise<T>,
): Promise<T> {
  return inTransaction(db, 'begin isolation level repeatable read, read only', { tenantId, work });
}

async function inTransaction<T>(
  db: Kysely<Database>,
  begin: string,
  { tenantId, work }: { tenantId: TenantId; work: (trx: TenantTransaction) => Promise<T> },
): Promise<T> {
  if (!uuid.test(tenantId)) throw new TypeError('a tenant id is a lower-case uuid');
  return db.connection().execute(async (connection) => {
    await sql.raw(`${begin}; select set_config('app.tenant_id', '${tenantId}', true)`).execute(connection);
    try {
      // A transaction in all but type: Kysely's own begin cannot carry the setting in the same trip.
      const result = await work(connection as TenantTransaction);
      await sql`commit`.execute(connection);
      return result;
    } catch (error) {
      await sql`rollback`.execute(connection);
      throw error;
    }
  });
}

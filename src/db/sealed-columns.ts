import { sql } from 'kysely';
import type { TenantId } from '../domain/ids.ts';
import { type SealContext, type SealKey, seal, sealVersion, unseal } from '../platform/sealing.ts';
import type { TenantTransaction } from './tenant.ts';
import { tenantKeys } from './tenant-key.ts';

/** Every column that holds sealed values, and the id by which their rows are bound into the seal. */
export const sealedColumns = {
  connection_secret: { id: 'connection_id', columns: ['access_token', 'refresh_token'] },
  connection_authorization: { id: 'id', columns: ['code_verifier', 'sealed_grant'] },
} as const;

export type SealedTable = keyof typeof sealedColumns;

/** How many rows one transaction locks. */
const batchRows = 100;

/**
 * Seals with the tenant's newest data key what an older one has sealed, a hundred rows at most. Returns how many there
 * were: none is left when it is zero. Whoever reads meanwhile finds the old value or the new one; both open.
 */
export async function resealSome(
  trx: TenantTransaction,
  { tenantId, table, now }: { tenantId: TenantId; table: SealedTable; now: Date },
  masterKeys: readonly SealKey[],
): Promise<number> {
  const { newest, byVersion } = await tenantKeys(trx, tenantId, masterKeys, now);
  const { id, columns } = sealedColumns[table];
  const isOld = columns.map((column) => sql`${sql.ref(column)} not like ${`v${newest.version}.%`}`);
  const { rows } = await sql<Record<string, string | null> & { row_id: string }>`
    select ${sql.ref(id)} as row_id, ${sql.join(columns.map((column) => sql.ref(column)))} from ${sql.table(table)}
    where tenant_id = ${tenantId} and (${sql.join(isOld, sql` or `)})
    order by ${sql.ref(id)} limit ${batchRows} for update`.execute(trx);
  for (const row of rows) {
    const values = columns.map((column) => {
      const sealed = row[column] ?? null;
      const context = { tenantId, table, row: `${row.row_id}:${column}` };
      const resealed = sealed === null ? null : reseal(sealed, context, { from: byVersion, to: newest });
      return sql`${sql.ref(column)} = ${resealed}`;
    });
    await sql`update ${sql.table(table)} set ${sql.join(values)}
              where tenant_id = ${tenantId} and ${sql.ref(id)} = ${row.row_id}`.execute(trx);
  }
  return rows.length;
}

function reseal(
  sealed: string,
  context: SealContext,
  { from, to }: { from: (version: number) => SealKey; to: SealKey },
): string {
  try {
    return seal(to, context, unseal(from(sealVersion(sealed)), context, sealed));
  } catch (error) {
    throw new Error(`${context.table} ${context.row} cannot be opened with the keys of its tenant`, { cause: error });
  }
}

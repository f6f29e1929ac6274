import { type Kysely, sql } from 'kysely';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import type { Database } from './schema.ts';

/** Who holds a number of WhatsApp's. */
export interface Holder {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  /** The network's id of it. */
  readonly numberId: string;
}

/** The connections of numbers, of whatever tenant; those that a person has ended are none. */
export async function holdersOfNumbers(db: Kysely<Database>, numberIds: readonly string[]): Promise<readonly Holder[]> {
  const { rows } = await sql<{ tenant_id: TenantId; connection_id: ConnectionId; number_id: string }>`
    select holder.tenant_id, holder.connection_id, number.id as number_id
    from unnest(${numberIds}::text[]) as number (id)
    cross join lateral connection_holders('whatsapp', array[number.id]) as holder`.execute(db);
  return rows.map((row) => ({ tenantId: row.tenant_id, connectionId: row.connection_id, numberId: row.number_id }));
}

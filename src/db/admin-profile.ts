import { sql } from 'kysely';
import type { ConnectionState } from '../domain/connection.ts';
import type { GrantFamily, GrantKind } from '../domain/grant.ts';
import type { AdminProfileId, ConnectionId } from '../domain/ids.ts';
import type { Network } from '../domain/network.ts';
import type { TenantTransaction } from './tenant.ts';

/** Where a page of admin profiles ended: its sort key. */
export type AdminProfilePosition = readonly [name: string, id: string];

export interface AdminProfileRow {
  readonly id: AdminProfileId;
  readonly family: GrantFamily;
  readonly external_id: string;
  readonly name: string;
  readonly first_granted_at: Date;
  readonly last_granted_at: Date;
  readonly page_count: number;
  /** By name, `pagesShown` at most. */
  readonly pages: readonly GrantedConnection[];
}

export interface GrantedConnection {
  readonly id: ConnectionId;
  readonly network: Network;
  readonly grantKind: GrantKind;
  readonly name: string;
  readonly state: ConnectionState;
  readonly scopes: readonly string[] | null;
  readonly missingScopes: readonly string[];
}

/** Of how many pages of a profile a list tells. */
export const pagesShown = 25;

/** Admin profiles by name, `limit + 1` at most, each with what it has granted. */
export async function selectAdminProfiles(
  trx: TenantTransaction,
  { family, after, limit }: { family: GrantFamily | null; after: AdminProfilePosition | null; limit: number },
): Promise<readonly AdminProfileRow[]> {
  const { rows } = await sql<AdminProfileRow>`
    with page as (
      select * from admin_profile profile
      where true ${family === null ? sql`` : sql`and family = ${family}`}
        ${after === null ? sql`` : sql`and (name, id) > (${after[0]}, ${after[1]}::uuid)`}
      order by name, id
      limit ${limit + 1}
    )
    select profile.*, ${granted} from page profile order by profile.name, profile.id`.execute(trx);
  return rows;
}

export async function selectAdminProfile(trx: TenantTransaction, id: AdminProfileId): Promise<AdminProfileRow | null> {
  const { rows } = await sql<AdminProfileRow>`
    select profile.*, ${granted} from admin_profile profile where profile.id = ${id}`.execute(trx);
  return rows[0] ?? null;
}

const granted = sql`
  (select count(*)::int from connection
    where connection.tenant_id = profile.tenant_id and connection.admin_profile_id = profile.id) as page_count,
  coalesce((select json_agg(json_build_object('id', granted.id, 'network', granted.network,
                                              'grantKind', granted.grant_kind, 'name', granted.name,
                                              'state', granted.state, 'scopes', granted.scopes,
                                              'missingScopes', granted.missing_scopes)
                            order by granted.name, granted.id)
            from (select * from connection
                  where connection.tenant_id = profile.tenant_id and connection.admin_profile_id = profile.id
                  order by name, id limit ${sql.lit(pagesShown)}) granted), '[]') as pages`;

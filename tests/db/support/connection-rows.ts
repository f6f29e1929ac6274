import { randomUUID } from 'node:crypto';
import type { ConnectionTables } from '../../../src/db/connection-tables.ts';
import type {
  AdminProfileId,
  AuthorizationId,
  ConnectionId,
  PolicyId,
  TenantId,
  UserId,
} from '../../../src/domain/ids.ts';
import type { Insertable } from 'kysely';

interface About {
  readonly tenant_id: TenantId;
  readonly now: Date;
  readonly user: UserId;
  readonly policy: PolicyId;
  readonly profile: AdminProfileId;
  readonly connection: ConnectionId;
}

/** A row of each table that is about connections. */
export function connectionRows({ tenant_id, now, user, policy, profile, connection }: About) {
  return {
    admin_profile: {
      tenant_id,
      id: profile,
      family: 'meta',
      external_id: randomUUID(),
      name: 'Chiara Ferri',
      first_granted_at: now,
      last_granted_at: now,
    },
    connection: {
      tenant_id,
      id: connection,
      network: 'facebook',
      external_id: randomUUID(),
      name: 'Pagina',
      state: 'connected',
      grant_kind: 'facebook_login',
      admin_profile_id: profile,
      approval_policy_id: policy,
      connected_at: now,
      connected_by: user,
      last_success_at: null,
      last_checked_at: null,
      last_error: null,
    },
    connection_secret: {
      tenant_id,
      connection_id: connection,
      access_token: 'sealed',
      refresh_token: null,
      expires_at: null,
    },
    connection_authorization: {
      tenant_id,
      id: randomUUID() as AuthorizationId,
      user_id: user,
      purpose: 'connect',
      network: 'facebook',
      grant_kind: 'facebook_login',
      connection_id: connection,
      state: 'connecting',
      state_hash: 'hash',
      admin_profile_id: profile,
      created_at: now,
      expires_at: now,
    },
    connection_duty: {
      tenant_id,
      connection_id: connection,
      kind: 'probe',
      network: 'facebook',
      // Far ahead: no worker may take it for work.
      due_at: new Date('2100-01-01T00:00:00Z'),
    },
    connection_watch: { tenant_id, connection_id: connection, watch_id: randomUUID(), expires_at: null },
  } satisfies { readonly [Table in keyof ConnectionTables]: Insertable<ConnectionTables[Table]> };
}

import type { Generated } from 'kysely';
import type {
  AuthorizationFailure,
  AuthorizationPage,
  AuthorizationPurpose,
  AuthorizationState,
} from '../domain/authorization.ts';
import type { ConnectionError, ConnectionState, DutyKind, Revocation } from '../domain/connection.ts';
import type { GrantFamily, GrantKind } from '../domain/grant.ts';
import type { PassedSlot } from '../domain/hold.ts';
import type {
  AdminProfileId,
  AuthorizationId,
  ConnectionId,
  PolicyId,
  Sha256,
  TenantId,
  UserId,
} from '../domain/ids.ts';
import type { Network } from '../domain/network.ts';
import type { Json, JsonWithDefault } from './json-column.ts';

/** Connections, who granted them, how they are made, and what is due for them. */
export interface ConnectionTables {
  admin_profile: {
    tenant_id: TenantId;
    id: AdminProfileId;
    family: GrantFamily;
    external_id: string;
    name: string;
    first_granted_at: Date;
    last_granted_at: Date;
  };
  connection: {
    tenant_id: TenantId;
    id: ConnectionId;
    network: Network;
    external_id: string;
    name: string;
    state: ConnectionState;
    grant_version: Generated<number>;
    approval_policy_id: PolicyId | null;
    connected_at: Date;
    connected_by: UserId | null;
    last_success_at: Date | null;
    last_checked_at: Date | null;
    last_error: Json<ConnectionError> | null;
    suspended_at: Date | null;
    suspended_by: UserId | null;
    grant_kind: GrantKind;
    details: JsonWithDefault<Readonly<Record<string, string>>>;
    admin_profile_id: AdminProfileId | null;
    scopes: readonly string[] | null;
    missing_scopes: Generated<readonly string[]>;
    consent_expires_at: Date | null;
    picture_sha256: Sha256 | null;
    disconnected_at: Date | null;
    disconnected_by: UserId | null;
    revocation: Revocation | null;
    passed_slots: Generated<PassedSlot>;
  };
  connection_secret: {
    tenant_id: TenantId;
    connection_id: ConnectionId;
    access_token: string;
    refresh_token: string | null;
    expires_at: Date | null;
    token_version: Generated<number>;
    refresh_lease: string | null;
    refresh_lease_until: Date | null;
  };
  connection_authorization: {
    tenant_id: TenantId;
    id: AuthorizationId;
    user_id: UserId;
    purpose: AuthorizationPurpose;
    network: Network;
    grant_kind: GrantKind;
    connection_id: ConnectionId | null;
    named: Generated<readonly string[]>;
    passed_slots: PassedSlot | null;
    state: AuthorizationState;
    state_hash: string | null;
    code_verifier: string | null;
    sealed_grant: string | null;
    admin_profile_id: AdminProfileId | null;
    scopes: readonly string[] | null;
    pages: JsonWithDefault<readonly AuthorizationPage[]>;
    consent_expires_at: Date | null;
    failure: Json<AuthorizationFailure> | null;
    created_at: Date;
    expires_at: Date;
    settled_at: Date | null;
  };
  connection_duty: {
    tenant_id: TenantId;
    connection_id: ConnectionId;
    kind: DutyKind;
    network: Network;
    due_at: Date;
    lease_until: Date | null;
    attempts: Generated<number>;
  };
  connection_watch: {
    tenant_id: TenantId;
    connection_id: ConnectionId;
    watch_id: string;
    expires_at: Date | null;
  };
}

import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from '../../src/db/schema.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { ConnectionState } from '../../src/domain/connection.ts';
import { usualGrantKind } from '../../src/domain/grant.ts';
import type { ConnectionId, GroupId, PolicyId, RoleId, TenantId, UserId } from '../../src/domain/ids.ts';
import type { PublishingNetwork } from '../../src/domain/network.ts';
import { type BuiltInRoleKey, builtInRoles, type Permission } from '../../src/domain/permission.ts';
import { type SavedPolicyStep, type PolicyStep, wholePolicyStep } from '../../src/domain/policy.ts';
import { newId } from '../../src/platform/new-id.ts';

/** A tenant that no other test knows: its people, one per name, and a connected page per network. */
export interface FreshTenant {
  readonly id: TenantId;
  readonly slug: string;
  readonly people: Readonly<Record<PersonName, UserId>>;
  readonly pages: Readonly<Record<PublishingNetwork, ConnectionId>>;
  /** The two reviewers. */
  readonly reviewers: GroupId;
}

const cast = {
  elena: { name: 'Elena Conti', role: 'editor' },
  bruno: { name: 'Bruno Riva', role: 'editor' },
  marco: { name: 'Marco Galli', role: 'reviewer' },
  sara: { name: 'Sara Fontana', role: 'reviewer' },
  paolo: { name: 'Paolo Rizzi', role: 'supervisor' },
  irene: { name: 'Irene Leone', role: 'viewer' },
  luca: { name: 'Luca Moretti', role: 'agent' },
  giulia: { name: 'Giulia Ferrari', role: 'tenant_admin' },
} as const satisfies Record<string, { name: string; role: BuiltInRoleKey }>;

export type PersonName = keyof typeof cast;

const now = new Date('2026-11-01T08:00:00Z');

/** Makes one, with a default policy of one step, `any` of the reviewers, unless told otherwise. */
export async function freshTenant(
  db: Kysely<Database>,
  { policy = true }: { policy?: boolean } = {},
): Promise<FreshTenant> {
  const names = Object.keys(cast) as PersonName[];
  const tenant: FreshTenant = {
    id: newId<TenantId>(),
    slug: `t-${randomUUID()}`,
    people: Object.fromEntries(names.map((name) => [name, newId<UserId>()])) as Record<PersonName, UserId>,
    pages: { facebook: newId(), instagram: newId(), linkedin: newId() },
    reviewers: newId<GroupId>(),
  };
  await withTenant(db, tenant.id, async (trx) => {
    await trx
      .insertInto('tenant')
      .values({
        id: tenant.id,
        slug: tenant.slug,
        name: 'A tenant of a test',
        locale: 'it',
        time_zone: 'Europe/Rome',
        created_at: now,
      })
      .execute();
    await insertPeople(trx, tenant);
    await insertPages(trx, tenant);
    if (policy) await setDefaultPolicy(trx, tenant, [reviewStep(tenant)]);
  });
  return tenant;
}

export function reviewStep({ reviewers }: FreshTenant): PolicyStep {
  return wholePolicyStep({ key: 'review', name: 'Revisione', users: [], groups: [reviewers], rule: { kind: 'any' } });
}

export async function insertPolicy(
  trx: TenantTransaction,
  { id: tenantId }: FreshTenant,
  steps: readonly SavedPolicyStep[],
): Promise<PolicyId> {
  const id = newId<PolicyId>();
  await trx
    .insertInto('approval_policy')
    .values({ tenant_id: tenantId, id, name: `Policy ${id}`, version: 1, created_at: now })
    .execute();
  await trx
    .insertInto('approval_policy_version')
    .values({ tenant_id: tenantId, policy_id: id, version: 1, steps: JSON.stringify(steps), created_at: now })
    .execute();
  return id;
}

/** Makes these steps the tenant's default; without any, no policy applies any more. */
export async function setDefaultPolicy(
  trx: TenantTransaction,
  tenant: FreshTenant,
  steps: readonly SavedPolicyStep[],
): Promise<void> {
  const id = steps.length === 0 ? null : await insertPolicy(trx, tenant, steps);
  await trx
    .insertInto('tenant_setting')
    .values({ tenant_id: tenant.id, approval_policy_id: id })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet({ approval_policy_id: id }))
    .execute();
}

export async function insertPage(
  trx: TenantTransaction,
  { id: tenantId }: FreshTenant,
  page: { id?: ConnectionId; network: PublishingNetwork; state?: ConnectionState; policyId?: PolicyId },
): Promise<ConnectionId> {
  const id = page.id ?? newId<ConnectionId>();
  await trx
    .insertInto('connection')
    .values({
      tenant_id: tenantId,
      id,
      network: page.network,
      external_id: randomUUID(),
      name: `${page.network} page`,
      state: page.state ?? 'connected',
      grant_kind: usualGrantKind(page.network),
      approval_policy_id: page.policyId ?? null,
      connected_at: now,
      connected_by: null,
      last_success_at: null,
      last_checked_at: null,
      last_error: null,
    })
    .execute();
  return id;
}

async function insertPeople(trx: TenantTransaction, tenant: FreshTenant): Promise<void> {
  const tenantId = tenant.id;
  const people = Object.entries(cast).map(([username, person]) => ({ username: username as PersonName, ...person }));
  await trx
    .insertInto('tenant_member')
    .values(
      people.map(({ username, name }) => ({
        tenant_id: tenantId,
        user_id: tenant.people[username],
        kind: 'person' as const,
        username,
        display_name: name,
        email: null,
        locale: null,
        time_zone: null,
        created_at: now,
      })),
    )
    .execute();
  for (const key of new Set(people.map(({ role }) => role))) {
    const { name, permissions } = builtInRoles[key];
    const roleId = await insertRole(trx, tenant, { key, name, permissions });
    const holders = people.filter(({ role }) => role === key).map(({ username }) => tenant.people[username]);
    await trx
      .insertInto('member_role')
      .values(holders.map((user_id) => ({ tenant_id: tenantId, user_id, role_id: roleId })))
      .execute();
  }
  await trx
    .insertInto('user_group')
    .values({ tenant_id: tenantId, id: tenant.reviewers, name: 'Revisione', created_at: now })
    .execute();
  await trx
    .insertInto('group_member')
    .values(
      [tenant.people.marco, tenant.people.sara].map((user_id) => ({
        tenant_id: tenantId,
        group_id: tenant.reviewers,
        user_id,
      })),
    )
    .execute();
}

export async function insertRole(
  trx: TenantTransaction,
  { id: tenantId }: FreshTenant,
  { key, name, permissions }: { key: string; name: string; permissions: readonly Permission[] },
): Promise<RoleId> {
  const id = newId<RoleId>();
  await trx.insertInto('role').values({ tenant_id: tenantId, id, key, name, built_in: true }).execute();
  await trx
    .insertInto('role_permission')
    .values(permissions.map((permission) => ({ tenant_id: tenantId, role_id: id, permission })))
    .execute();
  return id;
}

async function insertPages(trx: TenantTransaction, tenant: FreshTenant): Promise<void> {
  for (const [network, id] of Object.entries(tenant.pages)) {
    await insertPage(trx, tenant, { id, network: network as PublishingNetwork });
  }
}

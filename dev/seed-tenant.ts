import { tenantKeys } from '../src/db/tenant-key.ts';
import type { TenantTransaction } from '../src/db/tenant.ts';
import type { DutyKind } from '../src/domain/connection.ts';
import { probeDueAt, refreshDueAt } from '../src/domain/connection-schedule.ts';
import type { ConnectionId, GroupId, PolicyId, RoleId, TenantId, UserId } from '../src/domain/ids.ts';
import { type BuiltInRoleKey, builtInRoles } from '../src/domain/permission.ts';
import { type PolicyStep, wholePolicyStep } from '../src/domain/policy.ts';
import { tokenContext } from '../src/db/connection-grant.ts';
import { seal, type SealKey } from '../src/platform/sealing.ts';
import { seedCalendar } from './seed-calendar.ts';
import { type SeededPage, seededPages } from './seed-pages.ts';
import { demoGroups, demoServiceAccounts, type DemoTenant, demoUsers, namedId } from './demo-data.ts';

type Seeding = Readonly<{ trx: TenantTransaction; tenantId: TenantId; tenant: DemoTenant; now: Date }>;

const tokenLifetimeMs = 60 * 86_400_000;

/** Writes one demo tenant, inside its own tenant transaction: people, roles, groups, a policy, a calendar and its pages. */
export async function seedTenant(
  trx: TenantTransaction,
  tenant: DemoTenant,
  { masterKeys, now }: { masterKeys: readonly SealKey[]; now: Date },
): Promise<void> {
  const seeding: Seeding = { trx, tenant, tenantId: tenant.id as TenantId, now };
  await insertTenant(seeding);
  await insertRoles(seeding);
  await insertMembers(seeding);
  await insertGroups(seeding);
  await insertPolicy(seeding);
  await seedCalendar(trx, seeding);
  const { newest } = await tenantKeys(trx, seeding.tenantId, masterKeys, now);
  await insertConnections(seeding, newest);
}

/** The seeded connection to a page of the simulators. */
export function connectionId({ network, externalId }: Pick<SeededPage, 'network' | 'externalId'>): ConnectionId {
  return namedId(`connection ${network} ${externalId}`) as ConnectionId;
}

const roleId = (tenant: DemoTenant, key: BuiltInRoleKey) => namedId(`role ${tenant.slug} ${key}`) as RoleId;
const policyId = (tenant: DemoTenant) => namedId(`policy ${tenant.slug}`) as PolicyId;

async function insertTenant({ trx, tenantId, tenant, now }: Seeding): Promise<void> {
  await trx
    .insertInto('tenant')
    .values({
      id: tenantId,
      slug: tenant.slug,
      name: tenant.name,
      locale: 'it',
      time_zone: 'Europe/Rome',
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function insertRoles({ trx, tenantId, tenant }: Seeding): Promise<void> {
  const keys = Object.keys(builtInRoles) as BuiltInRoleKey[];
  await trx
    .insertInto('role')
    .values(
      keys.map((key) => ({
        tenant_id: tenantId,
        id: roleId(tenant, key),
        key,
        name: builtInRoles[key].name,
        built_in: true,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await trx
    .insertInto('role_permission')
    .values(
      keys.flatMap((key) =>
        builtInRoles[key].permissions.map((permission) => ({
          tenant_id: tenantId,
          role_id: roleId(tenant, key),
          permission,
        })),
      ),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function insertMembers({ trx, tenantId, tenant, now }: Seeding): Promise<void> {
  const people = demoUsers.flatMap(({ id, username, firstName, lastName, email, memberships }) =>
    memberships
      .filter((membership) => membership.tenant === tenant.slug)
      .map(({ role }) => ({
        role,
        row: { user_id: id, kind: 'person' as const, username, display_name: `${firstName} ${lastName}`, email },
      })),
  );
  const services = demoServiceAccounts
    .filter((account) => account.tenant === tenant.slug)
    .map(({ id, clientId, role }) => ({
      role,
      row: {
        user_id: id,
        kind: 'service' as const,
        username: `service-account-${clientId}`,
        display_name: `CRM ${tenant.name}`,
        email: null,
      },
    }));
  const members = [...people, ...services];
  await trx
    .insertInto('tenant_member')
    .values(
      members.map(({ row }) => ({
        ...row,
        tenant_id: tenantId,
        user_id: row.user_id as UserId,
        locale: null,
        time_zone: null,
        created_at: now,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await trx
    .insertInto('member_role')
    .values(
      members.map(({ role, row }) => ({
        tenant_id: tenantId,
        user_id: row.user_id as UserId,
        role_id: roleId(tenant, role),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function insertGroups({ trx, tenantId, tenant, now }: Seeding): Promise<void> {
  const groups = demoGroups.filter((group) => group.tenant === tenant.slug);
  await trx
    .insertInto('user_group')
    .values(groups.map(({ id, name }) => ({ tenant_id: tenantId, id: id as GroupId, name, created_at: now })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await trx
    .insertInto('group_member')
    .values(
      groups.flatMap(({ id, members }) =>
        members.map((member) => ({ tenant_id: tenantId, group_id: id as GroupId, user_id: member as UserId })),
      ),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * One step: anybody of the reviewing team. It is the tenant's default. At Aurora it may take two working days, with a
 * reminder after the first; then its supervisors may vote, too.
 */
async function insertPolicy({ trx, tenantId, tenant, now }: Seeding): Promise<void> {
  const reviewers = demoGroups.filter((group) => group.tenant === tenant.slug && group.name === 'Revisione');
  const steps: readonly PolicyStep[] = [
    wholePolicyStep({
      key: 'review',
      name: 'Revisione',
      users: [],
      groups: reviewers.map(({ id }) => id as GroupId),
      rule: { kind: 'any' },
      delegable: true,
      ...(tenant.slug === 'aurora' ? auroraLimit : {}),
    }),
  ];
  const id = policyId(tenant);
  await trx
    .insertInto('approval_policy')
    .values({ tenant_id: tenantId, id, name: 'Revisione', version: 1, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await trx
    .insertInto('approval_policy_version')
    .values({ tenant_id: tenantId, policy_id: id, version: 1, steps: JSON.stringify(steps), created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await trx
    .insertInto('tenant_setting')
    .values({ tenant_id: tenantId, approval_policy_id: id })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

const workingDayMinutes = 9 * 60;

const auroraLimit = {
  timeLimitMinutes: 2 * workingDayMinutes,
  reminders: [workingDayMinutes],
  onTimeout: 'escalate',
  fallback: { users: [], groups: [], roles: ['supervisor'] },
} as const satisfies Partial<PolicyStep>;

async function insertConnections(seeding: Seeding, key: SealKey): Promise<void> {
  const { trx, tenantId, tenant, now } = seeding;
  const pages = seededPages(tenant);
  await trx
    .insertInto('connection')
    .values(
      pages.map((page) => ({
        tenant_id: tenantId,
        id: connectionId(page),
        network: page.network,
        external_id: page.externalId,
        name: page.name,
        state: 'connected' as const,
        approval_policy_id: null,
        grant_kind: page.grantKind,
        details: JSON.stringify(page.details),
        connected_at: now,
        connected_by: adminOf(tenant),
        last_success_at: null,
        last_checked_at: null,
        last_error: null,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await trx
    .insertInto('connection_secret')
    .values(
      pages.map((page) => {
        const id = connectionId(page);
        const sealed = (column: 'access_token' | 'refresh_token', token: string) =>
          seal(key, tokenContext({ tenantId, connectionId: id }, column), token);
        return {
          tenant_id: tenantId,
          connection_id: id,
          access_token: sealed('access_token', page.accessToken),
          refresh_token: page.refreshToken === undefined ? null : sealed('refresh_token', page.refreshToken),
          expires_at: page.lasts ? null : new Date(now.getTime() + tokenLifetimeMs),
        };
      }),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await insertDuties(seeding, pages);
}

/** Pages that exist keep what is due for them. */
async function insertDuties({ trx, tenantId, now }: Seeding, pages: readonly SeededPage[]): Promise<void> {
  const issuedAt = now.getTime();
  const refreshAt = refreshDueAt({ issuedAt, expiresAt: issuedAt + tokenLifetimeMs }, 0.5);
  const probeAt = ({ network }: SeededPage): number =>
    probeDueAt({ network, now: issuedAt, state: 'connected', failures: 0 }, 0.5) ?? issuedAt;
  const due = (page: SeededPage, kind: DutyKind, at: number) => ({
    tenant_id: tenantId,
    connection_id: connectionId(page),
    kind,
    network: page.network,
    due_at: new Date(at),
  });
  await trx
    .insertInto('connection_duty')
    .values(
      pages.flatMap((page) => [
        due(page, 'probe', probeAt(page)),
        ...(page.refreshToken === undefined ? [] : [due(page, 'refresh', refreshAt)]),
      ]),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function adminOf({ slug }: DemoTenant): UserId | null {
  const admin = demoUsers.find(({ memberships }) =>
    memberships.some(({ tenant, role }) => tenant === slug && role === 'tenant_admin'),
  );
  return admin === undefined ? null : (admin.id as UserId);
}

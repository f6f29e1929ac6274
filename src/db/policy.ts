import type { BusinessCalendarId, ConnectionId, GroupId, PolicyId, UserId } from '../domain/ids.ts';
import type { Permission } from '../domain/permission.ts';
import {
  type ApprovalPolicy,
  type Electorate,
  type PolicyStep,
  type SavedPolicyStep,
  wholePolicyStep,
} from '../domain/policy.ts';
import type { TenantTransaction } from './tenant.ts';

/** A policy that guards connections or campaigns, with the calendar that its limits are counted by (`null`: the tenant's). */
export type GuardingPolicy = ApprovalPolicy & { readonly calendarId: BusinessCalendarId | null };

/** The policies that guard these connections: each connection's own, or else the tenant's default. Each once. */
export async function selectPoliciesFor(
  trx: TenantTransaction,
  connectionIds: readonly ConnectionId[],
): Promise<readonly GuardingPolicy[]> {
  if (connectionIds.length === 0) return [];
  const rows = await trx
    .selectFrom('connection')
    .leftJoin('tenant_setting as setting', 'setting.tenant_id', 'connection.tenant_id')
    .innerJoin('approval_policy as policy', (join) =>
      join
        .onRef('policy.tenant_id', '=', 'connection.tenant_id')
        .on('policy.id', '=', (eb) => eb.fn.coalesce('connection.approval_policy_id', 'setting.approval_policy_id')),
    )
    .innerJoin('approval_policy_version as current', (join) =>
      join
        .onRef('current.tenant_id', '=', 'policy.tenant_id')
        .onRef('current.policy_id', '=', 'policy.id')
        .onRef('current.version', '=', 'policy.version'),
    )
    .select(['policy.id', 'policy.version', 'current.steps', 'current.authors_may_vote', 'current.calendar_id'])
    .distinctOn('policy.id')
    .where('connection.id', 'in', connectionIds)
    .orderBy('policy.id')
    .execute();
  return rows.map(guarding);
}

/** The policy that campaigns of the tenant have to pass; null: none. */
export async function selectCampaignPolicy(trx: TenantTransaction): Promise<GuardingPolicy | null> {
  const row = await trx
    .selectFrom('campaign_setting as setting')
    .innerJoin('approval_policy as policy', (join) =>
      join.onRef('policy.tenant_id', '=', 'setting.tenant_id').onRef('policy.id', '=', 'setting.approval_policy_id'),
    )
    .innerJoin('approval_policy_version as current', (join) =>
      join
        .onRef('current.tenant_id', '=', 'policy.tenant_id')
        .onRef('current.policy_id', '=', 'policy.id')
        .onRef('current.version', '=', 'policy.version'),
    )
    .select(['policy.id', 'policy.version', 'current.steps', 'current.authors_may_vote', 'current.calendar_id'])
    .executeTakeFirst();
  return row === undefined ? null : guarding(row);
}

function guarding(row: {
  readonly id: PolicyId;
  readonly version: number;
  readonly steps: readonly SavedPolicyStep[];
  readonly authors_may_vote: boolean;
  readonly calendar_id: BusinessCalendarId | null;
}): GuardingPolicy {
  return {
    id: row.id,
    version: row.version,
    steps: row.steps.map(wholePolicyStep),
    authorsMayVote: row.authors_may_vote,
    calendarId: row.calendar_id,
  };
}

/** Who can be meant by these steps today, and who of them may vote: active, with `post.approve`. */
export async function selectElectorate(trx: TenantTransaction, steps: readonly PolicyStep[]): Promise<Electorate> {
  const named = steps.flatMap((step) => [step, step.fallback]);
  const groups = await selectGroupMembers(trx, [...new Set(named.flatMap((people) => people.groups))]);
  const roles = await selectRoleHolders(trx, [...new Set(named.flatMap((people) => people.roles))]);
  const users = [...named.flatMap((people) => people.users), ...[...groups, ...roles].map((row) => row.user_id)];
  const voters = await selectHoldersOf(trx, 'post.approve', [...new Set(users)]);
  return {
    membersOf: (group) => groups.filter((row) => row.group_id === group).map((row) => row.user_id),
    holdersOf: (role) => roles.filter((row) => row.key === role).map((row) => row.user_id),
    mayVote: (user) => voters.has(user),
  };
}

async function selectGroupMembers(trx: TenantTransaction, groupIds: readonly GroupId[]) {
  if (groupIds.length === 0) return [];
  return trx
    .selectFrom('group_member')
    .select(['group_id', 'user_id'])
    .where('group_id', 'in', groupIds)
    .orderBy('user_id')
    .execute();
}

async function selectRoleHolders(trx: TenantTransaction, keys: readonly string[]) {
  if (keys.length === 0) return [];
  return trx
    .selectFrom('role')
    .innerJoin('member_role as held', (join) =>
      join.onRef('held.tenant_id', '=', 'role.tenant_id').onRef('held.role_id', '=', 'role.id'),
    )
    .select(['role.key', 'held.user_id'])
    .where('role.key', 'in', keys)
    .orderBy('held.user_id')
    .execute();
}

/** Who of these people is active and has a permission. */
export async function selectHoldersOf(
  trx: TenantTransaction,
  permission: Permission,
  userIds: readonly UserId[],
): Promise<ReadonlySet<UserId>> {
  if (userIds.length === 0) return new Set();
  const rows = await trx
    .selectFrom('tenant_member as member')
    .innerJoin('member_role', (join) =>
      join.onRef('member_role.tenant_id', '=', 'member.tenant_id').onRef('member_role.user_id', '=', 'member.user_id'),
    )
    .innerJoin('role_permission as granted', (join) =>
      join
        .onRef('granted.tenant_id', '=', 'member_role.tenant_id')
        .onRef('granted.role_id', '=', 'member_role.role_id'),
    )
    .select('member.user_id')
    .distinct()
    .where('member.user_id', 'in', userIds)
    .where('member.active', '=', true)
    .where('granted.permission', '=', permission)
    .execute();
  return new Set(rows.map((row) => row.user_id));
}

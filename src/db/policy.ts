import type { ConnectionId, GroupId, UserId } from '../domain/ids.ts';
import type { ApprovalPolicy } from '../domain/policy.ts';
import type { TenantTransaction } from './tenant.ts';

/** The policies that guard these connections: each connection's own, or else the tenant's default. Each once. */
export async function selectPoliciesFor(
  trx: TenantTransaction,
  connectionIds: readonly ConnectionId[],
): Promise<readonly ApprovalPolicy[]> {
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
    .select(['policy.id', 'policy.version', 'current.steps'])
    .distinctOn('policy.id')
    .where('connection.id', 'in', connectionIds)
    .orderBy('policy.id')
    .execute();
  return rows;
}

export interface Electorate {
  readonly membersOf: (group: GroupId) => readonly UserId[];
  readonly mayVote: (user: UserId) => boolean;
}

/** Who is in the groups that the policies name, and who of everybody named may vote: active, with `post.approve`. */
export async function selectElectorate(
  trx: TenantTransaction,
  policies: readonly ApprovalPolicy[],
): Promise<Electorate> {
  const steps = policies.flatMap((policy) => policy.steps);
  const groups = await selectGroupMembers(trx, [...new Set(steps.flatMap((step) => step.groups))]);
  const named = new Set([...steps.flatMap((step) => step.users), ...groups.map((row) => row.user_id)]);
  const voters = await selectVoters(trx, [...named]);
  return {
    membersOf: (group) => groups.filter((row) => row.group_id === group).map((row) => row.user_id),
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

async function selectVoters(trx: TenantTransaction, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>> {
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
    .where('granted.permission', '=', 'post.approve')
    .execute();
  return new Set(rows.map((row) => row.user_id));
}

import type { GroupId, UserId } from '../domain/ids.ts';
import type { People } from '../domain/policy.ts';
import type { TenantTransaction } from './tenant.ts';

/** What people, groups and roles are called. What the tenant does not have is not in it. */
export interface KnownPeople {
  readonly users: ReadonlyMap<UserId, string>;
  readonly groups: ReadonlyMap<GroupId, string>;
  /** By key. */
  readonly roles: ReadonlyMap<string, string>;
}

export async function selectKnownPeople(trx: TenantTransaction, named: readonly People[]): Promise<KnownPeople> {
  const [userIds, groupIds, roleKeys] = [
    named.flatMap((people) => people.users),
    named.flatMap((people) => people.groups),
    named.flatMap((people) => people.roles),
  ];
  const users =
    userIds.length === 0
      ? []
      : await trx
          .selectFrom('tenant_member')
          .select(['user_id', 'display_name'])
          .where('user_id', 'in', userIds)
          .execute();
  const groups =
    groupIds.length === 0
      ? []
      : await trx.selectFrom('user_group').select(['id', 'name']).where('id', 'in', groupIds).execute();
  const roles =
    roleKeys.length === 0
      ? []
      : await trx.selectFrom('role').select(['key', 'name']).where('key', 'in', roleKeys).execute();
  return {
    users: new Map(users.map((row) => [row.user_id, row.display_name])),
    groups: new Map(groups.map((row) => [row.id, row.name])),
    roles: new Map(roles.map((row) => [row.key, row.name])),
  };
}

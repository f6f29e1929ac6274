import { type Expression, type ExpressionBuilder, sql } from 'kysely';
import type { GroupId, UserId } from '../domain/ids.ts';
import type { Permission } from '../domain/permission.ts';
import { runPrepared } from './prepared.ts';
import type { Database } from './schema.ts';
import { likePattern } from './like-pattern.ts';
import type { TenantTransaction } from './tenant.ts';

export interface MemberRights {
  readonly active: boolean;
  readonly locale: string;
  readonly timeZone: string;
  readonly permissions: readonly Permission[];
}

/** What decides whether a request is admitted, in one trip; null for somebody whom the tenant does not know. */
export async function selectRights(trx: TenantTransaction, userId: UserId): Promise<MemberRights | null> {
  const query = sql<MemberRights>`
    select member.active,
           coalesce(member.locale, tenant.locale) as locale,
           coalesce(member.time_zone, tenant.time_zone) as "timeZone",
           array(select distinct granted.permission
                 from member_role held
                 join role_permission granted on granted.tenant_id = held.tenant_id and granted.role_id = held.role_id
                 where held.tenant_id = member.tenant_id and held.user_id = member.user_id) as permissions
    from tenant_member member
    join tenant on tenant.id = member.tenant_id
    where member.user_id = ${userId}`;
  const [row = null] = await runPrepared(trx, { compile: () => query.compile(trx) });
  return row;
}

export interface MemberRow {
  readonly user_id: UserId;
  readonly kind: 'person' | 'service';
  readonly username: string;
  readonly display_name: string;
  readonly email: string | null;
  readonly locale: string | null;
  readonly time_zone: string | null;
  readonly active: boolean;
  readonly roles: readonly { key: string; name: string }[];
  readonly groups: readonly { id: GroupId; name: string }[];
}

/** Where a page of members ended: its sort key. */
export type MemberPosition = readonly [displayName: string, userId: string];

/** Members by display name, `limit + 1` at most: the surplus one says that there are more. */
export function selectMembers(
  trx: TenantTransaction,
  filter: { search: string | null; active: boolean | null; after: MemberPosition | null; limit: number },
): Promise<MemberRow[]> {
  const { search, active, after, limit } = filter;
  return memberRows(trx)
    .$if(active !== null, (query) => query.where('active', '=', active))
    .$if(search !== null, (query) => query.where((eb) => named(eb, search ?? '')))
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(display_name, user_id) > (${after?.[0]}, ${after?.[1]}::uuid)`),
    )
    .orderBy('display_name')
    .orderBy('user_id')
    .limit(limit + 1)
    .execute();
}

export async function selectMember(trx: TenantTransaction, userId: UserId): Promise<MemberRow | null> {
  const row = await memberRows(trx).where('user_id', '=', userId).executeTakeFirst();
  return row ?? null;
}

/** Makes others who lock the same member wait until this transaction ends. False for somebody the tenant has not. */
export async function lockMember(trx: TenantTransaction, userId: UserId): Promise<boolean> {
  const row = await trx
    .selectFrom('tenant_member')
    .select('user_id')
    .where('user_id', '=', userId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

/** Lets a member in, or keeps them out from their next request on. False when that changes nothing. */
export async function setActive(
  trx: TenantTransaction,
  { userId, active }: { userId: UserId; active: boolean },
): Promise<boolean> {
  const row = await trx
    .updateTable('tenant_member')
    .set({ active })
    .where('user_id', '=', userId)
    .where('active', '!=', active)
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

function memberRows(trx: TenantTransaction) {
  return trx
    .selectFrom('tenant_member')
    .select(['user_id', 'kind', 'username', 'display_name', 'email', 'locale', 'time_zone', 'active'])
    .select((eb) => [
      jsonArray<{ key: string; name: string }>(
        eb
          .selectFrom('member_role')
          .innerJoin('role', (join) =>
            join.onRef('role.tenant_id', '=', 'member_role.tenant_id').onRef('role.id', '=', 'member_role.role_id'),
          )
          .whereRef('member_role.user_id', '=', 'tenant_member.user_id')
          .select(['role.key', 'role.name'])
          .orderBy('role.key'),
      ).as('roles'),
      jsonArray<{ id: GroupId; name: string }>(
        eb
          .selectFrom('group_member')
          .innerJoin('user_group', (join) =>
            join
              .onRef('user_group.tenant_id', '=', 'group_member.tenant_id')
              .onRef('user_group.id', '=', 'group_member.group_id'),
          )
          .whereRef('group_member.user_id', '=', 'tenant_member.user_id')
          .select(['user_group.id', 'user_group.name'])
          .orderBy('user_group.name'),
      ).as('groups'),
    ]);
}

function jsonArray<Row>(query: Expression<unknown>) {
  return sql<Row[]>`(select coalesce(json_agg(item), '[]') from ${query} as item)`;
}

function named(eb: ExpressionBuilder<Database, 'tenant_member'>, search: string) {
  const pattern = likePattern(search);
  return eb.or([eb('display_name', 'ilike', pattern), eb('username', 'ilike', pattern), eb('email', 'ilike', pattern)]);
}

export interface GroupRow {
  readonly id: GroupId;
  readonly name: string;
  readonly members: number;
}

export type GroupPosition = readonly [name: string, groupId: string];

/** Groups by name, `limit + 1` at most, each with how many members it has. */
export function selectGroups(
  trx: TenantTransaction,
  { after, limit }: { after: GroupPosition | null; limit: number },
): Promise<GroupRow[]> {
  return groupRows(trx)
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(name, user_group.id) > (${after?.[0]}, ${after?.[1]}::uuid)`),
    )
    .orderBy('name')
    .orderBy('user_group.id')
    .limit(limit + 1)
    .execute();
}

export interface GroupMemberRow {
  readonly user_id: UserId;
  readonly display_name: string;
  readonly active: boolean;
}

/** One group with everybody in it; null when the tenant has no such group. */
export async function selectGroup(
  trx: TenantTransaction,
  groupId: GroupId,
): Promise<(GroupRow & { readonly people: readonly GroupMemberRow[] }) | null> {
  const group = await groupRows(trx).where('user_group.id', '=', groupId).executeTakeFirst();
  if (group === undefined) return null;
  const people = await trx
    .selectFrom('group_member')
    .innerJoin('tenant_member', (join) =>
      join
        .onRef('tenant_member.tenant_id', '=', 'group_member.tenant_id')
        .onRef('tenant_member.user_id', '=', 'group_member.user_id'),
    )
    .where('group_member.group_id', '=', groupId)
    .select(['tenant_member.user_id', 'display_name', 'active'])
    .orderBy('display_name')
    .execute();
  return { ...group, people };
}

function groupRows(trx: TenantTransaction) {
  return trx
    .selectFrom('user_group')
    .select(['user_group.id', 'name'])
    .select((eb) =>
      eb
        .selectFrom('group_member')
        .whereRef('group_member.group_id', '=', 'user_group.id')
        .select(sql<number>`count(*)::int`.as('members'))
        .as('members'),
    )
    .$narrowType<{ members: number }>();
}

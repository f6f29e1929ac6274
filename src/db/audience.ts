import { type RawBuilder, sql } from 'kysely';
import type { AuthorId, ContactGroupId } from '../domain/ids.ts';
import { filterSql } from './contact-filter-sql.ts';
import type { TenantTransaction } from './tenant.ts';

/** How many authors there are, and how many of them a campaign would reach. */
export interface AudienceCount {
  readonly total: number;
  readonly withConsent: number;
  /** With consent, a number, and not on the block list. */
  readonly reachable: number;
}

/**
 * The ids of everybody in these groups, each once, as a query to select from:
 * `trx.selectFrom(sql<{ id: AuthorId }>`(${await audienceOf(trx, ids, now)})`.as('audience'))`. Dynamic groups are
 * what their filters find at `now`; archived ones count like any other. Throws for a group that is not there.
 */
export async function audienceOf(
  trx: TenantTransaction,
  groupIds: readonly ContactGroupId[],
  now: Date,
): Promise<RawBuilder<{ readonly id: AuthorId }>> {
  return sql`select author.id from author where author.erased_at is null and ${await membership(trx, groupIds, now)}`;
}

/** Whether a row of `author` is in one of these groups, as a predicate. */
export async function membership(
  trx: TenantTransaction,
  groupIds: readonly ContactGroupId[],
  now: Date,
): Promise<RawBuilder<boolean>> {
  if (groupIds.length === 0) return sql`false`;
  const groups = await trx.selectFrom('contact_group').select(['id', 'filter']).where('id', 'in', groupIds).execute();
  if (groups.length < new Set(groupIds).size) throw new Error('a group of the audience is not there');
  const listed = groups.filter(({ filter }) => filter === null).map(({ id }) => id);
  const found = groups.flatMap(({ filter }) => (filter === null ? [] : [filterSql(filter, now)]));
  return sql`(${sql.join(listed.length === 0 ? found : [inLists(listed), ...found], sql` or `)})`;
}

/** The tenant is named, so that the key of the list is used for each author. */
function inLists(groupIds: readonly ContactGroupId[]): RawBuilder<boolean> {
  // Inside of coalesce it stays a condition on each author, in the order of their key: as a join, each chunk of a keyset
  // would go through the whole list.
  return sql`coalesce(exists (
    select from contact_group_author listed
    where listed.tenant_id = author.tenant_id and listed.author_id = author.id
      and listed.group_id = any(${groupIds}::uuid[])), false)`;
}

/** Counts the authors that a predicate over `author` finds. */
export async function countAuthors(trx: TenantTransaction, predicate: RawBuilder<boolean>): Promise<AudienceCount> {
  const row = await countQuery(trx, predicate).executeTakeFirstOrThrow();
  return {
    total: Number(row.total),
    withConsent: Number(row.with_consent),
    reachable: Number(row.reachable),
  };
}

/** As a query, so that a test can look at its plan. */
export function countQuery(trx: TenantTransaction, predicate: RawBuilder<boolean>) {
  return trx
    .selectFrom('author')
    .select([
      sql<string>`count(*)`.as('total'),
      sql<string>`count(*) filter (where author.consent = 'granted')`.as('with_consent'),
      sql<string>`count(*) filter (
        where author.consent = 'granted' and author.blocked_at is null and author.phone is not null)`.as('reachable'),
    ])
    .where('erased_at', 'is', null)
    .where(predicate);
}

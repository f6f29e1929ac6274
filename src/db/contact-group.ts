import { sql } from 'kysely';
import type { ContactFilter } from '../domain/contact-filter.ts';
import type { AuthorId, ContactGroupId, TenantId, UserId } from '../domain/ids.ts';
import { unlessViolated } from './constraint.ts';
import type { TenantTransaction } from './tenant.ts';

export interface ContactGroupRow {
  readonly id: ContactGroupId;
  readonly name: string;
  /** Null: a list, to which authors are added one by one. */
  readonly filter: ContactFilter | null;
  readonly createdAt: Date;
  readonly archivedAt: Date | null;
  readonly version: number;
}

/** Where a page of groups ended: its sort key. */
export type GroupPosition = readonly [name: string, groupId: string];

/** Groups by name, `limit + 1` at most. */
export async function selectContactGroups(
  trx: TenantTransaction,
  { after, limit, archived }: { after: GroupPosition | null; limit: number; archived: boolean },
): Promise<ContactGroupRow[]> {
  return groupRows(trx)
    .where('archived_at', archived ? 'is not' : 'is', null)
    .$if(after !== null, (query) => query.where(sql<boolean>`(name, id) > (${after?.[0]}, ${after?.[1]}::uuid)`))
    .orderBy('name')
    .orderBy('id')
    .limit(limit + 1)
    .execute();
}

/** A group, with `lock` so that nobody else may change it before this transaction ends. */
export async function selectContactGroup(
  trx: TenantTransaction,
  id: ContactGroupId,
  { lock = false }: { lock?: boolean } = {},
): Promise<ContactGroupRow | null> {
  const row = await groupRows(trx)
    .where('id', '=', id)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();
  return row ?? null;
}

/** False: another group has this name, and the transaction is lost. */
export function insertContactGroup(
  trx: TenantTransaction,
  group: Pick<ContactGroupRow, 'id' | 'name' | 'filter'> & { tenantId: TenantId; by: UserId; now: Date },
): Promise<boolean> {
  const { tenantId, id, name, filter, by, now } = group;
  return unlessViolated('unique', async () => {
    await trx
      .insertInto('contact_group')
      .values({
        tenant_id: tenantId,
        id,
        name,
        kind: filter === null ? 'static' : 'dynamic',
        filter: filter === null ? null : JSON.stringify(filter),
        created_by: by,
        created_at: now,
      })
      .execute();
  });
}

/** The same for a change. */
export function updateContactGroup(
  trx: TenantTransaction,
  { id, name, filter }: Pick<ContactGroupRow, 'id' | 'name' | 'filter'>,
): Promise<boolean> {
  return unlessViolated('unique', async () => {
    await trx
      .updateTable('contact_group')
      .set((eb) => ({
        name,
        filter: filter === null ? null : JSON.stringify(filter),
        version: eb('version', '+', 1),
      }))
      .where('id', '=', id)
      .execute();
  });
}

/** Takes a group out of use; its name is free again. */
export async function archiveContactGroup(trx: TenantTransaction, id: ContactGroupId, now: Date): Promise<void> {
  await trx
    .updateTable('contact_group')
    .set((eb) => ({ archived_at: now, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

/** Which of these ids are authors. */
export async function knownAuthors(trx: TenantTransaction, ids: readonly AuthorId[]): Promise<ReadonlySet<AuthorId>> {
  if (ids.length === 0) return new Set();
  const rows = await trx
    .selectFrom('author')
    .select('id')
    .where('id', 'in', ids)
    .where('erased_at', 'is', null)
    .orderBy('id')
    .forKeyShare()
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** How many came to a list that were not there yet. */
export async function addMembers(
  trx: TenantTransaction,
  { tenantId, groupId, ids, now }: { tenantId: TenantId; groupId: ContactGroupId; ids: readonly AuthorId[]; now: Date },
): Promise<number> {
  if (ids.length === 0) return 0;
  const rows = [...new Set(ids)].toSorted().map((author_id) => ({ author_id, group_id: groupId, added_at: now }));
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('contact_group_author')
    .values(rows.map((row) => ({ tenant_id: tenantId, ...row })))
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows ?? 0);
}

/** How many left it. */
export async function removeMembers(
  trx: TenantTransaction,
  { groupId, ids }: { groupId: ContactGroupId; ids: readonly AuthorId[] },
): Promise<number> {
  if (ids.length === 0) return 0;
  const { numDeletedRows } = await trx
    .deleteFrom('contact_group_author')
    .where('group_id', '=', groupId)
    .where('author_id', 'in', ids)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

function groupRows(trx: TenantTransaction) {
  return trx
    .selectFrom('contact_group')
    .select(['id', 'name', 'filter', 'created_at as createdAt', 'archived_at as archivedAt', 'version']);
}

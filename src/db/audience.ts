import { type RawBuilder, sql } from 'kysely';
import type { AuthorId, ContactGroupId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** A query for the ids of everybody in any of these groups, each once. */
export function audienceOf(_trx: TenantTransaction, groupIds: readonly ContactGroupId[]): RawBuilder<{ id: AuthorId }> {
  return sql`select distinct author_id as id from contact_group_author where group_id = any(${groupIds}::uuid[])`;
}

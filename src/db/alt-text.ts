import type { MediaId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** What each of these files is said to show; one that nobody has described is absent. */
export async function selectAltTexts(
  trx: TenantTransaction,
  ids: readonly MediaId[],
): Promise<ReadonlyMap<MediaId, string>> {
  if (ids.length === 0) return new Map();
  const rows = await trx
    .selectFrom('media')
    .select(['id', 'alt_text'])
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.flatMap(({ id, alt_text }) => (alt_text === null ? [] : [[id, alt_text] as const])));
}

import type { CampaignDraft } from '../../db/campaign.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { FieldError } from '../problem.ts';

/** What a draft names that is not there, or names twice. Whether it can be sent is another question. */
export async function faultsOfDraft(trx: TenantTransaction, draft: CampaignDraft): Promise<readonly FieldError[]> {
  const { groupIds, connectionIds, variants } = draft;
  const keys = variants.map(({ key }) => key);
  const templateIds = variants.map(({ templateId }) => templateId);
  return [
    ...repeated(groupIds, (index) => `/groupIds/${index}`),
    ...repeated(connectionIds, (index) => `/connectionIds/${index}`),
    ...repeated(keys, (index) => `/variants/${index}/key`),
    ...(await missing(trx, 'contact_group', groupIds, (index) => `/groupIds/${index}`)),
    ...(await missing(trx, 'connection', connectionIds, (index) => `/connectionIds/${index}`)),
    ...(await missing(trx, 'template', templateIds, (index) => `/variants/${index}/templateId`)),
  ];
}

type Pointer = (index: number) => string;

function repeated(values: readonly string[], pointer: Pointer): readonly FieldError[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) === index
      ? []
      : [{ pointer: pointer(index), rule: 'unique', limit: null, value, detail: 'is named twice' }],
  );
}

async function missing(
  trx: TenantTransaction,
  table: 'contact_group' | 'connection' | 'template',
  ids: readonly string[],
  pointer: Pointer,
): Promise<readonly FieldError[]> {
  if (ids.length === 0) return [];
  // The ids of the three tables differ only in their brands.
  const rows = await trx
    .selectFrom(table as 'template')
    .select('id')
    .where('id', 'in', ids as never)
    .execute();
  const found: ReadonlySet<string> = new Set(rows.map(({ id }) => id));
  return ids.flatMap((id, index) =>
    found.has(id)
      ? []
      : [{ pointer: pointer(index), rule: 'exists', limit: null, value: id, detail: 'is not of this tenant' }],
  );
}

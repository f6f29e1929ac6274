import { type ApprovalRow, selectApproval } from '../../db/approval-read.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { ApprovalId } from '../../domain/ids.ts';
import type { Caller } from '../route-context.ts';

/** An approval that the caller may read; null: there is none. Those of campaigns need `campaign.read`. */
export async function findApproval(
  trx: TenantTransaction,
  { permissions }: Pick<Caller, 'permissions'>,
  id: ApprovalId,
): Promise<ApprovalRow | null> {
  const row = await selectApproval(trx, id);
  if (row === undefined) return null;
  return row.campaign_id === null || permissions.has('campaign.read') ? row : null;
}

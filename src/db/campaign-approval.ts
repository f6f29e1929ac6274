import { approvalWorkflowId } from '../domain/approval.ts';
import type { ApprovalId, CampaignId, ContentHash, TenantId, UserId } from '../domain/ids.ts';
import { enqueue } from './outbox.ts';
import type { TenantTransaction } from './tenant.ts';

interface Key {
  readonly tenantId: TenantId;
  readonly campaignId: CampaignId;
}

/**
 * Takes a campaign out of its open approval, if it has one. The row says so at once; the process hears of it, and a vote
 * that it counts meanwhile changes nothing any more.
 */
export async function withdrawFromApproval(
  trx: TenantTransaction,
  { tenantId, campaignId }: Key,
  { by, now }: { readonly by: UserId; readonly now: Date },
): Promise<void> {
  const open = await trx
    .updateTable('approval')
    .set({ outcome: 'withdrawn', settled_by: by, settled_at: now })
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .where('outcome', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (open === undefined) return;
  const workflowId = approvalWorkflowId(tenantId, open.id);
  await enqueue(trx, { tenantId, workflowId, message: { kind: 'withdraw_approval', by }, now });
}

/** Puts what a campaign says by now before its approvers: its steps open again. Told once of each content. */
export async function reopenApproval(
  trx: TenantTransaction,
  { tenantId, campaignId }: Key,
  change: { readonly contentHash: ContentHash; readonly authors: readonly UserId[]; readonly now: Date },
): Promise<void> {
  const { contentHash, authors, now } = change;
  const changed = await trx
    .updateTable('campaign')
    .set({ content_hash: contentHash })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', campaignId)
    .where('state', '=', 'in_review')
    .where('content_hash', 'is distinct from', contentHash)
    .returning('id')
    .executeTakeFirst();
  const approvalId = changed === undefined ? null : await selectOpenApprovalId(trx, campaignId);
  if (approvalId === null) return;
  await enqueue(trx, {
    tenantId,
    workflowId: approvalWorkflowId(tenantId, approvalId),
    message: { kind: 'content_changed', contentHash, authors },
    now,
  });
}

async function selectOpenApprovalId(trx: TenantTransaction, campaignId: CampaignId): Promise<ApprovalId | null> {
  const row = await trx
    .selectFrom('approval')
    .select('id')
    .where('campaign_id', '=', campaignId)
    .where('outcome', 'is', null)
    .executeTakeFirst();
  return row?.id ?? null;
}

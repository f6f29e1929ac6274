import type { Approval, ApprovalOutcome, ApprovalSubject, Settlement } from '../domain/approval.ts';
import type { ApprovalId, TenantId } from '../domain/ids.ts';
import { changeCampaign } from './campaign.ts';
import { voidReasonOf } from './campaign-void.ts';
import type { TenantTransaction } from './tenant.ts';

interface Key {
  readonly tenantId: TenantId;
  readonly approvalId: ApprovalId;
}

/**
 * Locks what an approval is about, as every writer does first. Of a post the end of the timeline moves; its version stays,
 * as that of a campaign does: nothing of the thing itself has changed.
 */
export async function lockSubject(
  trx: TenantTransaction,
  { tenantId, approvalId }: Key,
  at: Date,
): Promise<ApprovalSubject> {
  const { postId, revisionId, campaignId } = await trx
    .selectFrom('approval')
    .select(['post_id as postId', 'revision_id as revisionId', 'campaign_id as campaignId'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', approvalId)
    .executeTakeFirstOrThrow();
  if (postId !== null && revisionId !== null) {
    await trx
      .updateTable('post')
      .set((eb) => ({ updated_at: eb.fn<Date>('greatest', [eb.ref('updated_at'), eb.val(at)]) }))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', postId)
      .execute();
    return { kind: 'post', postId, revisionId };
  }
  if (campaignId === null) throw new Error('an approval is about nothing');
  await trx
    .selectFrom('campaign')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', campaignId)
    .forNoKeyUpdate()
    .execute();
  return { kind: 'campaign', campaignId };
}

/**
 * What the end of an approval does to what it is about. A post's own process takes its result; a campaign has none yet, and
 * is moved here: to its schedule, or back to draft. Answers what people are told: `voided` where it was approved, but is
 * not what was approved any more, or too late.
 */
export async function settleSubject(
  trx: TenantTransaction,
  { tenantId, approvalId }: Key,
  about: { readonly subject: ApprovalSubject; readonly approval: Approval; readonly settled: Settlement },
): Promise<ApprovalOutcome | 'voided'> {
  const { subject, approval, settled } = about;
  if (subject.kind === 'post') return settled.outcome;
  const { campaignId } = subject;
  const now = new Date(settled.at);
  const isApproved = settled.outcome === 'approved';
  const reason = isApproved ? await voidReasonOf(trx, campaignId, approval, now) : null;
  const goesOut = isApproved && reason === null;
  await changeCampaign(trx, {
    tenantId,
    campaignId,
    step: { kind: goesOut ? 'approve' : 'send_back' },
    actor: settled.by === null ? { kind: 'process' } : { kind: 'user', id: settled.by },
    now,
    data: { approvalId, outcome: settled.outcome, ...(reason === null ? {} : { reason }) },
  });
  return reason === null ? settled.outcome : 'voided';
}

import { sql } from 'kysely';
import type { TenantId } from '../domain/ids.ts';
import { whatsappVerdict } from '../domain/whatsapp-verdict.ts';
import { noteConsent } from './consent.ts';
import type { LedgerFailure } from './ledger-status.ts';
import type { TenantTransaction } from './tenant.ts';

/**
 * What follows where WhatsApp has taken a message first and then not delivered it: who has had enough marketing is
 * written to once more later, if the campaign still goes on, and who wants none is left in peace. All else has failed.
 */
export async function followFailures(
  trx: TenantTransaction,
  batch: { readonly tenantId: TenantId; readonly failures: readonly LedgerFailure[]; readonly now: Date },
): Promise<void> {
  const { tenantId, now } = batch;
  // Authors are locked in the order of their keys, as everybody does who locks several.
  for (const failure of batch.failures.toSorted((a, b) => (a.authorId < b.authorId ? -1 : 1))) {
    const { row } = whatsappVerdict({ code: failure.errorCode, attempt: 1 });
    if (row.kind === 'capped') await postpone(trx, tenantId, failure, new Date(now.getTime() + row.afterMs));
    if (row.kind === 'suppressed') await suppress(trx, tenantId, failure, now);
  }
}

async function postpone(trx: TenantTransaction, tenantId: TenantId, row: LedgerFailure, dueAt: Date): Promise<void> {
  await sql`
    update campaign_message message
    set state = case when attempts > 1 then 'skipped' else 'queued' end,
        skip_reason = case when attempts > 1 then 'marketing_cap' end,
        due_at = case when attempts > 1 then due_at else ${dueAt}::timestamptz end,
        provider_message_id = case when attempts > 1 then provider_message_id end,
        sent_at = case when attempts > 1 then sent_at end,
        failed_at = null, cost = null, lease_token = null, lease_until = null
    from campaign
    where message.tenant_id = ${tenantId}::uuid and message.campaign_id = ${row.campaignId}::uuid
      and message.id = ${row.id}::uuid and message.state = 'failed'
      and campaign.tenant_id = message.tenant_id and campaign.id = message.campaign_id
      and campaign.state in ('running', 'paused')`.execute(trx);
}

async function suppress(trx: TenantTransaction, tenantId: TenantId, row: LedgerFailure, now: Date): Promise<void> {
  await sql`
    update campaign_message set state = 'skipped', skip_reason = 'stopped_marketing', failed_at = null
    where tenant_id = ${tenantId}::uuid and campaign_id = ${row.campaignId}::uuid and id = ${row.id}::uuid
      and state = 'failed'`.execute(trx);
  const { authorId } = row;
  const told = { consent: 'withdrawn', source: 'user_preferences', evidence: '131050', by: null } as const;
  await noteConsent(trx, { tenantId, authorId, ...told, at: now });
}

import { sql } from 'kysely';
import type { CampaignId, TenantId } from '../domain/ids.ts';
import { whatsappVerdict } from '../domain/whatsapp-verdict.ts';
import { moveCampaign } from './campaign.ts';
import { stopNumber } from './campaign-numbers.ts';
import { noteConsent } from './consent.ts';
import type { LedgerFailure } from './ledger-status.ts';
import type { TenantTransaction } from './tenant.ts';

interface Context {
  readonly tenantId: TenantId;
  readonly now: Date;
}

/**
 * What follows where WhatsApp has taken a message first and then not delivered it, by the same table as where it refuses
 * one: who has had enough marketing is written to once more later, who wants none is left in peace, and where it is the
 * sender that is refused, the campaign stops and the message waits with the others. All else has failed; `failing` are
 * the campaigns of which too much has.
 */
export async function followFailures(
  trx: TenantTransaction,
  batch: Context & { readonly failures: readonly LedgerFailure[]; readonly failing: readonly CampaignId[] },
): Promise<void> {
  const judged = batch.failures.map((failure) => ({
    failure,
    ...whatsappVerdict({ code: failure.errorCode, attempt: 1 }),
  }));
  // What changes a campaign comes first: who only wants it to stay as it is must not have to change it later.
  const stops = judged.flatMap(({ failure, effect }) =>
    effect.kind === 'stop_account' || effect.kind === 'pause'
      ? [{ campaignId: failure.campaignId, take: () => stop(trx, batch, failure, effect) }]
      : [],
  );
  const halts = batch.failing.map((campaignId) => ({ campaignId, take: () => pauseFailing(trx, batch, campaignId) }));
  for (const { take } of [...stops, ...halts].toSorted(byCampaign)) await take();
  // Authors are locked in the order of their keys, as everybody does who locks several.
  for (const { failure, row, effect } of judged.toSorted(byAuthor)) {
    if (row.kind === 'capped') await postpone(trx, batch, failure, row.afterMs);
    if (row.kind === 'suppressed') await suppress(trx, batch, failure);
    if (effect.kind === 'stop_account' || effect.kind === 'pause') await putBack(trx, batch, failure);
  }
}

interface Judged {
  readonly failure: LedgerFailure;
}

const byCampaign = (a: { readonly campaignId: CampaignId }, b: { readonly campaignId: CampaignId }): number =>
  a.campaignId < b.campaignId ? -1 : 1;
const byAuthor = (a: Judged, b: Judged): number => (a.failure.authorId < b.failure.authorId ? -1 : 1);

/** Once; whom WhatsApp shields a second time is sent nothing more. The id stays, so that repeated statuses count for nothing. */
async function postpone(
  trx: TenantTransaction,
  { tenantId, now }: Context,
  row: LedgerFailure,
  afterMs: number,
): Promise<void> {
  await sql`
    with ${going(tenantId, row)}
    update campaign_message message
    set state = case when capped_at is null then 'queued' else 'skipped' end,
        skip_reason = case when capped_at is not null then 'marketing_cap' end,
        due_at = ${new Date(now.getTime() + afterMs)}::timestamptz, capped_at = ${now}::timestamptz,
        sent_at = case when capped_at is not null then sent_at end,
        failed_at = null, cost = null, lease_token = null, lease_until = null
    from going where ${failed(tenantId, row)}`.execute(trx);
}

async function putBack(trx: TenantTransaction, { tenantId, now }: Context, row: LedgerFailure): Promise<void> {
  await sql`
    with ${going(tenantId, row)}
    update campaign_message message
    set state = 'queued', due_at = ${now}::timestamptz, sent_at = null, failed_at = null, cost = null,
        lease_token = null, lease_until = null
    from going where ${failed(tenantId, row)}`.execute(trx);
}

async function suppress(trx: TenantTransaction, { tenantId, now }: Context, row: LedgerFailure): Promise<void> {
  await sql`
    update campaign_message message set state = 'skipped', skip_reason = 'stopped_marketing', failed_at = null
    where ${failed(tenantId, row)}`.execute(trx);
  const { authorId } = row;
  const told = { consent: 'withdrawn', source: 'user_preferences', evidence: '131050', by: null } as const;
  await noteConsent(trx, { tenantId, authorId, ...told, at: now });
}

async function stop(
  trx: TenantTransaction,
  { tenantId, now }: Context,
  { campaignId, connectionId, errorCode: code }: LedgerFailure,
  effect: Extract<ReturnType<typeof whatsappVerdict>['effect'], { kind: 'pause' | 'stop_account' }>,
): Promise<void> {
  const [reason, data] =
    effect.kind === 'pause'
      ? ([effect.reason, { code }] as const)
      : (['connection', { problem: effect.problem, code }] as const);
  const step = { kind: 'pause', reason } as const;
  const actor = { kind: 'network' } as const;
  const paused = await moveCampaign(trx, { tenantId, campaignId, step, actor, now, data });
  if (paused?.kind !== 'changed' || effect.kind !== 'stop_account') return;
  await stopNumber(trx, { tenantId, campaignId, connectionId }, { problem: effect.problem, code, now });
}

/** What has failed stays failed; the rest waits until a person has looked at the list. */
async function pauseFailing(trx: TenantTransaction, { tenantId, now }: Context, campaignId: CampaignId): Promise<void> {
  const step = { kind: 'pause', reason: 'error_rate' } as const;
  await moveCampaign(trx, { tenantId, campaignId, step, actor: { kind: 'process' }, now });
}

/** The campaign, if it goes on, and so that it does not finish meanwhile. */
const going = (tenantId: TenantId, { campaignId }: LedgerFailure) => sql`going as materialized (
  select 1 from campaign
  where tenant_id = ${tenantId}::uuid and id = ${campaignId}::uuid and state in ('running', 'paused')
  for share)`;

const failed = (tenantId: TenantId, { campaignId, id }: LedgerFailure) => sql`
  message.tenant_id = ${tenantId}::uuid and message.campaign_id = ${campaignId}::uuid and message.id = ${id}::uuid
  and message.state = 'failed'`;

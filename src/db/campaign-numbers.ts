import { problemOf } from '../domain/connection-health.ts';
import { canBeAsked, isLifted } from '../domain/campaign-stop.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { AccountProblem } from '../domain/whatsapp-verdict.ts';
import type { CampaignKey } from './campaign-ledger.ts';
import { standingOf } from './connection-standing.ts';
import type { TenantTransaction } from './tenant.ts';

/** A number that a campaign sends from. */
export interface CampaignNumber {
  readonly id: ConnectionId;
  /** Its connection works, nobody has suspended it, and what WhatsApp had against it is over. */
  readonly works: boolean;
  /** Since when only WhatsApp can tell whether it may send again, by the last answer; null: that is not to be asked. */
  readonly unansweredSince: Date | null;
}

/** The numbers that it sends from, and whether each may. */
export async function readNumbers(
  trx: TenantTransaction,
  { tenantId, campaignId }: CampaignKey,
): Promise<readonly CampaignNumber[]> {
  const rows = await trx
    .selectFrom('campaign_number as used')
    .innerJoin('connection', (join) =>
      join.onRef('connection.tenant_id', '=', 'used.tenant_id').onRef('connection.id', '=', 'used.connection_id'),
    )
    .select(['connection.id', 'network', 'grant_kind', 'state', 'missing_scopes', 'last_error', 'suspended_at'])
    .select(['used.stopped_for', 'used.stopped_at', 'used.asked_at', 'connected_at'])
    .where('used.tenant_id', '=', tenantId)
    .where('used.campaign_id', '=', campaignId)
    .orderBy('connection.id')
    .execute();
  return rows.map((row) => {
    const { id, stopped_for: problem, stopped_at: stoppedAt } = row;
    const isConnected = problemOf('message', standingOf(row)) === null && row.suspended_at === null;
    if (problem === null || stoppedAt === null) return { id, works: isConnected, unansweredSince: null };
    const lifted = isLifted({ problem, renewed: row.connected_at > stoppedAt });
    const asks = isConnected && !lifted && canBeAsked(problem);
    return { id, works: isConnected && lifted, unansweredSince: asks ? (row.asked_at ?? stoppedAt) : null };
  });
}

type NumberKey = CampaignKey & { readonly connectionId: ConnectionId };

/** WhatsApp lets the campaign send nothing more from the number, for now. */
export async function stopNumber(
  trx: TenantTransaction,
  about: NumberKey,
  { problem, code, now }: { readonly problem: AccountProblem; readonly code: number | null; readonly now: Date },
): Promise<void> {
  await numberOf(trx, about)
    .set({ stopped_for: problem, stopped_code: code, stopped_at: now, asked_at: null })
    .execute();
}

/** WhatsApp was asked whether the number may send again; without an answer it may not. */
export async function noteAnswer(
  trx: TenantTransaction,
  about: NumberKey,
  { maySend, now }: { readonly maySend: boolean; readonly now: Date },
): Promise<void> {
  await numberOf(trx, about)
    .set(maySend ? lifted : { asked_at: now })
    .execute();
}

/** Whatever had stopped its numbers: the campaign tries again. */
export async function liftStops(trx: TenantTransaction, { tenantId, campaignId }: CampaignKey): Promise<void> {
  await trx
    .updateTable('campaign_number')
    .set(lifted)
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .where('stopped_at', 'is not', null)
    .execute();
}

const lifted = { stopped_for: null, stopped_code: null, stopped_at: null, asked_at: null };

function numberOf(trx: TenantTransaction, { tenantId, campaignId, connectionId }: NumberKey) {
  return trx
    .updateTable('campaign_number')
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .where('connection_id', '=', connectionId);
}

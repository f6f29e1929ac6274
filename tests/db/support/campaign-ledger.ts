import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { type Claim, claimMessages, markSending } from '../../../src/db/campaign-ledger.ts';
import type { Database } from '../../../src/db/schema.ts';
import { type TenantTransaction, withTenant } from '../../../src/db/tenant.ts';
import type { CampaignMessageId } from '../../../src/domain/ids.ts';
import type { TemplateCategory } from '../../../src/domain/template.ts';
import { ownCampaign } from '../../support/own-campaign.ts';
import { testMasterKeys } from './held-connections.ts';

export const month = '2026-11';

/** A running campaign of its own tenant, and the steps of a slice with its ledger. */
export async function ledgerOf(db: Kysely<Database>, recipients: number, category: TemplateCategory = 'marketing') {
  const own = await ownCampaign(db, { masterKeys: testMasterKeys, recipients, category });
  const claim: Claim = { ...own, leaseToken: randomUUID(), epoch: 1 };
  const inTenant = <T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> => withTenant(db, own.tenantId, work);
  const { connectionId } = own;
  const claimRows = (by: Claim, limit: number) =>
    inTenant((trx) => claimMessages(trx, by, { connectionId, after: null, limit, now: new Date(), leaseMs: 60_000 }));
  const mark = (ids: readonly (CampaignMessageId | undefined)[]) =>
    inTenant((trx) =>
      markSending(trx, claim, { ids: idsOf(ids), needsConsent: true, unlessQuota: false, month, leaseMs: 60_000 }),
    );
  return { own, claim, inTenant, claimRows, mark };
}

export type InTenant = <T>(work: (trx: TenantTransaction) => Promise<T>) => Promise<T>;

/** As if the calls had been made five seconds ago. */
export function calledEarlier(
  inTenant: InTenant,
  ...ids: readonly (CampaignMessageId | undefined)[]
): Promise<unknown> {
  const sending_at = new Date(Date.now() - 5_000);
  return inTenant((trx) =>
    trx.updateTable('campaign_message').set({ sending_at }).where('id', 'in', idsOf(ids)).execute(),
  );
}

export async function statesOf(inTenant: InTenant, ids: readonly (CampaignMessageId | undefined)[]) {
  const rows = await inTenant((trx) =>
    trx.selectFrom('campaign_message').select(['id', 'state']).where('id', 'in', idsOf(ids)).execute(),
  );
  return ids.map((id) => rows.find((row) => row.id === id)?.state);
}

export const idsOf = (ids: readonly (CampaignMessageId | undefined)[]): readonly CampaignMessageId[] =>
  ids.filter((id) => id !== undefined);

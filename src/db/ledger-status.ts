import { sql } from 'kysely';
import type { CampaignMessageState } from '../domain/campaign-message.ts';
import type { AuthorId, CampaignId, CampaignMessageId, ConnectionId, Instant, TenantId } from '../domain/ids.ts';
import { concerns, type Delivery, withStatus } from '../domain/message-state.ts';
import type { MessageStatus } from '../domain/number-news.ts';
import type { MessageReference } from '../domain/opaque-data.ts';
import type { TenantTransaction } from './tenant.ts';

/** What a message costs that WhatsApp charges for, as an exact decimal; null where no rate is known. */
export type PriceOf = (message: {
  readonly category: string;
  /** ISO 3166; null: not known. */
  readonly country: string | null;
  readonly currency: string;
  readonly at: Instant;
}) => string | null;

export interface LedgerStatus {
  /** The row that the message itself names; null: it is found by the network's id. */
  readonly reference: Extract<MessageReference, { kind: 'campaign' }> | null;
  readonly status: MessageStatus;
}

/** A row that has failed by what was just told. */
export interface LedgerFailure {
  readonly campaignId: CampaignId;
  readonly id: CampaignMessageId;
  readonly authorId: AuthorId;
  /** The number that it was sent from. */
  readonly connectionId: ConnectionId;
  readonly errorCode: number | null;
}

export interface LedgerOutcome {
  /** The campaigns of which something has changed. */
  readonly campaigns: readonly CampaignId[];
  readonly failures: readonly LedgerFailure[];
  /** The campaigns of the messages that have arrived, one by one. */
  readonly arrivals: readonly CampaignId[];
}

interface LedgerBatch {
  readonly tenantId: TenantId;
  readonly statuses: readonly LedgerStatus[];
  readonly priceOf: PriceOf | null;
}

/** Brings the rows of campaigns' ledgers to what statuses tell. */
export async function advanceLedger(trx: TenantTransaction, batch: LedgerBatch): Promise<LedgerOutcome> {
  if (batch.statuses.length === 0) return { campaigns: [], failures: [], arrivals: [] };
  const rows = await lockRows(trx, batch);
  const told = statusesByRow(rows, batch.statuses);
  const changed = rows.flatMap((row) => {
    const next = advanced(row, told.get(row) ?? [], batch.priceOf);
    return next === null ? [] : [{ row, next }];
  });
  await writeRows(
    trx,
    batch.tenantId,
    changed.map(({ next }) => next),
  );
  return {
    campaigns: [...new Set(changed.map(({ row }) => row.campaignId))],
    failures: changed
      .filter(({ row, next }) => next.state === 'failed' && row.state !== 'failed')
      .map(({ next: { campaignId, id, authorId, connectionId, errorCode } }) => ({
        campaignId,
        id,
        authorId,
        connectionId,
        errorCode,
      })),
    arrivals: changed.filter(({ row, next }) => hasArrived(next) && !hasArrived(row)).map(({ row }) => row.campaignId),
  };
}

const hasArrived = ({ state }: Delivery): boolean => state === 'delivered' || state === 'read';

interface LedgerRow extends Delivery {
  /** WhatsApp has told nothing of it but that it lets it wait. */
  readonly heldBack: boolean;
  readonly campaignId: CampaignId;
  readonly id: CampaignMessageId;
  readonly authorId: AuthorId;
  readonly connectionId: ConnectionId;
  readonly cost: string | null;
  readonly country: string | null;
  readonly currency: string;
}

function advanced(row: LedgerRow, statuses: readonly MessageStatus[], priceOf: PriceOf | null): LedgerRow | null {
  let [delivery, cost]: [Delivery, string | null] = [row, row.cost];
  const heldBack = row.heldBack && !statuses.some((status) => concerns(row, status));
  for (const status of statuses) {
    // The first word counts. Only what has arrived is charged: whoever adds costs up looks at that.
    if (concerns(delivery, status)) cost ??= costOf(row, status, priceOf);
    delivery = withStatus(delivery, status);
  }
  const same = delivery === row && cost === row.cost && heldBack === row.heldBack;
  return same ? null : { ...row, ...delivery, cost, heldBack };
}

function costOf(row: LedgerRow, { pricing, at }: MessageStatus, priceOf: PriceOf | null): string | null {
  if (pricing === null) return null;
  if (!pricing.billable) return '0';
  const { country, currency } = row;
  return priceOf === null ? null : priceOf({ category: pricing.category, country, currency, at });
}

/** A row is known by the reference that travelled with its message, or else by the network's id. */
function statusesByRow(
  rows: readonly LedgerRow[],
  statuses: readonly LedgerStatus[],
): ReadonlyMap<LedgerRow, readonly MessageStatus[]> {
  const byId = new Map<string, LedgerRow>(rows.map((row) => [row.id, row]));
  const byProviderId = new Map(rows.map((row) => [row.providerMessageId, row]));
  const told = new Map<LedgerRow, MessageStatus[]>();
  for (const { reference, status } of statuses) {
    const row = reference === null ? byProviderId.get(status.providerId) : byId.get(reference.id);
    if (row === undefined) continue;
    const known = told.get(row);
    if (known === undefined) told.set(row, [status]);
    else known.push(status);
  }
  return told;
}

/** Locks them in the order of their keys, as everybody does who locks several; found as `campaign-ledger.ts` finds them. */
async function lockRows(
  trx: TenantTransaction,
  { tenantId, statuses }: Pick<LedgerBatch, 'tenantId' | 'statuses'>,
): Promise<LedgerRow[]> {
  const named = statuses.flatMap(({ reference }) => (reference === null ? [] : [reference]));
  const unnamed = statuses.filter(({ reference }) => reference === null).map(({ status }) => status.providerId);
  const { rows } = await sql<StoredRow>`
    with wanted as materialized (
      select ${tenantId}::uuid as tenant_id, named.* from unnest(${named.map(({ campaignId }) => campaignId)}::uuid[],
                           ${named.map(({ id }) => id)}::uuid[]) as named (campaign_id, id)
      union
      select tenant_id, campaign_id, id from campaign_message
      where tenant_id = ${tenantId} and provider_message_id = any (${unnamed}::text[])
    )
    select row.campaign_id, row.id, row.author_id, row.connection_id, row.state, row.provider_message_id, row.sent_at, row.delivered_at,
      row.read_at, row.failed_at, row.error_code, row.cost, row.held_back_at, author.country, campaign.currency
    from wanted
    join campaign_message as row
      on row.tenant_id = wanted.tenant_id and row.campaign_id = wanted.campaign_id and row.id = wanted.id
      and row.id between (select id from wanted order by id limit 1) and (select id from wanted order by id desc limit 1)
    join author on author.tenant_id = row.tenant_id and author.id = row.author_id
    join campaign on campaign.tenant_id = row.tenant_id and campaign.id = row.campaign_id
    order by row.campaign_id, row.id
    for no key update of row`.execute(trx);
  return rows.map(rowOf);
}

interface StoredRow {
  readonly campaign_id: CampaignId;
  readonly id: CampaignMessageId;
  readonly author_id: AuthorId;
  readonly connection_id: ConnectionId;
  readonly state: CampaignMessageState;
  readonly provider_message_id: string | null;
  readonly sent_at: Date | null;
  readonly delivered_at: Date | null;
  readonly read_at: Date | null;
  readonly failed_at: Date | null;
  readonly error_code: number | null;
  readonly cost: string | null;
  readonly held_back_at: Date | null;
  readonly country: string | null;
  readonly currency: string;
}

function rowOf(row: StoredRow): LedgerRow {
  return {
    campaignId: row.campaign_id,
    id: row.id,
    authorId: row.author_id,
    connectionId: row.connection_id,
    state: row.state,
    providerMessageId: row.provider_message_id,
    sentAt: row.sent_at?.getTime() ?? null,
    deliveredAt: row.delivered_at?.getTime() ?? null,
    readAt: row.read_at?.getTime() ?? null,
    failedAt: row.failed_at?.getTime() ?? null,
    errorCode: row.error_code,
    cost: row.cost,
    heldBack: row.held_back_at !== null,
    country: row.country,
    currency: row.currency,
  };
}

async function writeRows(trx: TenantTransaction, tenantId: TenantId, rows: readonly LedgerRow[]): Promise<void> {
  if (rows.length === 0) return;
  const dates = (name: 'sentAt' | 'deliveredAt' | 'readAt' | 'failedAt') => rows.map((row) => dateOf(row[name]));
  await sql`
    with told as materialized (
      select ${tenantId}::uuid as tenant_id, news.* from unnest(
        ${rows.map(({ campaignId }) => campaignId)}::uuid[],
        ${rows.map(({ id }) => id)}::uuid[],
        ${rows.map(({ state }) => state)}::text[],
        ${rows.map(({ providerMessageId }) => providerMessageId)}::text[],
        ${dates('sentAt')}::timestamptz[],
        ${dates('deliveredAt')}::timestamptz[],
        ${dates('readAt')}::timestamptz[],
        ${dates('failedAt')}::timestamptz[],
        ${rows.map(({ errorCode }) => errorCode)}::integer[],
        ${rows.map(({ cost }) => cost)}::numeric[],
        ${rows.map(({ heldBack }) => heldBack)}::boolean[]
      ) as news (campaign_id, id, state, provider_message_id, sent_at, delivered_at, read_at, failed_at, error_code, cost, held_back)
    )
    update campaign_message as row
    set state = told.state, provider_message_id = told.provider_message_id, sent_at = told.sent_at,
      delivered_at = told.delivered_at, read_at = told.read_at, failed_at = told.failed_at,
      error_code = told.error_code, cost = told.cost,
      held_back_at = case when told.held_back then row.held_back_at end
    from told
    where row.tenant_id = told.tenant_id and row.campaign_id = told.campaign_id and row.id = told.id
      and row.id between (select id from told order by id limit 1) and (select id from told order by id desc limit 1)`.execute(
    trx,
  );
}

function dateOf(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

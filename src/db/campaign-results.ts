import { sql } from 'kysely';
import type { CampaignMessageState, SkipReason } from '../domain/campaign-message.ts';
import { type Bucket, type CampaignResult, isStale, type SeriesPoint, type Tally } from '../domain/campaign-result.ts';
import type { CampaignId, TenantId } from '../domain/ids.ts';
import { fromMicros, toMicros } from '../domain/rate-card.ts';
import type { TenantTransaction } from './tenant.ts';

/** A count, and the instant for which it holds. */
export interface Counted<Result> {
  readonly result: Result;
  readonly at: Date;
}

interface About {
  readonly tenantId: TenantId;
  readonly campaignId: CampaignId;
  readonly now: Date;
}

/** What became of a campaign's people, counted from its ledger: anew, unless somebody has done so a moment ago. */
export function campaignResult(trx: TenantTransaction, about: About): Promise<Counted<CampaignResult>> {
  return counted(trx, about, 'totals', () => countResult(trx, about.campaignId));
}

/** What happened when, likewise. Days are those of the tenant's zone. */
export async function campaignSeries(
  trx: TenantTransaction,
  about: About,
  bucket: Bucket,
): Promise<Counted<readonly SeriesPoint[]>> {
  const { result, at } = await counted(trx, about, `series/${bucket}`, async () => ({
    points: await countSeries(trx, about.campaignId, bucket),
  }));
  return { result: result.points, at };
}

/**
 * The kept count of this kind, unless it is stale. Of several who find it so at once, one counts; the others take what is
 * there, or wait if there is nothing yet.
 */
async function counted<Result extends object>(
  trx: TenantTransaction,
  { tenantId, campaignId, now }: About,
  kind: string,
  count: () => Promise<Result>,
): Promise<Counted<Result>> {
  const kept = () => selectKept<Result>(trx, campaignId, kind);
  const before = await kept();
  if (before !== null && !isStale({ at: before.at.getTime(), tookMs: before.tookMs }, now.getTime())) return before;
  const key = sql`hashtextextended(${`result/${campaignId}/${kind}`}, 0)`;
  const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${key}) as mine`.execute(trx);
  if (rows[0]?.mine !== true) {
    if (before !== null) return before;
    await sql`select pg_advisory_xact_lock(${key})`.execute(trx);
    const since = await kept();
    if (since !== null) return since;
  }
  const begun = performance.now();
  const result = await count();
  const row = { counted_at: now, took_ms: Math.ceil(performance.now() - begun), result: JSON.stringify(result) };
  await trx
    .insertInto('campaign_result')
    .values({ tenant_id: tenantId, campaign_id: campaignId, kind, ...row })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'campaign_id', 'kind']).doUpdateSet(row))
    .execute();
  return { result, at: now };
}

async function selectKept<Result>(trx: TenantTransaction, campaignId: CampaignId, kind: string) {
  const row = await trx
    .selectFrom('campaign_result')
    .select(['counted_at', 'took_ms', 'result'])
    .where('campaign_id', '=', campaignId)
    .where('kind', '=', kind)
    .executeTakeFirst();
  // What is kept of a kind is what the count of that kind gave.
  return row === undefined ? null : { result: row.result as Result, at: row.counted_at, tookMs: row.took_ms };
}

interface Line {
  readonly variant: string;
  readonly state: CampaignMessageState;
  readonly skip_reason: SkipReason | null;
  readonly error_code: number | null;
  readonly people: number;
  readonly sent: number;
  readonly held_back: number;
  readonly delivered: number;
  readonly read: number;
  readonly replied: number;
  readonly clicked: number;
  readonly opted_out: number;
  readonly cost: string;
  readonly unpriced: number;
}

/** One pass over the ledger. A later status stands for the earlier ones, which may never have come. */
async function countResult(trx: TenantTransaction, campaignId: CampaignId): Promise<CampaignResult> {
  const { rows } = await sql<Line>`
    select variant, state, skip_reason, error_code,
           count(*)::integer as people,
           count(coalesce(sent_at, delivered_at, read_at))::integer as sent,
           count(held_back_at)::integer as held_back,
           count(coalesce(delivered_at, read_at))::integer as delivered,
           count(read_at)::integer as read,
           count(replied_at)::integer as replied,
           count(clicked_at)::integer as clicked,
           count(opted_out_at)::integer as opted_out,
           coalesce(sum(cost) filter (where coalesce(delivered_at, read_at) is not null), 0)::numeric(18, 6)::text
             as cost,
           (count(coalesce(delivered_at, read_at)) filter (where cost is null))::integer as unpriced
    from campaign_message
    where campaign_id = ${campaignId}
    group by variant, state, skip_reason, error_code`.execute(trx);
  const keys = [...new Set(rows.map(({ variant }) => variant))].toSorted();
  return {
    total: tallyOf(rows),
    variants: Object.fromEntries(keys.map((key) => [key, tallyOf(rows.filter(({ variant }) => variant === key))])),
    failures: grouped(
      rows.filter(({ state }) => state === 'failed'),
      (line) => line.error_code,
    ).map(([code, count]) => ({ code, count })),
    skips: grouped(rows, (line) => line.skip_reason).flatMap(([reason, count]) =>
      reason === null ? [] : [{ reason, count }],
    ),
  };
}

function tallyOf(lines: readonly Line[]): Tally {
  const sum = (count: (line: Line) => number) => lines.reduce((total, line) => total + count(line), 0);
  const within = (...states: readonly CampaignMessageState[]) =>
    sum(({ state, people }) => (states.includes(state) ? people : 0));
  return {
    waiting: within('queued', 'claimed', 'sending'),
    sent: sum((line) => line.sent),
    heldBack: sum((line) => line.held_back),
    delivered: sum((line) => line.delivered),
    read: sum((line) => line.read),
    replied: sum((line) => line.replied),
    clicked: sum((line) => line.clicked),
    optedOut: sum((line) => line.opted_out),
    failed: within('failed'),
    unconfirmed: within('unconfirmed'),
    skipped: within('skipped'),
    cost: fromMicros(lines.reduce((total, { cost }) => total + toMicros(cost), 0n)),
    unpriced: sum((line) => line.unpriced),
  };
}

/** The people of each group, the largest first. */
function grouped<Key>(lines: readonly Line[], keyOf: (line: Line) => Key): readonly (readonly [Key, number])[] {
  const counts = new Map<Key, number>();
  for (const line of lines) counts.set(keyOf(line), (counts.get(keyOf(line)) ?? 0) + line.people);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}

async function countSeries(
  trx: TenantTransaction,
  campaignId: CampaignId,
  bucket: Bucket,
): Promise<readonly SeriesPoint[]> {
  const { rows } = await sql<Omit<SeriesPoint, 'at'> & { at: Date }>`
    select date_trunc(${bucket}, at, (select time_zone from tenant)) as at,
           sum(sent)::integer as sent, sum(delivered)::integer as delivered, sum(read)::integer as read,
           sum(replied)::integer as replied, sum(failed)::integer as failed
    from (
      ${instantsOf('sent', campaignId)} union all ${instantsOf('delivered', campaignId)} union all
      ${instantsOf('read', campaignId)} union all ${instantsOf('replied', campaignId)} union all
      ${instantsOf('failed', campaignId)}
    ) happened
    group by 1 order by 1`.execute(trx);
  return rows.map(({ at, ...counts }) => ({ at: at.toISOString(), ...counts }));
}

const kinds = ['sent', 'delivered', 'read', 'replied', 'failed'] as const;

/** How many reached one state in each minute: the finest span, of which the others are made. */
function instantsOf(kind: (typeof kinds)[number], campaignId: CampaignId) {
  const counts = kinds.map((each) => sql`${each === kind ? sql`count(*)` : sql`0`} as ${sql.ref(each)}`);
  const at = sql.ref(`${kind}_at`);
  return sql`
    select date_trunc('minute', ${at}) as at, ${sql.join(counts)}
    from campaign_message where campaign_id = ${campaignId} and ${at} is not null group by 1`;
}

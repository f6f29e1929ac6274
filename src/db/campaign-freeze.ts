import { sql } from 'kysely';
import type { AuthorId, CampaignId, TenantId } from '../domain/ids.ts';
import { dueAt, recipientZone, type StartRules } from '../domain/quiet-hours.ts';
import { takeSnapshot } from './campaign-audience.ts';
import type { TenantTransaction } from './tenant.ts';

/** How far an audience has come into the ledger. */
export interface Frozen {
  /** Rows that this call has written. */
  readonly written: number;
  /** Everybody of the snapshot. */
  readonly recipients: number;
  /** Nobody is left to be written. */
  readonly done: boolean;
}

const usualChunk = 10_000;
/** Written with the snapshot: nothing is sent before, and these are enough to begin with. */
const firstChunk = 1_000;

/**
 * Writes the next chunk of a campaign's audience into its ledger: one row for each person, also for those who are sent
 * nothing. The first call takes the snapshot, which later ones only go through. Repeat it until it is done: a chunk is
 * written or it is not, whoever is killed, and of two at once the second goes on where the first has ended.
 */
export async function freezeChunk(
  trx: TenantTransaction,
  about: { readonly tenantId: TenantId; readonly campaignId: CampaignId; readonly now: Date },
  size: number = usualChunk,
): Promise<Frozen> {
  const { campaignId, now } = about;
  // The campaign's own row stays free: a pause must not wait for a snapshot of a million people.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`freeze/${campaignId}`}, 0))`.execute(trx);
  const campaign = await selectFreezing(trx, campaignId);
  const isFirst = campaign.frozenAt === null;
  const recipients = isFirst ? await takeSnapshot(trx, about) : campaign.recipients;
  const chunk = await selectChunk(trx, campaignId, isFirst ? Math.min(size, firstChunk) : size);
  if (chunk === null) return { written: 0, recipients, done: true };
  const dues = await duesOf(trx, { campaignId, chunk }, campaign.rules, now);
  const { written, last } = await writeChunk(trx, about, { chunk, dues });
  if (last !== null) {
    await trx.updateTable('campaign').set({ frozen_through: last }).where('id', '=', campaignId).execute();
  }
  return { written, recipients, done: chunk.last >= chunk.end };
}

/** Whether everybody of the audience stands in the ledger. */
export async function isFrozen(trx: TenantTransaction, campaignId: CampaignId): Promise<boolean> {
  const { rows } = await sql`
    select from campaign where id = ${campaignId} and frozen_at is not null
      and not exists (select from campaign_audience where campaign_id = ${campaignId})`.execute(trx);
  return rows.length > 0;
}

interface Freezing {
  readonly frozenAt: Date | null;
  readonly recipients: number;
  readonly rules: StartRules;
}

async function selectFreezing(trx: TenantTransaction, campaignId: CampaignId): Promise<Freezing> {
  const row = await trx
    .selectFrom('campaign')
    .innerJoin('tenant', 'tenant.id', 'campaign.tenant_id')
    .select(['frozen_at', 'recipients', 'starts_at_local', 'zone', 'quiet_hours', 'tenant.time_zone'])
    .where('campaign.id', '=', campaignId)
    .executeTakeFirstOrThrow();
  const rules = {
    startsAtLocal: row.starts_at_local,
    zone: row.zone,
    quietHours: row.quiet_hours,
    tenantZone: row.time_zone,
  };
  return { frozenAt: row.frozen_at, recipients: row.recipients ?? 0, rules };
}

/** Places of the audience: `from` and `last` of the chunk, and the `end` of what is left. */
interface Chunk {
  readonly from: number;
  readonly last: number;
  readonly end: number;
}

async function selectChunk(trx: TenantTransaction, campaignId: CampaignId, size: number): Promise<Chunk | null> {
  const { from, end } = await trx
    .selectFrom('campaign_audience')
    .select(({ fn }) => [fn.min('place').as('from'), fn.max('place').as('end')])
    .where('campaign_id', '=', campaignId)
    .$castTo<{ from: number | null; end: number | null }>()
    .executeTakeFirstOrThrow();
  if (from === null || end === null) return null;
  return { from, last: Math.min(from + size - 1, end), end };
}

interface Due {
  readonly place: string;
  readonly at: Date;
}

/** When a message is due in each place where somebody of the chunk lives: there are few of them, whatever its size. */
async function duesOf(
  trx: TenantTransaction,
  { campaignId, chunk: { from, last } }: { campaignId: CampaignId; chunk: Chunk },
  rules: StartRules,
  now: Date,
): Promise<readonly Due[]> {
  const { rows } = await sql<{ place: string; timeZone: string | null; country: string | null }>`
    select distinct ${placeOf} as place, time_zone as "timeZone", country
    from campaign_audience audience
    join author on author.tenant_id = audience.tenant_id and author.id = audience.author_id
    where campaign_id = ${campaignId} and audience.place between ${from} and ${last}`.execute(trx);
  return rows.map(({ place, ...whereabouts }) => {
    const zone = recipientZone(whereabouts, rules.tenantZone);
    return { place, at: new Date(dueAt(rules, zone, now.getTime())) };
  });
}

/** Names a place; a country that is not known is not the same as a zone of that name. */
const placeOf = sql<string>`concat_ws('/', author.country, author.time_zone, author.country is null)`;

async function writeChunk(
  trx: TenantTransaction,
  { tenantId, campaignId }: { readonly tenantId: TenantId; readonly campaignId: CampaignId },
  { chunk: { from, last }, dues }: { chunk: Chunk; dues: readonly Due[] },
): Promise<{ readonly written: number; readonly last: AuthorId | null }> {
  const { rows } = await sql<{ written: number; last: AuthorId | null }>`
    with chunk as (
      delete from campaign_audience
      where campaign_id = ${campaignId} and place between ${from} and ${last}
      returning place, author_id, skip_reason, rank
    ), number as (
      select array_agg(connection_id order by connection_id) as ids
      from campaign_number where campaign_id = ${campaignId}
    ), due as (
      select * from unnest(${dues.map(({ place }) => place)}::text[],
                           ${dues.map(({ at }) => at)}::timestamptz[]) as due (place, at)
    ), written as (
      insert into campaign_message
        (tenant_id, campaign_id, id, author_id, connection_id, variant, state, skip_reason, due_at)
      -- Ids rise with places: the ledger is claimed in the order of the audience.
      select ${tenantId}::uuid, ${campaignId}::uuid, uuidv7(), author_id, connection_id, variant, state, skip_reason, at
      from (
        select chunk.place, chunk.author_id, chunk.skip_reason, due.at,
               -- The same person is always written to from the same number.
               number.ids[1 + abs(uuid_hash_extended(chunk.author_id, 0) % cardinality(number.ids))] as connection_id,
               (select key from campaign_variant variant
                where variant.campaign_id = ${campaignId} and variant.last_rank >= coalesce(chunk.rank, 0)
                order by last_rank, key limit 1) as variant,
               case when chunk.skip_reason is null then 'queued' else 'skipped' end as state
        from chunk
        cross join number
        join author on author.tenant_id = ${tenantId}::uuid and author.id = chunk.author_id
        join due on due.place = ${placeOf}
        order by chunk.place
      ) row
      returning id, author_id
    )
    select count(*)::integer as written, (array_agg(author_id order by id desc))[1] as last from written`.execute(trx);
  return rows[0] ?? { written: 0, last: null };
}

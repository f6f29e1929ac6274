import { sql } from 'kysely';
import type { AuthorId, ConnectionId, TenantId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** Whom the portfolio may write to, and when it may write to more. */
export interface ReservedReach {
  readonly allowed: ReadonlySet<AuthorId>;
  /** Null: everybody was allowed. */
  readonly moreAt: Date | null;
}

/**
 * Reserves reach for people who have not written to us within a day. A portfolio may write to so many different people
 * within any 24 hours, whichever of its numbers it uses; those whom it has written to since count once. One at a time
 * for each portfolio, so that two campaigns never share the same last place.
 */
export async function reserveReach(
  trx: TenantTransaction,
  portfolio: { readonly tenantId: TenantId; readonly id: string; readonly tier: number },
  { authorIds, now }: { readonly authorIds: readonly AuthorId[]; readonly now: Date },
): Promise<ReservedReach> {
  const { tenantId, id, tier } = portfolio;
  if (authorIds.length === 0) return { allowed: new Set(), moreAt: null };
  await lockReach(trx, tenantId, id);
  const since = new Date(now.getTime() - windowMs);
  const of = sql`tenant_id = ${tenantId}::uuid and portfolio_id = ${id}::text`;
  const { rows: reached } = await sql<{ author_id: AuthorId }>`
    select author_id from portfolio_reach
    where ${of} and author_id = any(${authorIds}::uuid[]) and opened_at > ${since}::timestamptz`.execute(trx);
  const { rows: counted } = await sql<{ used: string; first: Date | null }>`
    select count(*) as used, min(opened_at) as first from portfolio_reach
    where ${of} and opened_at > ${since}::timestamptz`.execute(trx);
  const already = new Set(reached.map(({ author_id }) => author_id));
  const fresh = authorIds.filter((author) => !already.has(author));
  const taken = fresh.slice(0, Math.max(0, tier - Number(counted[0]?.used ?? 0)));
  await note(trx, { tenantId, id, authorIds: taken, now });
  const allowed = new Set([...already, ...taken]);
  const first = counted[0]?.first ?? now;
  return { allowed, moreAt: taken.length === fresh.length ? null : new Date(first.getTime() + windowMs) };
}

const windowMs = 24 * 3_600_000;
/** Clocks of two machines may differ: what counts by one of them is not forgotten by another. */
const marginMs = 3_600_000;

async function lockReach(trx: TenantTransaction, tenantId: TenantId, portfolioId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`reach/${tenantId}/${portfolioId}`}, 0))`.execute(trx);
}

/** The portfolio that a number belongs to; null: WhatsApp was not asked yet. */
export async function selectPortfolio(
  trx: TenantTransaction,
  { tenantId, connectionId }: { readonly tenantId: TenantId; readonly connectionId: ConnectionId },
): Promise<string | null> {
  const row = await trx
    .selectFrom('sender_bucket')
    .select('portfolio_id')
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .executeTakeFirst();
  return row?.portfolio_id ?? null;
}

/** Somebody whom a portfolio has written to, and since when they count. */
export interface ReachedAuthor {
  readonly tenantId: TenantId;
  readonly portfolioId: string;
  readonly authorId: AuthorId;
  readonly now: Date;
}

/** Counts one person whether or not there is room; null: they count already. */
export async function reachAuthor(trx: TenantTransaction, reached: ReachedAuthor): Promise<ReachedAuthor | null> {
  const { tenantId, portfolioId, authorId, now } = reached;
  await lockReach(trx, tenantId, portfolioId);
  const since = new Date(now.getTime() - windowMs);
  const { rows } = await sql`
    insert into portfolio_reach (tenant_id, portfolio_id, author_id, opened_at)
    values (${tenantId}::uuid, ${portfolioId}::text, ${authorId}::uuid, ${now}::timestamptz)
    on conflict (tenant_id, portfolio_id, author_id) do update set opened_at = excluded.opened_at
      where portfolio_reach.opened_at <= ${since}::timestamptz
    returning 1`.execute(trx);
  return rows.length === 0 ? null : { tenantId, portfolioId, authorId, now };
}

/** They were not reached after all. */
export async function unreachAuthor(trx: TenantTransaction, reached: ReachedAuthor): Promise<void> {
  await trx
    .deleteFrom('portfolio_reach')
    .where('tenant_id', '=', reached.tenantId)
    .where('portfolio_id', '=', reached.portfolioId)
    .where('author_id', '=', reached.authorId)
    .where('opened_at', '=', reached.now)
    .execute();
}

/**
 * Forgets whom portfolios of a tenant have reached before the time that counts, at most `limit` people; returns how many.
 * Whoever is being reached anew at this moment stays.
 */
export async function forgetPastReach(
  trx: TenantTransaction,
  { tenantId, now, limit }: { readonly tenantId: TenantId; readonly now: Date; readonly limit: number },
): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    with past as materialized (
      select tenant_id, portfolio_id, author_id from portfolio_reach
      where tenant_id = ${tenantId}::uuid and opened_at < ${new Date(now.getTime() - windowMs - marginMs)}::timestamptz
      limit ${limit}::integer
      for update skip locked
    )
    delete from portfolio_reach reach using past
    where (reach.tenant_id, reach.portfolio_id, reach.author_id) = (past.tenant_id, past.portfolio_id, past.author_id)`.execute(
    trx,
  );
  return Number(numAffectedRows);
}

async function note(
  trx: TenantTransaction,
  { tenantId, id, authorIds, now }: { tenantId: TenantId; id: string; authorIds: readonly AuthorId[]; now: Date },
): Promise<void> {
  if (authorIds.length === 0) return;
  await sql`
    insert into portfolio_reach (tenant_id, portfolio_id, author_id, opened_at)
    select ${tenantId}::uuid, ${id}::text, author_id, ${now}::timestamptz from unnest(${authorIds}::uuid[]) author_id
    on conflict (tenant_id, portfolio_id, author_id) do update set opened_at = excluded.opened_at`.execute(trx);
}

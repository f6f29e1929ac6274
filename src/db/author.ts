import { type RawBuilder, sql } from 'kysely';
import type { Attributes, Consent } from '../domain/author.ts';
import type { AuthorId, TenantId, UserId } from '../domain/ids.ts';
import type { Network } from '../domain/network.ts';
import { newId } from '../platform/new-id.ts';
import { unlessViolated } from './constraint.ts';
import { lastContactOf } from './last-contact.ts';
import type { TenantTransaction } from './tenant.ts';

/** What may be said of an author; consent and the block list have ways of their own. */
export interface AuthorContent {
  readonly phone: string | null;
  readonly name: string;
  readonly country: string | null;
  readonly language: string | null;
  readonly timeZone: string | null;
  readonly attributes: Attributes;
  readonly tags: readonly string[];
}

export interface AuthorRow extends AuthorContent {
  readonly id: AuthorId;
  readonly network: Network;
  readonly externalId: string | null;
  readonly consent: Consent;
  readonly consentAt: Date | null;
  readonly blockedAt: Date | null;
  readonly lastInboundAt: Date | null;
  readonly lastContactAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

export interface AuthorFilter {
  /** Part of the name, or the beginning of the number. */
  readonly search: string | null;
  readonly tag: string | null;
  readonly consents: readonly Consent[];
  readonly country: string | null;
  readonly language: string | null;
  readonly blocked: boolean | null;
  /** A predicate over `author`: who is in a group. */
  readonly inGroup: RawBuilder<boolean> | null;
  readonly before: AuthorId | null;
  readonly limit: number;
}

/** Authors, the newest first, `limit + 1` at most: the surplus one says that there are more. */
export async function selectAuthors(trx: TenantTransaction, filter: AuthorFilter): Promise<AuthorRow[]> {
  const { search, tag, consents, country, language, blocked, inGroup, before, limit } = filter;
  const rows = await authorRows(trx)
    .$if(search !== null, (query) => query.where(matching(search ?? '')))
    .$if(tag !== null, (query) => query.where(sql<boolean>`author.tags @> array[${tag}]::text[]`))
    .$if(consents.length > 0, (query) => query.where('consent', 'in', consents))
    .$if(country !== null, (query) => query.where('country', '=', country))
    .$if(language !== null, (query) =>
      query.where(sql<boolean>`${language} in (author.language, split_part(author.language, '-', 1))`),
    )
    .$if(blocked !== null, (query) => query.where('blocked_at', blocked === true ? 'is not' : 'is', null))
    .$if(inGroup !== null, (query) => query.where(inGroup ?? sql<boolean>`true`))
    .$if(before !== null, (query) => query.where('id', '<', before))
    .orderBy('id', 'desc')
    .limit(sql.lit(limit + 1))
    .execute();
  return rows.map(rowOf);
}

/** An author that has not been erased. */
export async function selectAuthor(trx: TenantTransaction, id: AuthorId): Promise<AuthorRow | null> {
  const row = await authorRows(trx).where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : rowOf(row);
}

/** The author who has a number at WhatsApp, in E.164. */
export async function selectAuthorByPhone(trx: TenantTransaction, phone: string): Promise<AuthorRow | null> {
  const row = await authorRows(trx).where('network', '=', 'whatsapp').where('phone', '=', phone).executeTakeFirst();
  return row === undefined ? null : rowOf(row);
}

/** The same, and nobody else may change it before this transaction ends. */
export async function lockAuthor(trx: TenantTransaction, id: AuthorId): Promise<AuthorRow | null> {
  const row = await authorRows(trx).where('id', '=', id).forUpdate().executeTakeFirst();
  return row === undefined ? null : rowOf(row);
}

/** False: somebody has this number already, and the transaction is lost. */
export function insertAuthor(
  trx: TenantTransaction,
  { tenantId, id, content, now }: { tenantId: TenantId; id: AuthorId; content: AuthorContent; now: Date },
): Promise<boolean> {
  return unlessViolated('unique', async () => {
    await trx
      .insertInto('author')
      .values({ tenant_id: tenantId, id, network: 'whatsapp', created_at: now, updated_at: now, ...columns(content) })
      .execute();
  });
}

/** The same for a change. */
export function updateAuthor(
  trx: TenantTransaction,
  { id, content, now }: { id: AuthorId; content: AuthorContent; now: Date },
): Promise<boolean> {
  return unlessViolated('unique', async () => {
    await trx
      .updateTable('author')
      .set((eb) => ({ ...columns(content), updated_at: now, version: eb('version', '+', 1) }))
      .where('id', '=', id)
      .execute();
  });
}

/** Puts an author on the block list, or with `null` takes it off. */
export async function setBlocked(
  trx: TenantTransaction,
  id: AuthorId,
  { by, now }: { by: UserId | null; now: Date },
): Promise<void> {
  await trx
    .updateTable('author')
    .set((eb) => ({
      blocked_at: by === null ? null : now,
      blocked_by: by,
      updated_at: now,
      version: eb('version', '+', 1),
    }))
    .where('id', '=', id)
    .execute();
}

function columns({ phone, name, country, language, timeZone, attributes, tags }: AuthorContent) {
  const plain = { phone, name, country, language, time_zone: timeZone };
  return { ...plain, attributes: JSON.stringify(attributes), tags: [...tags] };
}

/** Who wrote to us, as the network names them. */
export interface InboundAuthor {
  readonly tenantId: TenantId;
  readonly network: Network;
  /** The network's own id of the person; null where it only tells a number. */
  readonly externalId: string | null;
  /** E.164; null where the network keeps it to itself. */
  readonly phone: string | null;
  readonly country: string | null;
  /** What they call themselves; taken only where we have no name yet. */
  readonly name: string;
  readonly at: Date;
}

/**
 * The author who wrote to us, made if they are new, with the instant noted. One who is known by a number is found by
 * it and learns the network's id; should id and number be two authors, the id decides and both stay.
 */
export async function upsertInboundAuthor(
  trx: TenantTransaction,
  inbound: InboundAuthor,
): Promise<{ readonly id: AuthorId; readonly created: boolean }> {
  const known = await noteInbound(trx, inbound);
  if (known !== null) return { id: known, created: false };
  const { tenantId, network, externalId, phone, country, name, at } = inbound;
  const id = newId<AuthorId>();
  const inserted = await trx
    .insertInto('author')
    .values({
      tenant_id: tenantId,
      id,
      network,
      external_id: externalId,
      phone,
      country,
      name,
      last_inbound_at: at,
      last_contact_at: at,
      created_at: at,
      updated_at: at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted !== undefined) return { id, created: true };
  // Two messages of a new author came at once, and the other has made them.
  const made = await noteInbound(trx, inbound);
  if (made === null) throw new Error('an author can be neither found nor made');
  return { id: made, created: false };
}

async function noteInbound(
  trx: TenantTransaction,
  { network, externalId, phone, country, name, at }: InboundAuthor,
): Promise<AuthorId | null> {
  const found = await trx
    .selectFrom('author')
    .select('id')
    .where('network', '=', network)
    .where((eb) => eb.or([eb('external_id', '=', externalId), eb('phone', '=', phone)]))
    .orderBy(sql`external_id is not distinct from ${externalId}::text`, 'desc')
    .forUpdate()
    .execute();
  const [first] = found;
  if (first === undefined) return null;
  // A number that another author has stays theirs.
  const learntPhone = found.length === 1 ? phone : null;
  const { rows } = await sql<{ id: AuthorId }>`
    update author
    set external_id = coalesce(external_id, ${externalId}::text), phone = coalesce(phone, ${learntPhone}::text),
        name = case when name = '' then ${name} else name end, country = coalesce(country, ${country}::text),
        last_inbound_at = greatest(last_inbound_at, ${at}::timestamptz),
        last_contact_at = greatest(last_contact_at, ${at}::timestamptz)
    where id = ${first.id}
    returning id`.execute(trx);
  return rows[0]?.id ?? null;
}

function authorRows(trx: TenantTransaction) {
  return trx.selectFrom('author').selectAll().select(lastContactOf.as('last_contact')).where('erased_at', 'is', null);
}

function matching(search: string): RawBuilder<boolean> {
  const escaped = search.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
  const digits = search.replaceAll(/[^+\d]/g, '');
  const named = sql<boolean>`author.name ilike ${`%${escaped}%`}`;
  if (digits.replace('+', '').length < minDigits) return named;
  return sql`(${named} or strpos(author.phone, ${digits.replace(/^00/, '+')}) > 0)`;
}

/** Fewer digits than these are no number that somebody looks for. */
const minDigits = 3;

type Stored = Awaited<ReturnType<ReturnType<typeof authorRows>['execute']>>[number];

function rowOf(row: Stored): AuthorRow {
  return {
    id: row.id,
    network: row.network,
    externalId: row.external_id,
    phone: row.phone,
    name: row.name,
    country: row.country,
    language: row.language,
    timeZone: row.time_zone,
    attributes: row.attributes,
    tags: row.tags,
    consent: row.consent,
    consentAt: row.consent_at,
    blockedAt: row.blocked_at,
    lastInboundAt: row.last_inbound_at,
    lastContactAt: row.last_contact,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}

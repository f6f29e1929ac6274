import { sql } from 'kysely';
import { type Attributes, type Consent, type ConsentSource, judgeConsent } from '../domain/author.ts';
import type { AuthorId, ContactGroupId, TenantId, UserId } from '../domain/ids.ts';
import { newId } from '../platform/new-id.ts';
import type { TenantTransaction } from './tenant.ts';

/** One of many contacts, found by their number. What is null or empty leaves what is known as it is. */
export interface BulkAuthor {
  readonly phone: string;
  /** Of the number; counts for who is new, unless `country` says otherwise. */
  readonly phoneCountry: string | null;
  readonly name: string | null;
  readonly country: string | null;
  readonly language: string | null;
  readonly timeZone: string | null;
  /** Added to those that are there. */
  readonly attributes: Attributes;
  readonly tags: readonly string[];
  readonly consent: { readonly told: Exclude<Consent, 'unknown'>; readonly evidence: string | null } | null;
}

export interface BulkContext {
  readonly tenantId: TenantId;
  readonly source: Extract<ConsentSource, 'import' | 'api'>;
  readonly by: UserId;
  readonly groupId: ContactGroupId | null;
  readonly now: Date;
}

export type BulkOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly id: AuthorId }
  /** Nothing of the row was taken: it says that somebody agrees who has opted out. */
  | { readonly kind: 'refused'; readonly reason: 'consent_withdrawn' };

/**
 * Writes many contacts in a few statements, and says of each row what came of it, in the order of the rows. A number
 * that comes twice counts twice, the later row after the earlier one. Done again it changes nothing.
 */
export async function upsertAuthors(
  trx: TenantTransaction,
  context: BulkContext,
  rows: readonly BulkAuthor[],
): Promise<readonly BulkOutcome[]> {
  const outcomes = new Map<number, BulkOutcome>();
  let left: readonly Numbered[] = rows.map((row, place) => ({ ...row, place }));
  while (left.length > 0) {
    const wave = firstOfEachPhone(left);
    for (const [place, outcome] of await writeWave(trx, context, wave)) outcomes.set(place, outcome);
    // Besides later rows of the same number: who was written by somebody else in this moment is now found.
    left = left.filter(({ place }) => !outcomes.has(place));
  }
  const settled = rows.map((_, place) => outcomes.get(place)).filter((outcome) => outcome !== undefined);
  await joinGroup(trx, context, settled);
  return settled;
}

type Numbered = BulkAuthor & { readonly place: number };

/** In one order, so that two writers of the same numbers wait for each other instead of locking up. */
function firstOfEachPhone(rows: readonly Numbered[]): readonly Numbered[] {
  const firsts = new Map<string, Numbered>();
  for (const row of rows) if (!firsts.has(row.phone)) firsts.set(row.phone, row);
  return [...firsts.values()].toSorted((a, b) => (a.phone < b.phone ? -1 : 1));
}

async function writeWave(
  trx: TenantTransaction,
  context: BulkContext,
  wave: readonly Numbered[],
): Promise<ReadonlyMap<number, BulkOutcome>> {
  const known = await lockKnown(trx, wave);
  const outcomes = new Map<number, BulkOutcome>();
  const changes: ConsentChange[] = [];
  const found: Found[] = [];
  const missing: Numbered[] = [];
  for (const row of wave) {
    const author = known.get(row.phone);
    if (author === undefined) missing.push(row);
    else if (row.consent !== null && verdictOf(author.consent, row.consent.told) === 'withdrawn') {
      outcomes.set(row.place, { kind: 'refused', reason: 'consent_withdrawn' });
    } else found.push({ ...row, id: author.id, was: author.consent });
  }
  const updated = await updateKnown(trx, context, found);
  for (const { place, id, was, consent } of found) {
    outcomes.set(place, { kind: updated.has(id) ? 'updated' : 'unchanged', id });
    if (consent !== null && consent.told !== was) changes.push({ id, ...consent });
  }
  const created = await insertNew(trx, context, missing);
  for (const { place, phone, consent } of missing) {
    const id = created.get(phone);
    if (id === undefined) continue;
    outcomes.set(place, { kind: 'created', id });
    if (consent !== null) changes.push({ id, ...consent });
  }
  await insertChanges(trx, context, changes);
  return outcomes;
}

const verdictOf = (known: Consent, told: Exclude<Consent, 'unknown'>) => judgeConsent(known, told, { inBulk: true });

type Found = Numbered & { readonly id: AuthorId; readonly was: Consent };
type ConsentChange = { readonly id: AuthorId } & NonNullable<BulkAuthor['consent']>;

async function lockKnown(trx: TenantTransaction, wave: readonly Numbered[]) {
  const rows = await trx
    .selectFrom('author')
    .select(['id', 'phone', 'consent'])
    .where('network', '=', 'whatsapp')
    .where(sql<boolean>`phone = any(${wave.map(({ phone }) => phone)}::text[])`)
    .orderBy('phone')
    .forUpdate()
    .execute();
  return new Map(rows.map((row) => [row.phone ?? '', row]));
}

/** Whose row is another now. */
async function updateKnown(
  trx: TenantTransaction,
  { now }: BulkContext,
  found: readonly Found[],
): Promise<ReadonlySet<AuthorId>> {
  if (found.length === 0) return new Set();
  const { rows } = await sql<{ id: AuthorId }>`
    with told as (
      select row.*, author.tags || array(
               select tag from unnest(row.tags) with ordinality as added (tag, place)
               where tag <> all (author.tags) order by place) as all_tags
      from ${recordset(found)} join author using (id))
    update author
    set name = coalesce(told.name, author.name), country = coalesce(told.country, author.country),
        language = coalesce(told.language, author.language), time_zone = coalesce(told.time_zone, author.time_zone),
        attributes = author.attributes || told.attributes, tags = told.all_tags,
        consent = coalesce(told.consent, author.consent),
        consent_at = case when told.consent <> author.consent then ${now}::timestamptz else author.consent_at end,
        updated_at = ${now}, version = version + 1
    from told
    where author.id = told.id
      and (author.name, author.country, author.language, author.time_zone, author.attributes, author.tags, author.consent)
          is distinct from
          (coalesce(told.name, author.name), coalesce(told.country, author.country),
           coalesce(told.language, author.language), coalesce(told.time_zone, author.time_zone),
           author.attributes || told.attributes, told.all_tags, coalesce(told.consent, author.consent))
    returning author.id`.execute(trx);
  return new Set(rows.map(({ id }) => id));
}

/** The new ones by their number; who is missing has been written by somebody else in this moment. */
async function insertNew(
  trx: TenantTransaction,
  { tenantId, now }: BulkContext,
  missing: readonly Numbered[],
): Promise<ReadonlyMap<string, AuthorId>> {
  if (missing.length === 0) return new Map();
  const { rows } = await sql<{ id: AuthorId; phone: string }>`
    insert into author (tenant_id, id, network, phone, name, country, language, time_zone, attributes, tags,
                        consent, consent_at, created_at, updated_at)
    select ${tenantId}::uuid, id, 'whatsapp', phone, coalesce(name, ''), coalesce(country, phone_country), language,
           time_zone, attributes, tags, coalesce(consent, 'unknown'),
           case when consent is not null then ${now}::timestamptz end, ${now}, ${now}
    from ${recordset(missing.map((row) => ({ ...row, id: newId<AuthorId>() })))}
    order by phone
    on conflict (tenant_id, network, phone) where phone is not null do nothing
    returning id, phone`.execute(trx);
  return new Map(rows.map(({ id, phone }) => [phone, id]));
}

function recordset(rows: readonly (Numbered & { readonly id: AuthorId })[]) {
  const told = rows.map((row) => ({
    id: row.id,
    phone: row.phone,
    phone_country: row.phoneCountry,
    name: row.name,
    country: row.country,
    language: row.language,
    time_zone: row.timeZone,
    attributes: row.attributes,
    tags: row.tags,
    consent: row.consent?.told ?? null,
  }));
  return sql`jsonb_to_recordset(${JSON.stringify(told)}::jsonb) as row (
    id uuid, phone text, phone_country text, name text, country text, language text, time_zone text,
    attributes jsonb, tags text[], consent text)`;
}

async function insertChanges(
  trx: TenantTransaction,
  { tenantId, source, by, now }: BulkContext,
  changes: readonly ConsentChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const told = changes.map(({ id, told: consent, evidence }) => ({ id: newId(), author_id: id, consent, evidence }));
  await sql`
    insert into consent_change (tenant_id, id, author_id, consent, source, evidence, by_user, at)
    select ${tenantId}::uuid, id, author_id, consent, ${source}, evidence, ${by}::uuid, ${now}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(told)}::jsonb)
           as row (id uuid, author_id uuid, consent text, evidence text)`.execute(trx);
}

async function joinGroup(
  trx: TenantTransaction,
  { tenantId, groupId, now }: BulkContext,
  outcomes: readonly BulkOutcome[],
): Promise<void> {
  const ids = outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? [] : [outcome.id]));
  if (groupId === null || ids.length === 0) return;
  await sql`
    insert into contact_group_author (tenant_id, group_id, author_id, added_at)
    select ${tenantId}::uuid, ${groupId}::uuid, author_id, ${now}::timestamptz
    from (select distinct author_id from unnest(${ids}::uuid[]) as row (author_id)) as joining
    order by author_id
    on conflict do nothing`.execute(trx);
}

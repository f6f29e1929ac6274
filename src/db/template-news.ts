import { type Kysely, sql } from 'kysely';
import type { ConnectionId, TemplateId, TenantId } from '../domain/ids.ts';
import { type NetworkTemplate, readsTheSame, type TemplateNotice } from '../domain/template-news.ts';
import { newId } from '../platform/new-id.ts';
import { appendEvents } from './event.ts';
import type { Database } from './schema.ts';
import { addVersion, approves, insertTemplate, lockTemplate, selectVersions, type TemplateRow } from './template.ts';
import type { TenantTransaction } from './tenant.ts';

/** The tenants that hold a WhatsApp business account. */
export async function holdersOfAccount(db: Kysely<Database>, wabaId: string): Promise<readonly TenantId[]> {
  const { rows } = await sql<{ tenant_id: TenantId }>`
    select distinct tenant_id from detail_connections('whatsapp', 'wabaId', ${wabaId})`.execute(db);
  return rows.map(({ tenant_id: tenantId }) => tenantId);
}

/** Writes down what the network told of a template. News that are older than what is known change nothing. */
export async function applyTemplateNotice(
  trx: TenantTransaction,
  tenantId: TenantId,
  { notice, now }: { notice: TemplateNotice; now: Date },
): Promise<void> {
  const row = await lockNamed(trx, notice);
  // What is not known, or says something new, is read from the network.
  if (row === null || notice.news.kind === 'components') return hastenSync(trx, tenantId, notice.wabaId, now);
  const at = new Date(notice.at);
  const { news } = notice;
  switch (news.kind) {
    case 'status':
      return setStatus(trx, row, {
        status: news.status,
        rejection: news.rejection,
        detail: news.detail,
        pausedUntil: news.pausedUntil === null ? null : new Date(news.pausedUntil),
        providerId: notice.providerId,
        at,
        now,
      });
    case 'quality':
      return setQuality(trx, row, { quality: news.quality, at, now });
    case 'category':
      return setCategory(trx, row, { category: news.category, at });
  }
}

/** By the network's id, or by name and language where our own submission is not answered yet. */
async function lockNamed(
  trx: TenantTransaction,
  { wabaId, providerId, name, language }: Pick<TemplateNotice, 'wabaId' | 'providerId' | 'name' | 'language'>,
): Promise<TemplateRow | null> {
  const found = await trx
    .selectFrom('template')
    .select('id')
    .where('waba_id', '=', wabaId)
    .where(({ and, eb, or }) =>
      or([
        eb('provider_id', '=', providerId),
        and([
          eb('provider_id', 'is', null),
          eb('name', '=', name),
          // Webhooks have been seen to write en-US for en_US.
          eb('language', '=', language.replace('-', '_')),
          eb('status', '<>', 'deleted'),
        ]),
      ]),
    )
    .orderBy(sql`provider_id is null`)
    .executeTakeFirst();
  return found === undefined ? null : lockTemplate(trx, found.id);
}

interface StatusNews {
  readonly status: TemplateRow['status'];
  readonly rejection: string | null;
  readonly detail: string | null;
  readonly pausedUntil: Date | null;
  readonly providerId: string;
  readonly at: Date;
  readonly now: Date;
}

async function setStatus(trx: TenantTransaction, row: TemplateRow, news: StatusNews): Promise<void> {
  if (isOld(row.status_at, news.at) || row.status === 'deleted') return;
  const { status, at, now } = news;
  const submitted = approves(status) ? await newestSubmitted(trx, row.id) : null;
  await trx
    .updateTable('template')
    .set({
      status,
      rejection: news.rejection,
      rejection_detail: news.detail,
      paused_until: status === 'paused' ? (news.pausedUntil ?? row.paused_until) : null,
      provider_id: news.providerId,
      status_at: at,
      ...(status === 'deleted' ? { deleted_at: now } : {}),
      ...(submitted === null || (status !== 'approved' && row.approved_version !== null)
        ? {}
        : { approved_version: submitted }),
    })
    .where('id', '=', row.id)
    .execute();
  if (status === row.status) return;
  const data = { from: row.status, to: status, rejection: news.rejection };
  await append(trx, row, { kind: 'template.status_changed', data, now });
}

async function setQuality(
  trx: TenantTransaction,
  row: TemplateRow,
  { quality, at, now }: { quality: TemplateRow['quality']; at: Date; now: Date },
): Promise<void> {
  if (isOld(row.quality_at, at)) return;
  await trx.updateTable('template').set({ quality, quality_at: at }).where('id', '=', row.id).execute();
  if (quality === row.quality) return;
  await append(trx, row, { kind: 'template.quality_changed', data: { from: row.quality, to: quality }, now });
}

async function setCategory(
  trx: TenantTransaction,
  row: TemplateRow,
  { category, at }: { category: TemplateRow['category']; at: Date },
): Promise<void> {
  if (isOld(row.category_at, at)) return;
  await trx.updateTable('template').set({ category, category_at: at }).where('id', '=', row.id).execute();
}

const isOld = (known: Date | null, at: Date): boolean => known !== null && at < known;

async function newestSubmitted(trx: TenantTransaction, id: TemplateId): Promise<number | null> {
  const row = await trx
    .selectFrom('template_version')
    .select('number')
    .where('template_id', '=', id)
    .where('submitted_at', 'is not', null)
    .orderBy('number', 'desc')
    .executeTakeFirst();
  return row?.number ?? null;
}

function append(
  trx: TenantTransaction,
  row: TemplateRow,
  {
    kind,
    data,
    now,
  }: {
    kind: 'template.status_changed' | 'template.quality_changed' | 'template.created' | 'template.edited';
    data: Record<string, unknown>;
    now: Date;
  },
): Promise<void> {
  const actor = { kind: 'network' } as const;
  return appendEvents(trx, [
    { tenantId: row.tenant_id, at: now, kind, entity: 'template', entityId: row.id, actor, data },
  ]);
}

/** What reading an account's templates has changed. */
export interface TemplatesRead {
  readonly created: number;
  readonly changed: number;
  /** Templates with parts that we do not know: they stay out. */
  readonly unsupported: number;
}

/** An account's templates as the network told them. `readAt`: when it was asked; what is younger with us stays. */
export interface AccountReading {
  readonly tenantId: TenantId;
  readonly wabaId: string;
  readonly templates: readonly NetworkTemplate[];
  readonly readAt: Date;
  readonly now: Date;
}

/** Brings what we know of an account's templates to what the network said when it was read; the newer word wins. */
export async function applyReading(trx: TenantTransaction, reading: AccountReading): Promise<TemplatesRead> {
  const { wabaId, templates } = reading;
  let [created, changed] = [0, 0];
  for (const template of templates) {
    const row = await lockNamed(trx, { wabaId, ...template });
    if (row === null) {
      if (await bringIn(trx, reading, template)) created += 1;
    } else if (await bringUp(trx, reading, { row, template })) changed += 1;
  }
  changed += await noteMissing(trx, reading);
  return { created, changed, unsupported: templates.filter(({ content }) => content === null).length };
}

async function bringIn(
  trx: TenantTransaction,
  { tenantId, wabaId, readAt, now }: AccountReading,
  { content, ...known }: NetworkTemplate,
): Promise<boolean> {
  if (content === null || known.status === 'deleted' || (await isTaken(trx, wabaId, known))) return false;
  const { name, language, category } = known;
  const id = newId<TemplateId>();
  const made = { tenantId, id, wabaId, name, language, category, content, by: null, now: readAt, known };
  if (!(await insertTemplate(trx, made))) throw new Error('a template was made while its account was being read');
  await appendEvents(trx, [
    {
      tenantId,
      at: now,
      kind: 'template.created',
      entity: 'template',
      entityId: id,
      actor: { kind: 'network' },
      data: { status: known.status },
    },
  ]);
  return true;
}

/** A name that is ours under another id at the network: that one was deleted and made anew there. */
async function isTaken(
  trx: TenantTransaction,
  wabaId: string,
  { name, language }: Pick<NetworkTemplate, 'name' | 'language'>,
): Promise<boolean> {
  const row = await trx
    .selectFrom('template')
    .select('id')
    .where('waba_id', '=', wabaId)
    .where('name', '=', name)
    .where('language', '=', language)
    .where('status', '<>', 'deleted')
    .executeTakeFirst();
  return row !== undefined;
}

async function bringUp(
  trx: TenantTransaction,
  { tenantId, readAt, now }: AccountReading,
  { row, template }: { row: TemplateRow; template: NetworkTemplate },
): Promise<boolean> {
  // What was submitted while the network was being read is younger than what it said.
  if (isOld(row.synced_at, readAt)) return false;
  const { status, rejection, quality, category, providerId } = template;
  const rewritten = await bringContent(trx, { row, template, tenantId, readAt });
  const before = await lockTemplate(trx, row.id);
  if (before === null) return false;
  await setStatus(trx, before, {
    status,
    rejection,
    // Only webhooks bring the words; they stay with the code that they explain.
    detail: rejection === before.rejection ? before.rejection_detail : null,
    pausedUntil: null,
    providerId,
    at: readAt,
    now,
  });
  await setQuality(trx, before, { quality, at: readAt, now });
  // Until it is approved, the category is ours to change with the next version.
  const drafting = before.submitted_at === null && before.approved_version === null;
  if (!drafting) await setCategory(trx, before, { category, at: readAt });
  await trx.updateTable('template').set({ synced_at: readAt }).where('id', '=', row.id).execute();
  if (rewritten) await append(trx, before, { kind: 'template.edited', data: { version: before.version }, now });
  return (
    rewritten || before.status !== status || before.quality !== quality || (!drafting && before.category !== category)
  );
}

/** What was edited at WhatsApp itself becomes the newest local version; a draft before it stays among the versions. */
async function bringContent(
  trx: TenantTransaction,
  {
    row,
    template,
    tenantId,
    readAt,
  }: { row: TemplateRow; template: NetworkTemplate; tenantId: TenantId; readAt: Date },
): Promise<boolean> {
  const { content } = template;
  if (content === null) return false;
  const handedIn = (await selectVersions(trx, row.id)).find(({ submitted_at: at }) => at !== null);
  if (handedIn !== undefined && readsTheSame(handedIn.content, content)) return false;
  if (handedIn === undefined && readsTheSame(row.content, content)) {
    // The answer to our own submission was lost.
    await trx
      .updateTable('template_version')
      .set({ submitted_at: readAt })
      .where('template_id', '=', row.id)
      .where('number', '=', row.version)
      .execute();
    return false;
  }
  const number = row.version + 1;
  const version = { tenantId, id: row.id, number, content, by: null, now: readAt, submittedAt: readAt };
  await addVersion(trx, version, template.category);
  return true;
}

/** What the network has had and does not list any more was deleted there. */
async function noteMissing(
  trx: TenantTransaction,
  { wabaId, templates, readAt, now }: AccountReading,
): Promise<number> {
  const listed = new Set(templates.map(({ providerId }) => providerId));
  const known = await trx
    .selectFrom('template')
    .select(['id', 'provider_id'])
    .where('waba_id', '=', wabaId)
    .where('provider_id', 'is not', null)
    .where('status', '<>', 'deleted')
    .where(({ eb, or }) => or([eb('synced_at', 'is', null), eb('synced_at', '<', readAt)]))
    .execute();
  let gone = 0;
  for (const { id, provider_id: providerId } of known) {
    if (providerId === null || listed.has(providerId)) continue;
    const row = await lockTemplate(trx, id);
    if (row === null || isOld(row.status_at, readAt)) continue;
    const news = { status: 'deleted', rejection: null, detail: null, pausedUntil: null } as const;
    await setStatus(trx, row, { ...news, providerId, at: readAt, now });
    gone += 1;
  }
  return gone;
}

/** Has an account's templates read at the next opportunity. */
export async function hastenSync(trx: TenantTransaction, tenantId: TenantId, wabaId: string, now: Date): Promise<void> {
  await trx
    .insertInto('template_sync')
    .values({ tenant_id: tenantId, waba_id: wabaId, due_at: now })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'waba_id']).doUpdateSet({ due_at: now }))
    .execute();
}

/** Takes on the reading of an account's templates if it is due; then it is not before `next`, whoever else asks. */
export async function claimSync(
  trx: TenantTransaction,
  { tenantId, wabaId, now, next }: { tenantId: TenantId; wabaId: string; now: Date; next: Date },
): Promise<boolean> {
  const { rows } = await sql`
    insert into template_sync (tenant_id, waba_id, due_at) values (${tenantId}, ${wabaId}, ${next})
    on conflict (tenant_id, waba_id) do update set due_at = excluded.due_at where template_sync.due_at <= ${now}
    returning waba_id`.execute(trx);
  return rows.length > 0;
}

/** The WhatsApp business accounts of a tenant, each with a connection whose token may manage it. */
export async function selectAccounts(
  trx: TenantTransaction,
): Promise<readonly { readonly wabaId: string; readonly connectionId: ConnectionId }[]> {
  const { rows } = await sql<{ waba_id: string; id: ConnectionId }>`
    select distinct on (details ->> 'wabaId') details ->> 'wabaId' as waba_id, id from connection
    where network = 'whatsapp' and details ? 'wabaId' and state in ('connected', 'degraded')
    order by details ->> 'wabaId', state, id`.execute(trx);
  return rows.map(({ waba_id: wabaId, id: connectionId }) => ({ wabaId, connectionId }));
}

/** The WhatsApp business account of a number; `null` for what is none of the tenant's, or has been ended. */
export async function selectAccountOf(trx: TenantTransaction, id: ConnectionId): Promise<string | null> {
  const row = await trx
    .selectFrom('connection')
    .select('details')
    .where('id', '=', id)
    .where('network', '=', 'whatsapp')
    .where('state', '<>', 'disconnected')
    .executeTakeFirst();
  return row?.details['wabaId'] ?? null;
}

import type { TemplateId, TenantId } from '../domain/ids.ts';
import { type NetworkTemplate, readsTheSame } from '../domain/template-news.ts';
import { newId } from '../platform/new-id.ts';
import { appendEvents } from './event.ts';
import { appendFromNetwork, isOld, lockNamed, setCategory, setQuality, setStatus } from './template-news.ts';
import { addVersion, selectVersions } from './template-version.ts';
import { insertTemplate, lockTemplate, type TemplateRow } from './template.ts';
import type { TenantTransaction } from './tenant.ts';

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
  if (rewritten)
    await appendFromNetwork(trx, before, { kind: 'template.edited', data: { version: before.version }, now });
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

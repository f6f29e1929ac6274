import { sql } from 'kysely';
import type { TemplateId, TenantId, UserId } from '../domain/ids.ts';
import type { TemplateStanding } from '../domain/template-edit.ts';
import type { TemplateCategory, TemplateContent, TemplateQuality, TemplateStatus } from '../domain/template.ts';
import { unlessViolated } from './constraint.ts';
import { likePattern } from './like-pattern.ts';
import { insertVersion } from './template-version.ts';
import type { TenantTransaction } from './tenant.ts';

/** A template with its newest local version. */
export type TemplateRow = NonNullable<Awaited<ReturnType<typeof selectTemplate>>>;

/** Where a page of templates ended: its sort key. */
export type TemplatePosition = readonly [name: string, language: string, templateId: string];

export interface TemplateFilter {
  readonly wabaId: string | null;
  /** Empty: every status but `deleted`. */
  readonly statuses: readonly TemplateStatus[];
  readonly categories: readonly TemplateCategory[];
  readonly language: string | null;
  /** Part of the name or of what the newest version says. */
  readonly search: string | null;
}

/** Templates by name and language, `limit + 1` at most: the surplus one says that there are more. */
export function selectTemplates(
  trx: TenantTransaction,
  filter: TemplateFilter,
  { after, limit }: { after: TemplatePosition | null; limit: number },
) {
  const { wabaId, statuses, categories, language, search } = filter;
  return rows(trx)
    .$if(wabaId !== null, (query) => query.where('template.waba_id', '=', wabaId ?? ''))
    .$if(statuses.length > 0, (query) => query.where('template.status', 'in', statuses))
    .$if(statuses.length === 0, (query) => query.where('template.status', '<>', 'deleted'))
    .$if(categories.length > 0, (query) => query.where('template.category', 'in', categories))
    .$if(language !== null, (query) => query.where('template.language', '=', language ?? ''))
    .$if(search !== null, (query) =>
      query.where(
        sql<boolean>`(template.name ilike ${likePattern(search ?? '')}
          or newest.content #>> '{body,text}' ilike ${likePattern(search ?? '')})`,
      ),
    )
    .$if(after !== null, (query) =>
      query.where(
        sql<boolean>`(template.name, template.language, template.id) > (${after?.[0]}, ${after?.[1]}, ${after?.[2]}::uuid)`,
      ),
    )
    .orderBy('template.name')
    .orderBy('template.language')
    .orderBy('template.id')
    .limit(limit + 1)
    .execute();
}

export async function selectTemplate(trx: TenantTransaction, id: TemplateId) {
  return (await rows(trx).where('template.id', '=', id).executeTakeFirst()) ?? null;
}

/** The same, and nobody else may change it before this transaction ends. */
export async function lockTemplate(trx: TenantTransaction, id: TemplateId): Promise<TemplateRow | null> {
  await trx.selectFrom('template').select('id').where('id', '=', id).forUpdate().execute();
  return selectTemplate(trx, id);
}

function rows(trx: TenantTransaction) {
  return trx
    .selectFrom('template')
    .innerJoin('template_version as newest', (join) =>
      join
        .onRef('newest.tenant_id', '=', 'template.tenant_id')
        .onRef('newest.template_id', '=', 'template.id')
        .onRef('newest.number', '=', 'template.version'),
    )
    .selectAll('template')
    .select(['newest.content', 'newest.created_at as updated_at', 'newest.submitted_at']);
}

/** What decides which edits a template allows. */
export function standingOf(row: TemplateRow): TemplateStanding {
  const { status, approved_version: approved, edited_at: editedAt, category } = row;
  return { status, everApproved: approved !== null, editedAt: editedAt.map((at) => at.getTime()), category };
}

export interface NewTemplate {
  readonly tenantId: TenantId;
  readonly id: TemplateId;
  readonly wabaId: string;
  readonly name: string;
  readonly language: string;
  readonly category: TemplateCategory;
  readonly content: TemplateContent;
  /** `null`: it was made at WhatsApp itself. */
  readonly by: UserId | null;
  readonly now: Date;
  /** What WhatsApp says of it; `null`: it does not know it yet. */
  readonly known: {
    readonly providerId: string;
    readonly status: TemplateStatus;
    readonly rejection: string | null;
    readonly quality: TemplateQuality;
  } | null;
}

/** False, and the transaction is lost, when the account has a template of this name in this language. */
export function insertTemplate(trx: TenantTransaction, template: NewTemplate): Promise<boolean> {
  const { tenantId, id, wabaId, name, language, category, content, by, now, known } = template;
  return unlessViolated('unique', async () => {
    const heard =
      known === null
        ? {}
        : {
            provider_id: known.providerId,
            rejection: known.rejection,
            quality: known.quality,
            approved_version: approves(known.status) ? 1 : null,
            synced_at: now,
            status_at: now,
            quality_at: now,
            category_at: now,
          };
    await trx
      .insertInto('template')
      .values({
        tenant_id: tenantId,
        id,
        waba_id: wabaId,
        name,
        language,
        category,
        status: known?.status ?? 'draft',
        created_by: by,
        created_at: now,
        ...heard,
      })
      .execute();
    await insertVersion(trx, { tenantId, id, number: 1, content, by, now, submittedAt: known === null ? null : now });
  });
}

/** Whether a status says that WhatsApp has approved the template at some time. */
export function approves(status: TemplateStatus): boolean {
  return status === 'approved' || status === 'paused' || status === 'disabled' || status === 'flagged';
}

/** What has been handed in, with the samples' handles; WhatsApp reviews it now. */
export async function recordSubmission(
  trx: TenantTransaction,
  {
    row,
    content,
    submitted,
    editedAt,
    now,
  }: {
    row: TemplateRow;
    content: TemplateContent;
    submitted: { providerId: string; status: TemplateStatus; category: TemplateCategory };
    editedAt: readonly Date[];
    now: Date;
  },
): Promise<void> {
  await trx
    .updateTable('template_version')
    .set({ content: JSON.stringify(content), submitted_at: now })
    .where('template_id', '=', row.id)
    .where('number', '=', row.version)
    .execute();
  await trx
    .updateTable('template')
    .set({
      provider_id: submitted.providerId,
      status: submitted.status,
      category: submitted.category,
      rejection: null,
      rejection_detail: null,
      paused_until: null,
      edited_at: editedAt,
      synced_at: now,
      status_at: now,
      category_at: now,
      ...(submitted.status === 'approved' ? { approved_version: row.version } : {}),
    })
    .where('id', '=', row.id)
    .execute();
}

export async function markDeleted(trx: TenantTransaction, id: TemplateId, now: Date): Promise<void> {
  await trx
    .updateTable('template')
    .set({ status: 'deleted', deleted_at: now, status_at: now })
    .where('id', '=', id)
    .where('status', '<>', 'deleted')
    .execute();
}

/** When the last template of a name in a language was deleted, and whether it had been approved; `null`: never. */
export async function selectDeletedName(
  trx: TenantTransaction,
  { wabaId, name, language }: { wabaId: string; name: string; language: string },
): Promise<{ readonly everApproved: boolean; readonly deletedAt: number } | null> {
  const row = await trx
    .selectFrom('template')
    .select(['approved_version', 'deleted_at'])
    .where('waba_id', '=', wabaId)
    .where('name', '=', name)
    .where('language', '=', language)
    .where('status', '=', 'deleted')
    .orderBy(sql`approved_version is null`)
    .orderBy('deleted_at', 'desc')
    .executeTakeFirst();
  if (row?.deleted_at === undefined || row.deleted_at === null) return null;
  return { everApproved: row.approved_version !== null, deletedAt: row.deleted_at.getTime() };
}

/** A template as messages are sent from it: what WhatsApp has approved, not what is being drafted. */
export interface ApprovedTemplate {
  readonly id: TemplateId;
  readonly wabaId: string;
  readonly name: string;
  readonly language: string;
  readonly category: TemplateCategory;
  readonly content: TemplateContent;
}

/** The approved version of a template that may be sent now; `null` if there is none, or WhatsApp has stopped it. */
export async function selectApprovedTemplate(trx: TenantTransaction, id: TemplateId): Promise<ApprovedTemplate | null> {
  const row = await trx
    .selectFrom('template')
    .innerJoin('template_version as approved', (join) =>
      join
        .onRef('approved.tenant_id', '=', 'template.tenant_id')
        .onRef('approved.template_id', '=', 'template.id')
        .onRef('approved.number', '=', 'template.approved_version'),
    )
    .select(['template.id', 'template.waba_id', 'template.name', 'template.language', 'template.category'])
    .select('approved.content')
    .where('template.id', '=', id)
    // A flagged template can still be sent.
    .where('template.status', 'in', ['approved', 'flagged'])
    .executeTakeFirst();
  if (row === undefined) return null;
  const { waba_id: wabaId, ...rest } = row;
  return { wabaId, ...rest };
}

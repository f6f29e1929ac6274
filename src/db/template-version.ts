import type { MediaId, TemplateId, TenantId, UserId } from '../domain/ids.ts';
import type { TemplateCategory, TemplateContent } from '../domain/template.ts';
import type { TenantTransaction } from './tenant.ts';

/** The local versions of a template, newest first. */
export function selectVersions(trx: TenantTransaction, id: TemplateId) {
  return trx
    .selectFrom('template_version')
    .select(['number', 'content', 'created_by', 'created_at', 'submitted_at'])
    .where('template_id', '=', id)
    .orderBy('number', 'desc')
    .limit(maxVersionsShown)
    .execute();
}

const maxVersionsShown = 100;

export interface NewVersion {
  readonly tenantId: TenantId;
  readonly id: TemplateId;
  readonly number: number;
  readonly content: TemplateContent;
  readonly by: UserId | null;
  readonly now: Date;
  /** `null`: it has not been submitted. */
  readonly submittedAt: Date | null;
}

/** Writes a version down, and which files it shows. */
export async function insertVersion(trx: TenantTransaction, version: NewVersion): Promise<void> {
  const { tenantId, id, number, content, by, now, submittedAt } = version;
  await trx
    .insertInto('template_version')
    .values({
      tenant_id: tenantId,
      template_id: id,
      number,
      content: JSON.stringify(content),
      created_by: by,
      created_at: now,
      submitted_at: submittedAt,
    })
    .execute();
  const files = mediaIn(content);
  if (files.length === 0) return;
  await trx
    .insertInto('template_media')
    .values(files.map((mediaId) => ({ tenant_id: tenantId, template_id: id, media_id: mediaId })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Our files that a content shows, each once. */
export function mediaIn({ header, cards }: TemplateContent): readonly MediaId[] {
  const headers = [header, ...cards.map((card) => card.header)];
  return [
    ...new Set(
      headers.flatMap((each) =>
        each === null || each.kind === 'text' || each.kind === 'location' || each.mediaId === null
          ? []
          : [each.mediaId],
      ),
    ),
  ];
}

/** Makes a new local version the newest. */
export async function addVersion(
  trx: TenantTransaction,
  version: NewVersion,
  category: TemplateCategory,
): Promise<void> {
  await insertVersion(trx, version);
  await trx.updateTable('template').set({ version: version.number, category }).where('id', '=', version.id).execute();
}

/** The templates that show a file. */
export function selectTemplatesShowing(trx: TenantTransaction, id: MediaId): Promise<{ id: TemplateId }[]> {
  return trx.selectFrom('template_media').select('template_id as id').where('media_id', '=', id).execute();
}

import { sql } from 'kysely';
import type { TemplateId, TenantId } from '../domain/ids.ts';
import type { TemplateNotice } from '../domain/template-news.ts';
import { appendEvents } from './event.ts';
import { hastenSync } from './template-account.ts';
import { approves, lockTemplate, type TemplateRow } from './template.ts';
import type { TenantTransaction } from './tenant.ts';

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
export async function lockNamed(
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

/** Unless something younger is known. The same for quality and category. */
export async function setStatus(trx: TenantTransaction, row: TemplateRow, news: StatusNews): Promise<void> {
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
  await appendFromNetwork(trx, row, { kind: 'template.status_changed', data, now });
}

export async function setQuality(
  trx: TenantTransaction,
  row: TemplateRow,
  { quality, at, now }: { quality: TemplateRow['quality']; at: Date; now: Date },
): Promise<void> {
  if (isOld(row.quality_at, at)) return;
  await trx.updateTable('template').set({ quality, quality_at: at }).where('id', '=', row.id).execute();
  if (quality === row.quality) return;
  await appendFromNetwork(trx, row, {
    kind: 'template.quality_changed',
    data: { from: row.quality, to: quality },
    now,
  });
}

export async function setCategory(
  trx: TenantTransaction,
  row: TemplateRow,
  { category, at }: { category: TemplateRow['category']; at: Date },
): Promise<void> {
  if (isOld(row.category_at, at)) return;
  await trx.updateTable('template').set({ category, category_at: at }).where('id', '=', row.id).execute();
}

/** Whether more is known than this news. */
export const isOld = (known: Date | null, at: Date): boolean => known !== null && at < known;

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

/** Appends what the network has done to a template to the log. */
export function appendFromNetwork(
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

import { sql } from 'kysely';
import type { QuietHours } from '../domain/campaign.ts';
import type { AuthorId, TemplateId } from '../domain/ids.ts';
import type { TemplateCategory, TemplateContent, TemplateStatus, VariableSources } from '../domain/template.ts';
import type { CampaignKey } from './campaign-ledger.ts';
import type { TenantTransaction } from './tenant.ts';

/** What a campaign sends, and what it minds. */
export interface SendingPlan {
  readonly tenantTimeZone: string;
  readonly quietHours: QuietHours | null;
  readonly variants: readonly SendingVariant[];
}

/** A variant with the template that it sends, as the network has approved it. */
export interface SendingVariant {
  readonly key: string;
  readonly templateId: TemplateId;
  readonly name: string;
  readonly language: string;
  readonly category: TemplateCategory;
  readonly status: TemplateStatus;
  /** Null: none of its versions has ever been approved. */
  readonly content: TemplateContent | null;
  readonly variables: VariableSources;
}

/** Reads it, the templates as they are now. */
export async function readSendingPlan(
  trx: TenantTransaction,
  { tenantId, campaignId }: CampaignKey,
): Promise<SendingPlan> {
  const plan = await trx
    .selectFrom('campaign')
    .innerJoin('tenant', 'tenant.id', 'campaign.tenant_id')
    .select(['tenant.time_zone', 'campaign.quiet_hours'])
    .where('campaign.tenant_id', '=', tenantId)
    .where('campaign.id', '=', campaignId)
    .executeTakeFirstOrThrow();
  const { rows: variants } = await sql<SendingVariant>`
    select variant.key, template.id as "templateId", template.name, template.language, template.category,
           template.status, version.content, variant.variables
    from campaign_variant variant
    join template on template.tenant_id = variant.tenant_id and template.id = variant.template_id
    left join template_version version on version.tenant_id = template.tenant_id
      and version.template_id = template.id and version.number = template.approved_version
    where variant.tenant_id = ${tenantId}::uuid and variant.campaign_id = ${campaignId}::uuid
    order by variant.key`.execute(trx);
  return { tenantTimeZone: plan.time_zone, quietHours: plan.quiet_hours, variants };
}

/** The network says that it does not have the template any more, in this language. */
export async function blockTemplate(trx: TenantTransaction, { tenantId }: CampaignKey, id: TemplateId): Promise<void> {
  await trx
    .updateTable('template')
    .set({ status: 'disabled' })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('status', '=', 'approved')
    .execute();
}

/** People who have told WhatsApp that they want no marketing from us: noted like every other change of their mind. */
export async function noteMarketingStop(
  trx: TenantTransaction,
  { tenantId }: CampaignKey,
  authorIds: readonly AuthorId[],
  now: Date,
): Promise<void> {
  await sql`
    with stopped as (
      update author set consent = 'withdrawn', consent_at = ${now}::timestamptz, updated_at = ${now}::timestamptz,
                        version = version + 1
      where tenant_id = ${tenantId}::uuid and id = any(${authorIds}::uuid[]) and consent <> 'withdrawn'
      returning id
    )
    insert into consent_change (tenant_id, id, author_id, consent, source, evidence, by_user, at)
    select ${tenantId}::uuid, uuidv7(), id, 'withdrawn', 'user_preferences', '131050', null, ${now}::timestamptz
    from stopped`.execute(trx);
}

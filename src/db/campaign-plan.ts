import { sql } from 'kysely';
import type { PlannedNumber, PlannedVariant } from '../domain/campaign-plan.ts';
import type { ContactFilter } from '../domain/contact-filter.ts';
import type { CampaignId, ContactGroupId, TemplateId } from '../domain/ids.ts';
import type { TemplateCategory, TemplateContent } from '../domain/template.ts';
import { placesOf } from '../domain/template-variables.ts';
import type { TenantTransaction } from './tenant.ts';

/** What stands behind the names in a draft; what is not named by it is not asked for. */
export interface PlanParts {
  readonly groups: readonly PlannedGroup[];
  readonly numbers: readonly (PlannedNumber & { readonly name: string })[];
  readonly variants: readonly (PlannedVariant & VariantTemplate)[];
}

export interface PlannedGroup {
  readonly id: ContactGroupId;
  readonly name: string;
  readonly archived: boolean;
  /** Null: a list. */
  readonly filter: ContactFilter | null;
}

export interface VariantTemplate {
  readonly share: number;
  readonly category: TemplateCategory;
  readonly template: { readonly id: TemplateId; readonly name: string; readonly language: string };
  /** The version that would be sent: the approved one, else the newest. */
  readonly templateVersion: number;
  readonly content: TemplateContent;
}

export async function selectPlanParts(trx: TenantTransaction, campaignId: CampaignId): Promise<PlanParts> {
  const groups = await trx
    .selectFrom('campaign_group')
    .innerJoin('contact_group', 'contact_group.id', 'campaign_group.group_id')
    .select(['contact_group.id', 'contact_group.name', 'contact_group.archived_at', 'contact_group.filter'])
    .where('campaign_id', '=', campaignId)
    .orderBy('contact_group.id')
    .execute();
  const numbers = await trx
    .selectFrom('campaign_number')
    .innerJoin('connection', 'connection.id', 'campaign_number.connection_id')
    .select(['connection.id', 'connection.name', 'network', 'state', 'suspended_at', 'details'])
    .where('campaign_id', '=', campaignId)
    .orderBy('connection.id')
    .execute();
  return {
    groups: groups.map(({ id, name, filter, archived_at: archivedAt }) => ({
      id,
      name,
      filter,
      archived: archivedAt !== null,
    })),
    numbers: numbers.map(({ id, name, network, state, suspended_at: suspendedAt, details }) => ({
      connectionId: id,
      name,
      network,
      state,
      suspended: suspendedAt !== null,
      wabaId: details['wabaId'] ?? null,
    })),
    variants: await selectVariants(trx, campaignId),
  };
}

async function selectVariants(trx: TenantTransaction, campaignId: CampaignId): Promise<PlanParts['variants']> {
  const rows = await trx
    .selectFrom('campaign_variant as variant')
    .innerJoin('template', 'template.id', 'variant.template_id')
    .innerJoin('template_version as written', (join) =>
      join
        .onRef('written.template_id', '=', 'template.id')
        .on('written.number', '=', sql<number>`coalesce(template.approved_version, template.version)`),
    )
    .select([
      'variant.key',
      'variant.share',
      'variant.variables',
      'template.id',
      'template.name',
      'template.language',
      'template.category',
      'template.status',
      'template.waba_id',
      'written.number',
      'written.content',
    ])
    .where('variant.campaign_id', '=', campaignId)
    .orderBy('variant.key')
    .execute();
  return rows.map((row) => ({
    key: row.key,
    share: row.share,
    category: row.category,
    templateStatus: row.status,
    wabaId: row.waba_id,
    places: placesOf(row.content).map(({ key }) => key),
    sources: row.variables,
    template: { id: row.id, name: row.name, language: row.language },
    templateVersion: row.number,
    content: row.content,
  }));
}

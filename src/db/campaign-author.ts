import type { CampaignId, UserId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/**
 * Everybody who has created, edited or submitted a campaign, or written the versions of the templates that it sends: then it
 * is not theirs to approve.
 */
export async function selectCampaignAuthors(
  trx: TenantTransaction,
  { id, createdAt }: { readonly id: CampaignId; readonly createdAt: Date },
): Promise<readonly UserId[]> {
  const shaped = await trx
    .selectFrom('event')
    .select('actor_id as user')
    .distinct()
    .where('entity', '=', 'campaign')
    .where('entity_id', '=', id)
    .where('at', '>=', createdAt)
    .where('kind', 'in', ['campaign.created', 'campaign.edited', 'campaign.submitted'])
    .execute();
  const wrote = await trx
    .selectFrom('campaign_variant as variant')
    .innerJoin('template', (join) =>
      join.onRef('template.tenant_id', '=', 'variant.tenant_id').onRef('template.id', '=', 'variant.template_id'),
    )
    .innerJoin('template_version as version', (join) =>
      join
        .onRef('version.tenant_id', '=', 'template.tenant_id')
        .onRef('version.template_id', '=', 'template.id')
        .onRef('version.number', '=', 'template.approved_version'),
    )
    .select('version.created_by as user')
    .where('variant.campaign_id', '=', id)
    .execute();
  const users = [...shaped, ...wrote].flatMap(({ user }) => (user === null ? [] : [user]));
  return [...new Set(users)].toSorted();
}

import type { CampaignId, UserId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** Whether somebody has created, edited or submitted a campaign: then it is not theirs to approve. */
export async function hasShaped(
  trx: TenantTransaction,
  { id, createdAt }: { readonly id: CampaignId; readonly createdAt: Date },
  user: UserId,
): Promise<boolean> {
  const row = await trx
    .selectFrom('event')
    .select('position')
    .where('entity', '=', 'campaign')
    .where('entity_id', '=', id)
    .where('at', '>=', createdAt)
    .where('kind', 'in', ['campaign.created', 'campaign.edited', 'campaign.submitted'])
    .where('actor_id', '=', user)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

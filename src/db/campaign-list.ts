import type { CampaignState, PauseReason } from '../domain/campaign.ts';
import type { CampaignId, UserId } from '../domain/ids.ts';
import { likePattern } from './like-pattern.ts';
import type { TenantTransaction } from './tenant.ts';

export interface CampaignFilter {
  /** Empty: any. */
  readonly states: readonly CampaignState[];
  /** Anywhere in the name, whatever the case. */
  readonly search: string | null;
  readonly createdBy: UserId | null;
  /** From inclusive, to exclusive. */
  readonly created: { readonly from: Date | null; readonly to: Date | null };
  readonly before: CampaignId | null;
  readonly limit: number;
}

export interface ListedCampaign {
  readonly id: CampaignId;
  readonly name: string;
  readonly state: CampaignState;
  readonly pause_reason: PauseReason | null;
  readonly waiting_until: Date | null;
  readonly version: number;
  readonly starts_at_local: string | null;
  readonly zone: 'tenant' | 'recipient';
  readonly recipients: number | null;
  readonly created_by: UserId;
  readonly author_name: string;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

/** A page of campaigns, newest first, `limit + 1` at most. */
export function selectCampaigns(trx: TenantTransaction, filter: CampaignFilter): Promise<readonly ListedCampaign[]> {
  const { states, search, createdBy, created, before, limit } = filter;
  return trx
    .selectFrom('campaign')
    .innerJoin('tenant_member as author', (join) =>
      join.onRef('author.tenant_id', '=', 'campaign.tenant_id').onRef('author.user_id', '=', 'campaign.created_by'),
    )
    .select([
      'campaign.id',
      'campaign.name',
      'state',
      'pause_reason',
      'waiting_until',
      'campaign.version',
      'starts_at_local',
      'zone',
      'recipients',
      'campaign.created_by',
      'author.display_name as author_name',
      'campaign.created_at',
      'started_at',
      'finished_at',
    ])
    .$if(states.length > 0, (query) => query.where('state', 'in', states))
    .$if(search !== null, (query) => query.where('campaign.name', 'ilike', likePattern(search ?? '')))
    .$if(createdBy !== null, (query) => query.where('campaign.created_by', '=', createdBy))
    .$if(created.from !== null, (query) => query.where('campaign.created_at', '>=', created.from))
    .$if(created.to !== null, (query) => query.where('campaign.created_at', '<', created.to))
    .$if(before !== null, (query) => query.where('campaign.id', '<', before))
    .orderBy('campaign.id', 'desc')
    .limit(limit + 1)
    .execute();
}

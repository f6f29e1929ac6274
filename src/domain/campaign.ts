import type { CampaignId, TenantId } from './ids.ts';

/** The product's state machine of a campaign. Waiting for WhatsApp's reach is `running` with `waitingUntil`. */
export const campaignStates = [
  'draft',
  'in_review',
  'scheduled',
  'running',
  'paused',
  'finished',
  'cancelled',
] as const;
export type CampaignState = (typeof campaignStates)[number];

export const pauseReasons = ['manual', 'error_rate', 'quality', 'quota', 'cost_cap', 'connection', 'contract'] as const;
export type PauseReason = (typeof pauseReasons)[number];

/** Whose clock the start is read from. */
export type CampaignZone = 'tenant' | 'recipient';

/** No message between these wall-clock times of the recipient, `21:00` to `09:00`. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

/** What a campaign and its messages are known by, outside of the database. */
export const campaignWorkflowId = (tenantId: string, campaignId: string): string =>
  `tenant/${tenantId}/campaign/${campaignId}`;

/** What the process of a campaign is started with; everything else it reads. */
export interface CampaignInput {
  readonly v: 1;
  readonly tenantId: TenantId;
  readonly campaignId: CampaignId;
}

/**
 * The state of one row of a campaign's ledger. It never goes backwards but from `claimed` to `queued`, when nothing has
 * been sent, and from `unconfirmed` to what has become known.
 */
export const campaignMessageStates = [
  'queued',
  'claimed',
  'sending',
  'sent',
  'delivered',
  'read',
  'failed',
  'skipped',
  'unconfirmed',
] as const;
export type CampaignMessageState = (typeof campaignMessageStates)[number];

/** Why somebody of the audience was sent nothing. */
export const skipReasons = [
  'no_consent',
  'blocked',
  'no_number',
  'template_unavailable',
  'marketing_cap',
  'stopped_marketing',
  'quota',
  'cost_cap',
  'cancelled',
] as const;
export type SkipReason = (typeof skipReasons)[number];

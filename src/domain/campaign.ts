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

/** What moves a campaign from state to state: people, and its process. */
export type CampaignStep =
  | { readonly kind: 'submit' | 'send_back' | 'approve' | 'schedule' | 'withdraw' }
  | { readonly kind: 'start' | 'resume' | 'finish' | 'cancel' }
  | { readonly kind: 'pause'; readonly reason: PauseReason };

/** Where a campaign stands. `pauseReason` is null unless it is paused. */
export interface CampaignPosition {
  readonly state: CampaignState;
  readonly pauseReason: PauseReason | null;
}

export type StepRefusal =
  /** It is in a state in which this cannot be done. */
  | { readonly code: 'wrong_state'; readonly state: CampaignState }
  /** It is finished or cancelled: nothing moves it any more. */
  | { readonly code: 'ended'; readonly state: 'finished' | 'cancelled' };

const froms: Readonly<Record<CampaignStep['kind'], readonly CampaignState[]>> = {
  submit: ['draft'],
  send_back: ['in_review', 'scheduled'],
  approve: ['in_review'],
  schedule: ['draft'],
  withdraw: ['in_review', 'scheduled'],
  start: ['scheduled'],
  pause: ['running'],
  resume: ['paused'],
  finish: ['running'],
  cancel: ['in_review', 'scheduled', 'running', 'paused'],
};

const tos: Readonly<Record<CampaignStep['kind'], CampaignState>> = {
  submit: 'in_review',
  send_back: 'draft',
  approve: 'scheduled',
  schedule: 'scheduled',
  withdraw: 'draft',
  start: 'running',
  pause: 'paused',
  resume: 'running',
  finish: 'finished',
  cancel: 'cancelled',
};

/**
 * Where a step leads, or why it cannot be taken. The first reason of a pause stays, unless a person wants it to last: then
 * nothing ends it but a person.
 */
export function takeStep(state: CampaignState, step: CampaignStep): CampaignPosition | StepRefusal {
  if (state === 'finished' || state === 'cancelled') return { code: 'ended', state };
  const isPossible = froms[step.kind].includes(state) || (state === 'paused' && isManualPause(step));
  if (!isPossible) return { code: 'wrong_state', state };
  return { state: tos[step.kind], pauseReason: step.kind === 'pause' ? step.reason : null };
}

const isManualPause = (step: CampaignStep): boolean => step.kind === 'pause' && step.reason === 'manual';

/** Whether what has been claimed, and not sent yet, must not be sent any more after this step. */
export const stopsSending = ({ kind }: CampaignStep): boolean => kind === 'pause' || kind === 'cancel';

/** Whether a campaign leaves its review by this step without an approval having ended it. */
export const takesOutOfReview = (state: CampaignState, { kind }: CampaignStep): boolean =>
  state === 'in_review' && (kind === 'withdraw' || kind === 'cancel');

/** The states in which a crisis stop holds it back: it would start or go on by itself. */
export const statesHeldByHalt = ['scheduled', 'running'] as const satisfies readonly CampaignState[];
export type StateHeldByHalt = (typeof statesHeldByHalt)[number];

export const isHeldByHalt = (state: CampaignState): boolean => statesHeldByHalt.some((held) => held === state);

/** Whether a process exists that must hear of it: one that begins with the schedule and ends with the campaign. */
export const hasProcess = (state: CampaignState): boolean => state !== 'draft' && state !== 'in_review';

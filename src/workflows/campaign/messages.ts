import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CampaignInput, CampaignState } from '../../domain/campaign.ts';
import type { UserId } from '../../domain/ids.ts';

/** The campaign's row has changed: it is read anew. Carries its outbox id, so that a repeated delivery is dropped. */
export const campaignChanged = defineSignal<[{ readonly outboxId: string }]>('campaignChanged');

/** What a command answers: where the campaign stands now. */
export interface CampaignStanding {
  readonly state: CampaignState;
}

/**
 * Stops the sending. An update, because the caller must hear that it has stopped: once it is answered, no further
 * message leaves. Refused with a `StepRefusal` as failure type and detail where nothing is running.
 */
export const pause = defineUpdate<CampaignStanding, [{ readonly by: UserId }]>('pause');

/** Goes on after a pause, whatever it was for. Refused like `pause`. */
export const resume = defineUpdate<CampaignStanding, [{ readonly by: UserId }]>('resume');

/** Ends it for good; answered like `pause`. What was sent stays sent. */
export const cancel = defineUpdate<CampaignStanding, [{ readonly by: UserId }]>('cancel');

/** How many messages a second it may send at most, from now on; null: as many as its numbers. */
export const setRate = defineUpdate<CampaignStanding, [{ readonly ratePerS: number | null; readonly by: UserId }]>(
  'setRate',
);

/** `handedOver`: what one run of the process leaves to the next, when its history has grown long. */
export interface CampaignRun extends CampaignInput {
  /** Outbox ids of the messages that were heard last. */
  readonly handedOver?: { readonly heard: readonly string[] };
}

import { defineSignal } from '@temporalio/workflow';

/** The campaign's row has changed: it is read anew. Carries its outbox id, so that a repeated delivery is dropped. */
export const campaignChanged = defineSignal<[{ readonly outboxId: string }]>('campaignChanged');

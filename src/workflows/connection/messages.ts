import { defineSignal } from '@temporalio/workflow';

/** The connection's row has changed: it is read anew. Carries its outbox id, so that a repeated delivery is dropped. */
export const connectionChanged = defineSignal<[{ readonly outboxId: string }]>('connectionChanged');

import { defineSignal } from '@temporalio/workflow';
import type { ConnectionInput } from '../../domain/connection.ts';
import type { ConnectionProcess } from '../../domain/connection-process.ts';

/** The connection's row has changed: it is read anew. Carries its outbox id, so that a repeated delivery is dropped. */
export const connectionChanged = defineSignal<[{ readonly outboxId: string }]>('connectionChanged');

/** What one run of the process hands to the next, when its history has grown long. */
export interface ConnectionRun extends ConnectionInput {
  readonly process?: ConnectionProcess;
  /** Outbox ids of the messages that were heard last. */
  readonly heard?: readonly string[];
}

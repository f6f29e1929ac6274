import { defineSignal } from '@temporalio/workflow';
import type { ConnectionInput } from '../../domain/connection.ts';
import type { ConnectionProcess } from '../../domain/connection-process.ts';
import type { Instant } from '../../domain/ids.ts';

/** The connection's row has changed: it is read anew. Carries its outbox id, so that a repeated delivery is dropped. */
export const connectionChanged = defineSignal<[{ readonly outboxId: string }]>('connectionChanged');

/** `handedOver`: what one run of the process leaves to the next, when its history has grown long. */
export interface ConnectionRun extends ConnectionInput {
  readonly handedOver?: {
    readonly process: ConnectionProcess;
    /** When the page's picture was last looked for. */
    readonly pictureAt: Instant | null;
    /** Outbox ids of the messages that were heard last. */
    readonly heard: readonly string[];
  };
}

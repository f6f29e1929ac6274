import type { Client } from '@temporalio/client';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { claimOutbox, markDelivered, markFailed, type OutboxRow } from '../db/outbox.ts';
import type { Database } from '../db/schema.ts';
import type { Clock } from '../platform/clock.ts';
import { deliver } from './deliver.ts';
import { type QueueLoop, startQueueLoop } from './queue-loop.ts';

export interface RelayDependencies {
  /** As `chorally_system`. */
  readonly system: Kysely<Database>;
  /** Where to listen; a connection of its own that no transaction pooler stands before. */
  readonly systemUrl: string;
  readonly client: Client;
  readonly taskQueue: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const leaseMs = 30_000;
const batch = 50;
const longestWaitMs = 60_000;

/**
 * Carries committed messages from Postgres to Temporal, woken by `notify` and by a sweep. Any number of relays may run:
 * a message is claimed by one at a time, and those of one process go in their order.
 */
export function startRelay(dependencies: RelayDependencies): QueueLoop {
  const { systemUrl, log } = dependencies;
  return startQueueLoop({ systemUrl, channel: 'process_outbox', batch, round: () => round(dependencies), log });
}

/** One claim and its deliveries. Returns how many were claimed. */
async function round(dependencies: RelayDependencies): Promise<number> {
  const { system, clock, log } = dependencies;
  try {
    const rows = await claimOutbox(system, { now: new Date(clock()), leaseMs, limit: batch });
    await Promise.all(rows.map((row) => bring(dependencies, row)));
    return rows.length;
  } catch (error) {
    log.warn({ err: error }, 'the outbox cannot be read; it is tried again');
    return 0;
  }
}

async function bring({ system, client, taskQueue, clock, log }: RelayDependencies, row: OutboxRow): Promise<void> {
  try {
    await deliver(client, { taskQueue }, row);
    await markDelivered(system, row.id, new Date(clock()));
  } catch (error) {
    const code = error instanceof Error ? error.name : 'unknown';
    const waitMs = Math.min(longestWaitMs, 500 * 2 ** Math.min(row.attempts, 10));
    log.warn({ err: error, outboxId: row.id, attempts: row.attempts }, 'a message could not be delivered yet');
    await markFailed(system, row.id, code, new Date(clock() + waitMs));
  }
}

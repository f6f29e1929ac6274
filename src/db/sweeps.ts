import { type Kysely, sql } from 'kysely';
import type { Database } from './schema.ts';

const dayMs = 24 * 60 * 60_000;

/** Removes answers older than a day. Runs as `chorally_system`; returns how many. */
export async function sweepIdempotencyKeys(system: Kysely<Database>, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from idempotency_key where created_at < ${new Date(now.getTime() - dayMs)}`.execute(system);
  return Number(numAffectedRows ?? 0);
}

/** Removes messages that were delivered more than a week ago. Runs as `chorally_system`; returns how many. */
export async function sweepOutbox(system: Kysely<Database>, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from process_outbox where delivered_at < ${new Date(now.getTime() - 7 * dayMs)}`.execute(system);
  return Number(numAffectedRows ?? 0);
}

/** Removes what is known of ways to networks that were begun more than a month ago. Runs as `chorally_system`. */
export async function sweepAuthorizations(system: Kysely<Database>, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from connection_authorization where created_at < ${new Date(now.getTime() - 30 * dayMs)}`.execute(system);
  return Number(numAffectedRows ?? 0);
}

import { Context } from '@temporalio/activity';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { claimDuties, type ClaimedDuty, nextDutyAt, releaseDuties, settleDuty } from '../db/connection-duty.ts';
import type { Database } from '../db/schema.ts';
import { withTenant } from '../db/tenant.ts';
import type { DutyKind } from '../domain/connection.ts';
import { retryDueAt } from '../domain/connection-schedule.ts';
import type { Network } from '../domain/network.ts';
import type { SliceResult } from '../domain/slice.ts';
import type { DoDuty, DutyDependencies, DutyOutcome } from './duty.ts';
import { whileBeating } from './heartbeat.ts';
import { probeDuty } from './probe-duty.ts';
import { refreshDuty } from './refresh-duty.ts';
import { type DutyQueue, workOff } from './slice-lanes.ts';
import { watchDuty } from './watch-duty.ts';

export type SliceActivities = ReturnType<typeof sliceActivities>;

export interface SliceDependencies extends DutyDependencies {
  /** As `chorally_system`: what is due is known across tenants. */
  readonly system: Kysely<Database>;
  /** Aborted when this process is asked to stop: what has not begun is given back. */
  readonly stopping: AbortSignal;
  /** Told of every duty that was done. */
  readonly onDuty: (duty: { kind: DutyKind; network: Network; outcome: DutyOutcome }) => void;
  readonly log: Logger;
}

/** Longer than the longest duty: a refused look, a refresh and another look, with all that surrounds them. */
const leaseMs = 3 * 60_000;
const leaseLeftMs = 90_000;
/**
 * After so long the process hears of what was done, and another worker may take over. Until then a slice waits for work
 * in the database, which costs no events, and finds within seconds what has come due.
 */
const sliceMs = 10 * 60_000;
/** Of one network. With a network that answers within 0.3 s, 16 are fifty a second. */
const width = 16;

/** Works off what is due for connections, across tenants and networks, as long as there is some. */
export function sliceActivities(dependencies: SliceDependencies) {
  const work = (kind: DutyKind, doDuty: DoDuty) => (): Promise<SliceResult> =>
    whileBeating(() => {
      const { clock, stopping } = dependencies;
      const signal = AbortSignal.any([Context.current().cancellationSignal, stopping]);
      const limits = { width, until: clock() + sliceMs, lingerMs: Infinity, leaseLeftMs, signal, clock };
      return workOff(dutyQueue(dependencies, { kind, doDuty }), limits);
    });
  return {
    refreshDue: work('refresh', refreshDuty(dependencies)),
    probeDue: work('probe', probeDuty(dependencies)),
    watchDue: work('watch', watchDuty(dependencies)),
  };
}

/** The duties of one kind, as the database has them. */
export function dutyQueue(
  dependencies: Omit<SliceDependencies, 'stopping'>,
  { kind, doDuty }: { kind: DutyKind; doDuty: DoDuty },
): DutyQueue {
  const { system, clock, onDuty } = dependencies;
  return {
    claim: (rooms) => claimDuties(system, { kind, rooms, now: new Date(clock()), leaseMs }),
    async work(duty) {
      const outcome = await attempt(dependencies, duty, doDuty);
      onDuty({ kind, network: duty.network, outcome });
      return outcome !== 'failed';
    },
    giveBack: (duties) => releaseDuties(system, duties),
    nextDueAt: async () => (await nextDutyAt(system, kind))?.getTime() ?? null,
  };
}

/** A fault of our own with one connection is noted and tried again later; the others go on. */
async function attempt(
  { db, clock, log }: Omit<SliceDependencies, 'stopping'>,
  duty: ClaimedDuty,
  doDuty: DoDuty,
): Promise<DutyOutcome> {
  const { tenantId, connectionId, kind, attempts } = duty;
  try {
    return await doDuty(duty);
  } catch (error) {
    log.warn({ err: error, tenantId, connectionId, kind, attempts }, 'a duty could not be done; it is tried again');
    const dueAt = new Date(retryDueAt({ now: clock(), failures: attempts, atLeastMs: 0 }, Math.random()));
    try {
      await withTenant(db, tenantId, (trx) => settleDuty(trx, duty, { dueAt, failed: true }));
    } catch (unsettled) {
      log.warn({ err: unsettled, connectionId, kind }, 'a duty could not be put off; its lease runs out');
    }
    return 'failed';
  }
}

import { hastenProbe, settleDuty, type ClaimedDuty } from '../db/connection-duty.ts';
import { markTrouble } from '../db/connection-health.ts';
import { tokenExpiry } from '../db/connection-token.ts';
import { withTenant } from '../db/tenant.ts';
import { failuresUntilTrouble, retryDueAt } from '../domain/connection-schedule.ts';
import type { DoDuty, DutyDependencies, DutyOutcome } from './duty.ts';
import type { RefreshOutcome } from './token-refresh.ts';

/** A token that lapses within this time and cannot be renewed is trouble at once. */
const lapsesSoonMs = 5 * 60_000;
/** When somebody else has renewed the token and, against expectation, has not said when it is due next. */
const lookAgainMs = 10 * 60_000;

/** Renews a token before it lapses. Trouble breaks nothing: the connection is `degraded`, and it is tried again. */
export function refreshDuty(dependencies: DutyDependencies): DoDuty {
  const { db, clock, refresh } = dependencies;
  return async (duty) => {
    const { tenantId, connectionId } = duty;
    const outcome = await refresh({ tenantId, connectionId, usedVersion: null });
    const now = new Date(clock());
    switch (outcome.kind) {
      case 'fresh':
        // Whatever had degraded the page is seen to be over at once.
        if (duty.attempts > 1) await withTenant(db, tenantId, (trx) => hastenProbe(trx, connectionId, now));
        return 'done';
      case 'current': {
        const dueAt = new Date(now.getTime() + lookAgainMs);
        await withTenant(db, tenantId, (trx) => settleDuty(trx, duty, { dueAt, failed: false }));
        return 'done';
      }
      case 'not_renewable':
        await withTenant(db, tenantId, (trx) => settleDuty(trx, duty, null));
        return 'dropped';
      case 'grant_gone':
      case 'permission_lost':
        await withTenant(db, tenantId, (trx) => settleDuty(trx, duty, null));
        return 'refused';
      case 'trouble':
        return noteTrouble(dependencies, duty, { outcome, now });
    }
  };
}

async function noteTrouble(
  { db }: DutyDependencies,
  duty: ClaimedDuty,
  { outcome, now }: { outcome: Extract<RefreshOutcome, { kind: 'trouble' }>; now: Date },
): Promise<DutyOutcome> {
  const { tenantId, connectionId, attempts } = duty;
  const retry = { now: now.getTime(), failures: attempts, atLeastMs: outcome.retryAfterMs };
  const dueAt = new Date(retryDueAt(retry, Math.random()));
  await withTenant(db, tenantId, async (trx) => {
    const expiresAt = await tokenExpiry(trx, duty);
    const lapsesSoon = expiresAt !== null && expiresAt.getTime() - now.getTime() < lapsesSoonMs;
    if (lapsesSoon || attempts >= failuresUntilTrouble) {
      await markTrouble(trx, { tenantId, connectionId }, { error: outcome.error, now });
    }
    await settleDuty(trx, duty, { dueAt, failed: true });
  });
  return 'failed';
}

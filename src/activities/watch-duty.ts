import { ChannelError } from '../channels/channel.ts';
import { type ClaimedDuty, hastenProbe, settleDuty } from '../db/connection-duty.ts';
import { saveWatch } from '../db/connection-watch.ts';
import { withTenant } from '../db/tenant.ts';
import { retryDueAt, watchDueAt } from '../domain/connection-schedule.ts';
import { watchWish } from '../channels/watch-wish.ts';
import type { DoDuty, DutyDependencies, DutyOutcome } from './duty.ts';
import { readHeldConnection } from './held-page.ts';

const askTimeoutMs = 15_000;

/**
 * Asks a network to go on telling us of a connection's changes. A refusal says nothing of the page, which may work: it
 * is looked at now, and that decides.
 */
export function watchDuty(dependencies: DutyDependencies): DoDuty {
  const { db, masterKeys, clock, connectors, webhooks } = dependencies;
  return async (duty) => {
    const { tenantId, connectionId, network } = duty;
    const asked = { masterKeys, now: new Date(clock()) };
    const held = await withTenant(db, tenantId, (trx) => readHeldConnection(trx, duty, asked));
    const watch = held === null ? null : (connectors(network, held.grantKind)?.watch ?? null);
    if (held === null || held.page === null || watch === null) {
      await withTenant(db, tenantId, (trx) => settleDuty(trx, duty, null));
      return 'dropped';
    }
    try {
      const wish = watchWish(webhooks, { network, connectionId });
      const watched = await watch(held.page, wish, { signal: AbortSignal.timeout(askTimeoutMs) });
      const dueAt = new Date(watchDueAt({ now: clock(), expiresAt: watched.expiresAt }));
      await withTenant(db, tenantId, async (trx) => {
        await saveWatch(trx, { tenantId, connectionId }, watched);
        await settleDuty(trx, duty, { dueAt, failed: false });
      });
      return 'done';
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      return noteRefusal(dependencies, duty, error);
    }
  };
}

async function noteRefusal(
  { db, clock }: DutyDependencies,
  duty: ClaimedDuty,
  { grantProblem, retryAfterMs }: ChannelError,
): Promise<DutyOutcome> {
  const { tenantId, connectionId, attempts } = duty;
  const now = clock();
  const dueAt = new Date(retryDueAt({ now, failures: attempts, atLeastMs: retryAfterMs ?? 0 }, Math.random()));
  await withTenant(db, tenantId, async (trx) => {
    if (grantProblem !== null) await hastenProbe(trx, connectionId, new Date(now));
    await settleDuty(trx, duty, { dueAt, failed: true });
  });
  return grantProblem === null ? 'failed' : 'refused';
}

import { Context } from '@temporalio/activity';
import { ChannelError } from '../channels/channel.ts';
import { heldBy } from '../db/halt.ts';
import { noteQuota, parkTarget } from '../db/post-target.ts';
import type { PublicationKey } from '../db/publication.ts';
import { armAttempt, releaseAttempt, withdrawCall } from '../db/publish-attempt.ts';
import { type TenantTransaction, withTenant } from '../db/tenant.ts';
import { type AttemptResult, quotaWaitMs } from '../domain/publication.ts';
import type { Begun, CallDesk } from './call-desk.ts';
import { whileBeating } from './heartbeat.ts';
import { loadJob, type PublicationDependencies, type PublicationJob } from './publication-job.ts';
import { type CallOutcome, park, settle } from './publication-outcome.ts';
import { afterLapse } from './publish-lapsed.ts';
import { isUsedUp } from './publishing-quota.ts';
import { hasLapsed } from './renewed-access.ts';
import { isPassing, persistently, waitUntil } from './waiting.ts';

interface Attempt extends PublicationKey {
  readonly n: number;
  /** Epoch milliseconds: the call goes out at this instant, never before. */
  readonly slot: number;
}

/** A process that was frozen for longer must not call any more: its attempt may have been judged lost meanwhile. */
const callWithinMs = 1_000;

/**
 * One attempt at the irreversible call. It arms a row, waits for the instant, moves the row to `calling`, and only after
 * that has committed does the call go out, once. Whoever finds the row later knows from its state alone whether the
 * call may have been made.
 */
export async function publishOnce(
  dependencies: PublicationDependencies,
  desk: CallDesk,
  attempt: Attempt,
): Promise<AttemptResult> {
  const cancelled = Context.current().cancellationSignal;
  return whileBeating(async () => {
    const job = await loadJob(dependencies, attempt);
    return armAndCall(dependencies, { attempt, job, desk, cancelled });
  });
}

async function armAndCall(
  dependencies: PublicationDependencies,
  { attempt, job, desk, cancelled }: { attempt: Attempt; job: PublicationJob; desk: CallDesk; cancelled: AbortSignal },
): Promise<AttemptResult> {
  const { clock, stopping } = dependencies;
  const inTenant = transactions(dependencies, attempt);
  if (job.page === null || job.publication.page.problem !== null) return parkBefore(dependencies, job);

  if (await isUsedUp(job)) {
    await inTenant((trx, now) => noteQuota(trx, attempt, { now, afterMs: quotaWaitMs }));
    return { kind: 'not_sent', afterMs: quotaWaitMs };
  }

  const dueAt = new Date(attempt.slot);
  if (!(await inTenant((trx, now) => armAttempt(trx, attempt, { dueAt, now })))) return { kind: 'not_sent' };

  const wait = await waitUntil(attempt.slot, clock, AbortSignal.any([cancelled, stopping]));
  if (wait === 'aborted') {
    await inTenant((trx, now) => releaseAttempt(trx, attempt, { to: 'released', now }));
    return { kind: 'not_sent' };
  }

  const begun = await begin(desk, inTenant, attempt);
  if (begun === null) return inTenant((trx, now) => whyNot(trx, attempt, now));
  const { callingAt } = begun;
  dependencies.onCall(attempt.network, (clock() - attempt.slot) / 1_000);
  const outcome = await call(job, leftToCallMs(begun));
  await desk.quiet();
  if (outcome.kind === 'failed' && hasLapsed(outcome.error)) {
    return afterLapse(dependencies, job, { n: attempt.n, refused: outcome.error, callingAt });
  }
  return persistently(() => inTenant((trx, now) => settle(trx, job, { n: attempt.n, outcome, callingAt, now })));
}

/** The move to `calling`. Unless that is certain and fresh, nothing is sent, the row says so, and it is null. */
async function begin(
  desk: CallDesk,
  inTenant: ReturnType<typeof transactions>,
  attempt: Attempt,
): Promise<Begun | null> {
  try {
    const begun = await desk.begin(attempt);
    if (begun === null) return null;
    if (leftToCallMs(begun) > 0) return begun;
  } catch (error) {
    // Postgres went away: whether the commit arrived is unknown, that nothing was sent is certain.
    if (!isPassing(error)) throw error;
  }
  await persistently(() => inTenant((trx, now) => withdrawCall(trx, attempt, now)));
  return null;
}

/** Something came first. Where that is a stop, a suspension or a disconnect, the attempt is handed back and its target parked. */
async function whyNot(trx: TenantTransaction, attempt: Attempt, now: Date): Promise<AttemptResult> {
  const handedBack = await releaseAttempt(trx, attempt, { to: 'released', now });
  const by = handedBack ? await heldBy(trx, attempt) : null;
  if (by === null) return { kind: 'not_sent' };
  await parkTarget(trx, attempt, { reason: parkReasons[by], now });
  return by === 'disconnection' ? { kind: 'grant_refused' } : { kind: 'held', by };
}

const parkReasons = { halt: 'halted', suspension: 'suspended', disconnection: 'grant_gone' } as const;

/** What is left of the time within which the call has to leave. */
function leftToCallMs({ startedMs }: Begun): number {
  return callWithinMs - (performance.now() - startedMs);
}

/** Never aborted: an answer that is on its way decides whether the post may be sent again. */
async function call(
  { channel, page, content, publication }: PublicationJob,
  departWithinMs: number,
): Promise<CallOutcome> {
  if (page === null) throw new Error('no token to call with');
  try {
    const prepared = publication.prepared ?? { state: 'ready', anchor: null, parts: [] };
    return { kind: 'published', published: await channel.publish(page, content, prepared, { departWithinMs }) };
  } catch (error) {
    if (error instanceof ChannelError) return { kind: 'failed', error };
    // A fault of our own, at a point that nobody knows: it counts as a lost answer.
    const cause = { class: 'unknown', mayHaveActed: true } as const;
    return { kind: 'failed', error: new ChannelError('the call broke off', cause, { cause: error }) };
  }
}

async function parkBefore(dependencies: PublicationDependencies, job: PublicationJob): Promise<AttemptResult> {
  const problem = job.publication.page.problem ?? 'gone';
  const inTenant = transactions(dependencies, job.key);
  return inTenant((trx, now) => park(trx, job, { problem, error: null, now }));
}

function transactions({ db, clock }: PublicationDependencies, { tenantId }: Pick<PublicationKey, 'tenantId'>) {
  return <T>(work: (trx: TenantTransaction, now: Date) => Promise<T>): Promise<T> =>
    withTenant(db, tenantId, (trx) => work(trx, new Date(clock())));
}

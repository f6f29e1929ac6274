import type { ChannelError } from '../channels/channel.ts';
import { changeTarget } from '../db/post-target.ts';
import { selectAttempt, settleAttempt } from '../db/publish-attempt.ts';
import { type TenantTransaction, withTenant } from '../db/tenant.ts';
import type { AttemptResult } from '../domain/publication.ts';
import type { PublicationDependencies, PublicationJob } from './publication-job.ts';
import { grantProblemOf, park, storedResult } from './publication-outcome.ts';
import { errorAfter, oddToken } from './renewed-access.ts';
import { persistently } from './waiting.ts';

/** With a new token the next attempt goes out at once. */
const atOnceMs = 1;

/**
 * Renews the token for which a publish call was refused. The call has not acted, so that another attempt may be made;
 * this is written down first: a process that dies while it renews leaves an attempt that is over, not an open question.
 * Only if nothing can be renewed the connection is broken and the target parked.
 */
export async function afterLapse(
  dependencies: PublicationDependencies,
  job: PublicationJob,
  { n, refused, callingAt }: { n: number; refused: ChannelError; callingAt: number },
): Promise<AttemptResult> {
  const { db, clock, refresh } = dependencies;
  const { key } = job;
  const inTenant = <T>(work: (trx: TenantTransaction, now: Date) => Promise<T>): Promise<T> =>
    persistently(() => withTenant(db, key.tenantId, (trx) => work(trx, new Date(clock()))));

  const before = await inTenant((trx) => selectAttempt(trx, { ...key, n: n - 1 }));
  const answer = { kind: 'retry_later', afterMs: atOnceMs, lapsed: true } as const;
  if (!(await inTenant((trx, now) => settleAttempt(trx, { ...key, n }, { answer, now })))) {
    return storedResult((await inTenant((trx) => selectAttempt(trx, { ...key, n })))?.answer ?? null, callingAt);
  }
  const { tenantId, connectionId } = key;
  const outcome = await refresh({ tenantId, connectionId, usedVersion: job.publication.page.tokenVersion });
  // The attempt before had its token renewed, and this one's is refused again.
  const isOdd = before?.answer?.kind === 'retry_later' && before.answer.lapsed === true;
  const error = errorAfter(outcome, refused) ?? (isOdd ? oddToken(refused) : null);
  return inTenant((trx, now) => writeDown(trx, job, { error, now }));
}

async function writeDown(
  trx: TenantTransaction,
  job: PublicationJob,
  { error, now }: { error: ChannelError | null; now: Date },
): Promise<AttemptResult> {
  const problem = error === null ? null : grantProblemOf(error);
  if (error !== null && problem !== null) return park(trx, job, { problem, error, now });
  const afterMs = error?.retryAfterMs ?? atOnceMs;
  const data = { afterMs };
  await changeTarget(trx, job.key, { state: 'waiting', reason: null, event: 'target.retrying', data, now });
  return { kind: 'retry_later', afterMs };
}

import type { ChannelError, Published } from '../channels/channel.ts';
import { wordsOf } from '../channels/provider-words.ts';
import { breakConnection, noteSuccess } from '../db/connection-grant.ts';
import { changeTarget, type TargetKey } from '../db/post-target.ts';
import type { PublicationKey } from '../db/publication.ts';
import { selectAttempt, settleAttempt, wasFoundAbsent } from '../db/publish-attempt.ts';
import type { TenantTransaction } from '../db/tenant.ts';
import { errorOf, scopesRefused } from '../domain/connection-health.ts';
import {
  type AttemptAnswer,
  type AttemptResult,
  type GrantProblem,
  type PublishRefusal,
  quotaWaitMs,
  type TargetReason,
} from '../domain/publication.ts';
import type { PublicationJob } from './publication-job.ts';

/** Where a network gives no time of its own after it refused for being busy. */
const defaultRetryAfterMs = 60_000;

/** How a publish call ended, before it is written down. */
export type CallOutcome =
  | { readonly kind: 'published'; readonly published: Published }
  | { readonly kind: 'failed'; readonly error: ChannelError };

/** Writes what came of a call and returns what the process needs to know of it. An answer that is there already stands. */
export async function settle(
  trx: TenantTransaction,
  job: PublicationJob,
  { n, outcome, callingAt, now }: { n: number; outcome: CallOutcome; callingAt: number; now: Date },
): Promise<AttemptResult> {
  const repeated = await wasFoundAbsent(trx, { ...job.key, n });
  const result = resultOf(outcome, { callingAt, repeated });
  if (result.kind === 'unconfirmed') {
    // The attempt stays `calling`: the question is open until the network or a person answers it.
    await markUnconfirmed(trx, job.key, { reason: reasonOf('answer_lost', outcome), n, now });
    return result;
  }
  if (!(await settleAttempt(trx, { ...job.key, n }, { answer: result, now }))) {
    return storedResult((await selectAttempt(trx, { ...job.key, n }))?.answer ?? null, callingAt);
  }
  return writeResult(trx, job, { result, outcome, now });
}

/** What a stored answer means to a process that asks again. */
export function storedResult(answer: AttemptAnswer | null, callingAt: number): AttemptResult {
  if (answer === null) return { kind: 'unconfirmed', callingAt };
  return answer.kind === 'absent' || answer.kind === 'resolved' ? { kind: 'not_sent' } : answer;
}

export async function markUnconfirmed(
  trx: TenantTransaction,
  key: TargetKey,
  { reason, n, now }: { reason: TargetReason; n: number; now: Date },
): Promise<void> {
  await changeTarget(trx, key, {
    state: 'unconfirmed',
    reason,
    event: 'target.unconfirmed',
    data: { attempt: n },
    now,
  });
}

/** Writes a post that the network has: the target is published and the post's id on the network claimed. */
export async function writePublished(
  trx: TenantTransaction,
  key: PublicationKey,
  { published, now, data = {} }: { published: Published; now: Date; data?: Record<string, unknown> },
): Promise<void> {
  await changeTarget(trx, key, { state: 'published', reason: null, event: 'target.published', published, data, now });
  await noteSuccess(trx, key, now);
}

/** Writes a post that the network has taken, be it out or still being processed. */
export async function writeTaken(
  trx: TenantTransaction,
  key: PublicationKey,
  taking: { published: Published; now: Date; data?: Record<string, unknown> },
): Promise<void> {
  const { published, now, data = {} } = taking;
  if (published.pending !== true) return writePublished(trx, key, taking);
  const accepted = { providerPostId: published.providerPostId };
  await changeTarget(trx, key, { state: 'processing', reason: null, event: 'target.processing', accepted, data, now });
  await noteSuccess(trx, key, now);
}

export async function writeRefusal(
  trx: TenantTransaction,
  key: PublicationKey,
  { refusal, providerMessage, now }: { refusal: PublishRefusal; providerMessage: string | null; now: Date },
): Promise<void> {
  const reason = { code: refusal.code, providerCode: refusal.providerCode, providerMessage };
  await changeTarget(trx, key, { state: 'rejected', reason, event: 'target.rejected', now });
}

/**
 * Parks a target whose connection's grant is refused, and marks the connection. Answers `retry_later` at once where the
 * connection was repaired while the call was under way.
 */
export async function park(
  trx: TenantTransaction,
  { key, publication }: PublicationJob,
  { problem, error, now }: { problem: GrantProblem; error: ChannelError | null; now: Date },
): Promise<{ readonly kind: 'grant_refused' } | { readonly kind: 'retry_later'; readonly afterMs: number }> {
  const provider = error?.provider ?? null;
  const code = problem === 'gone' ? 'grant_gone' : 'permission_lost';
  if (error !== null) {
    const standing = { ...publication.page, network: key.network };
    const broken = await breakConnection(trx, key, {
      grantVersion: publication.page.grantVersion,
      state: problem === 'gone' ? 'expired' : 'refresh_required',
      missing: problem === 'gone' ? [] : scopesRefused('publish', error.missingScopes, standing),
      error: errorOf(code, wordsOf(error), now),
      now,
    });
    if (!broken) return { kind: 'retry_later', afterMs: 1 };
  }
  const reason = { code, providerCode: provider?.code ?? null, providerMessage: provider?.message ?? null } as const;
  await changeTarget(trx, key, { state: 'parked', reason, event: 'target.parked', now });
  return { kind: 'grant_refused' };
}

/** What the network refused of the grant, where it did. A token that only lapsed is gone until somebody renews it. */
export function grantProblemOf(error: ChannelError): GrantProblem | null {
  if (error.class !== 'disconnected' && error.class !== 'refresh_token') return null;
  return error.grantProblem ?? 'gone';
}

export function refusalOf(error: ChannelError): PublishRefusal {
  return error.refusal ?? { code: 'content_refused', providerCode: error.provider?.code ?? null };
}

/** A stored answer names why, never the network's words. */
function resultOf(
  outcome: CallOutcome,
  { callingAt, repeated }: { callingAt: number; repeated: boolean },
): AttemptResult {
  if (outcome.kind === 'published') return resultOfAnswer(outcome.published);
  const { error } = outcome;
  if (error.class === 'content_refused') {
    const refusal = refusalOf(error);
    // A repeat that is refused as a duplicate: the call before it did arrive.
    return refusal.code === 'duplicate' && repeated ? { kind: 'unconfirmed', callingAt } : { kind: 'refused', refusal };
  }
  if (grantProblemOf(error) !== null) return { kind: 'grant_refused' };
  if (error.mayHaveActed) return { kind: 'unconfirmed', callingAt };
  const usualMs = error.refusal?.code === 'quota' ? quotaWaitMs : defaultRetryAfterMs;
  return { kind: 'retry_later', afterMs: error.retryAfterMs ?? usualMs };
}

function resultOfAnswer({ permalink, pending }: Published): AttemptResult {
  return pending === true ? { kind: 'accepted' } : { kind: 'published', permalink: permalink !== null };
}

async function writeResult(
  trx: TenantTransaction,
  job: PublicationJob,
  { result, outcome, now }: { result: AttemptResult; outcome: CallOutcome; now: Date },
): Promise<AttemptResult> {
  if (outcome.kind === 'published') {
    await writeTaken(trx, job.key, { published: outcome.published, now });
    return result;
  }
  const { error } = outcome;
  const problem = grantProblemOf(error);
  if (problem !== null) return park(trx, job, { problem, error, now });
  if (result.kind === 'refused') {
    const providerMessage = error.provider?.message ?? null;
    await writeRefusal(trx, job.key, { refusal: result.refusal, providerMessage, now });
  } else if (result.kind === 'retry_later') {
    const data = { afterMs: result.afterMs };
    const reason = error.refusal?.code === 'quota' ? reasonOf('quota', outcome) : null;
    await changeTarget(trx, job.key, { state: 'waiting', reason, event: 'target.retrying', data, now });
  }
  return result;
}

function reasonOf(code: TargetReason['code'], outcome: CallOutcome): TargetReason {
  const provider = outcome.kind === 'failed' ? outcome.error.provider : null;
  return { code, providerCode: provider?.code ?? null, providerMessage: provider?.message ?? null };
}

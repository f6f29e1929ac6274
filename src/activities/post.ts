import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { selectApproval } from '../db/approval-read.ts';
import { adoptEdit } from '../db/post-edit.ts';
import { type PostEntry, recordPost } from '../db/post-process.ts';
import { changeTarget, claimedPosts, parkTarget, type TargetKey, unparkTarget } from '../db/post-target.ts';
import { firstCallAt, releaseAttempt, selectAttempt, settleAttempt } from '../db/publish-attempt.ts';
import type { Database } from '../db/schema.ts';
import { type TenantTransaction, withTenant } from '../db/tenant.ts';
import type { Adoption } from '../domain/edit.ts';
import type { ApprovalId, ContentHash, Instant, PostId, TargetId, TenantId, UserId } from '../domain/ids.ts';
import type { AttemptResult, Resolution, TargetReason } from '../domain/publication.ts';
import { markUnconfirmed, storedResult } from './publication-outcome.ts';

/** An approval says within one workflow task that it goes on; an old one, or one without a worker, never does. */
const reopenWithinMs = 6_000;
const reopenPollMs = 100;

interface Reopened {
  readonly tenantId: TenantId;
  readonly approvalId: ApprovalId;
  readonly contentHash: ContentHash;
}

export type PostActivities = ReturnType<typeof postActivities>;

export interface Hold {
  readonly tenantId: TenantId;
  readonly postId: PostId;
  /** The newest attempt of each target, whether or not its worker has laid it out yet. */
  readonly attempts: readonly { readonly targetId: TargetId; readonly n: number }[];
  readonly at: Instant;
}

export interface Resolving extends TargetKey {
  readonly n: number;
  readonly resolution: Resolution;
  readonly by: UserId;
  readonly at: Instant;
}

/** Work on our own database for the process of a post. */
export function postActivities({ db }: { db: Kysely<Database> }) {
  return {
    recordPost: (entry: PostEntry): Promise<void> => withTenant(db, entry.tenantId, (trx) => recordPost(trx, entry)),

    /** Writes an edit and where the post stands with it: all of it, or nothing. */
    adoptEdit: ({ entry, adoption }: { entry: PostEntry; adoption: Adoption }): Promise<void> =>
      withTenant(db, entry.tenantId, (trx) => adoptEdit(trx, entry, adoption)),

    /** Whether an approval that was told of changed content goes on with it. Waits a few seconds for it to say so. */
    async awaitReopening(asked: Reopened): Promise<boolean> {
      for (const deadline = Date.now() + reopenWithinMs; Date.now() < deadline; await sleep(reopenPollMs)) {
        const row = await withTenant(db, asked.tenantId, (trx) => selectApproval(trx, asked.approvalId));
        if (row?.content_hash === asked.contentHash) return true;
        if (row === undefined || row.outcome !== null) return false;
      }
      return false;
    },

    /** Shows that a target waits for more than its slot. */
    parkTarget: ({ reason, at, ...key }: TargetKey & { reason: TargetReason['code']; at: Instant }): Promise<void> =>
      withTenant(db, key.tenantId, (trx) => parkTarget(trx, key, { reason, now: new Date(at) })),

    unparkTarget: ({
      to,
      at,
      ...key
    }: TargetKey & { to: 'waiting' | 'late' | 'dropped'; at: Instant }): Promise<void> =>
      withTenant(db, key.tenantId, (trx) => unparkTarget(trx, key, { to, now: new Date(at) })),

    /** Takes back every attempt that has not called, all or none: one that has begun its call makes it too late. */
    async holdAttempts(hold: Hold): Promise<{ kind: 'held' } | { kind: 'too_late'; at: Instant }> {
      try {
        await withTenant(db, hold.tenantId, (trx) => holdAll(trx, hold));
        return { kind: 'held' };
      } catch (error) {
        if (error instanceof TooLate) return { kind: 'too_late', at: error.at };
        throw error;
      }
    },

    /** After a worker was lost: makes sure that its attempt will never call, or says that it may have. */
    fenceAttempt: (attempt: TargetKey & { n: number; at: Instant }): Promise<AttemptResult> =>
      withTenant(db, attempt.tenantId, (trx) => fence(trx, attempt)),

    /** Writes a person's word on a target that is stuck. */
    resolveTarget: (resolving: Resolving): Promise<ResolveAnswer> =>
      withTenant(db, resolving.tenantId, (trx) => resolve(trx, resolving)),
  };
}

type ResolveAnswer =
  | { readonly kind: 'resolved' }
  | { readonly kind: 'refused'; readonly code: 'target_not_open' | 'post_claimed' };

class TooLate extends Error {
  override readonly name = 'TooLate';
  readonly at: Instant;

  constructor(at: Date) {
    super('a call has begun');
    this.at = at.getTime();
  }
}

async function holdAll(trx: TenantTransaction, { tenantId, postId, attempts, at }: Hold): Promise<void> {
  // Always in the same order, so that two commands cannot wait for each other.
  for (const { targetId, n } of attempts.toSorted((a, b) => (a.targetId < b.targetId ? -1 : 1))) {
    await releaseAttempt(trx, { tenantId, targetId, n }, { to: 'cancelled', now: new Date(at) });
  }
  const called = await firstCallAt(trx, { tenantId, postId });
  if (called !== null) throw new TooLate(called);
}

async function fence(trx: TenantTransaction, attempt: TargetKey & { n: number; at: Instant }): Promise<AttemptResult> {
  const now = new Date(attempt.at);
  await releaseAttempt(trx, attempt, { to: 'released', now });
  const found = await selectAttempt(trx, attempt);
  if (found?.state === 'done') return storedResult(found.answer, attempt.at);
  if (found?.state !== 'calling' || found.callingAt === null) return { kind: 'not_sent' };
  const reason = { code: 'answer_lost', providerCode: null, providerMessage: null } as const;
  await markUnconfirmed(trx, attempt, { reason, n: attempt.n, now });
  return { kind: 'unconfirmed', callingAt: found.callingAt.getTime() };
}

async function resolve(trx: TenantTransaction, resolving: Resolving): Promise<ResolveAnswer> {
  const { tenantId, targetId, n, resolution, by } = resolving;
  const now = new Date(resolving.at);
  const target = await trx
    .selectFrom('post_target')
    .select(['state', 'connection_id', 'reason'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', targetId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (target.state !== 'unconfirmed' && target.state !== 'parked') {
    // Asked again after the answer to Temporal was lost: what was resolved stays resolved.
    const answer = (await selectAttempt(trx, { tenantId, targetId, n }))?.answer;
    const repeated = answer?.kind === 'resolved' || target.reason?.code === 'given_up';
    return repeated ? { kind: 'resolved' } : { kind: 'refused', code: 'target_not_open' };
  }
  if (resolution.kind === 'published') {
    const key = { tenantId, targetId, connectionId: target.connection_id };
    const claimed = await claimedPosts(trx, key, [resolution.providerPostId]);
    if (claimed.size > 0) return { kind: 'refused', code: 'post_claimed' };
  }
  await settleAttempt(trx, { tenantId, targetId, n }, { answer: { kind: 'resolved' }, now });
  await changeTarget(trx, resolving, {
    ...changeBy(resolution),
    event: 'target.resolved',
    by,
    data: { resolution: resolution.kind },
    now,
  });
  return { kind: 'resolved' };
}

function changeBy(resolution: Resolution) {
  switch (resolution.kind) {
    case 'published': {
      const { providerPostId, permalink } = resolution;
      return { state: 'published', reason: null, published: { providerPostId, permalink } } as const;
    }
    case 'send_again':
      return { state: 'waiting', reason: null } as const;
    case 'give_up':
      return { state: 'rejected', reason: { code: 'given_up', providerCode: null, providerMessage: null } } as const;
  }
}

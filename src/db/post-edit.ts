import { wholeStep } from '../domain/approval.ts';
import { effective, type PostContent } from '../domain/content.ts';
import type { Adoption, NewReview } from '../domain/edit.ts';
import type { ConnectionId, ContentHash, PostId, RevisionId, TargetId, TenantId, UserId } from '../domain/ids.ts';
import { insertApproval } from './approval-opening.ts';
import type { RequiredApproval } from '../domain/policy.ts';
import { recordPost, type PostEntry } from './post-process.ts';
import { wholeContent } from './post-revision.ts';
import type { TenantTransaction } from './tenant.ts';

/** A revision that waits to be adopted. */
export interface PendingRevision {
  readonly id: RevisionId;
  readonly basedOn: RevisionId | null;
  readonly contentHash: ContentHash;
  readonly content: PostContent;
}

export async function selectPendingRevision(
  trx: TenantTransaction,
  postId: PostId,
  id: RevisionId,
): Promise<PendingRevision | null> {
  const row = await trx
    .selectFrom('post_revision')
    .select(['id', 'based_on as basedOn', 'content_hash as contentHash', 'content'])
    .where('post_id', '=', postId)
    .where('id', '=', id)
    .where('pending', '=', true)
    .executeTakeFirst();
  return row === undefined ? null : { ...row, content: wholeContent(row.content) };
}

/** Whether a revision of this id has been written, and has become one of the post's. */
export async function revisionState(
  trx: TenantTransaction,
  postId: PostId,
  id: RevisionId,
): Promise<'adopted' | 'pending' | null> {
  const row = await trx
    .selectFrom('post_revision')
    .select('pending')
    .where('post_id', '=', postId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : row.pending ? 'pending' : 'adopted';
}

/** The policy of the approval that is open, with the steps that it has; null when none is. */
export async function selectOpenPolicy(trx: TenantTransaction, postId: PostId): Promise<RequiredApproval | null> {
  const row = await trx
    .selectFrom('approval')
    .select(['policy_id as policyId', 'policy_version as policyVersion', 'steps'])
    .select(['authors_may_vote as authorsMayVote', 'calendar_id as calendarId'])
    .where('post_id', '=', postId)
    .where('outcome', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : { ...row, steps: row.steps.map(wholeStep) };
}

const staleMs = 24 * 60 * 60_000;

/** Removes what an edit of this post left behind whose request was never repeated: its key is forgotten by now. */
export async function deleteStaleRevisions(trx: TenantTransaction, postId: PostId, now: Date): Promise<void> {
  await trx
    .deleteFrom('post_revision')
    .where('post_id', '=', postId)
    .where('pending', '=', true)
    .where('created_at', '<', new Date(now.getTime() - staleMs))
    .execute();
}

/** Removes a revision that was refused; one that was adopted stays. */
export async function deletePendingRevision(trx: TenantTransaction, id: RevisionId): Promise<void> {
  await trx.deleteFrom('post_revision').where('id', '=', id).where('pending', '=', true).execute();
}

/**
 * Writes an edit that the post's process has let pass: revision, targets and approval, with where the post stands then.
 * Compares and sets: done before, it changes nothing. Targets before the post, in the order that every writer locks.
 */
export async function adoptEdit(trx: TenantTransaction, entry: PostEntry, adoption: Adoption): Promise<void> {
  const { tenantId, postId } = entry;
  const { revisionId, ifRevision, effect, review } = adoption;
  const before = await trx
    .selectFrom('post')
    .select('revision_id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', postId)
    .executeTakeFirstOrThrow();
  if (before.revision_id === revisionId) return;
  await moveTargets(trx, { tenantId, postId }, adoption);
  const adopted = await trx
    .updateTable('post')
    .set({ revision_id: revisionId })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', postId)
    .where('run', '=', entry.run)
    .where('revision_id', '=', ifRevision)
    .returning('id')
    .executeTakeFirst();
  if (adopted === undefined) throw new Error('an edit was let pass that does not follow the post’s revision');
  const { number } = await trx
    .updateTable('post_revision')
    .set({ pending: false })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', revisionId)
    .returning('number')
    .executeTakeFirstOrThrow();
  if (review !== null) await openApproval(trx, entry, { revisionId, review });
  await recordPost(trx, { ...entry, data: { revision: number, effect } });
}

async function openApproval(
  trx: TenantTransaction,
  { tenantId, postId, by, at }: PostEntry,
  { revisionId, review }: { revisionId: RevisionId; review: NewReview },
): Promise<void> {
  await insertApproval(trx, {
    ...review,
    id: review.approvalId,
    tenantId,
    subject: { kind: 'post', postId, revisionId },
    by: personOf(by),
    now: new Date(at),
  });
}

function personOf(by: UserId | null): UserId {
  if (by === null) throw new Error('a process edits nothing');
  return by;
}

/** Targets that are gone are cancelled, new ones wait, and what was prepared is kept only where nothing changed. */
async function moveTargets(
  trx: TenantTransaction,
  { tenantId, postId }: { tenantId: TenantId; postId: PostId },
  { revisionId, ifRevision, targets }: Adoption,
): Promise<void> {
  const rows = await trx
    .selectFrom('post_target')
    .select(['id', 'connection_id', 'state'])
    .where('tenant_id', '=', tenantId)
    .where('post_id', '=', postId)
    .orderBy('id')
    .forUpdate()
    .execute();
  const kept = new Set(targets.map(({ connectionId }) => connectionId));
  const gone = rows.filter(({ connection_id: id }) => !kept.has(id)).map(({ id }) => id);
  await setTargets(trx, tenantId, gone, { state: 'cancelled', reason: null, prepared: null });
  const same = await unchangedTargets(trx, postId, { revisionId, ifRevision });
  const stays = rows.filter((row) => kept.has(row.connection_id) && row.state !== 'cancelled');
  const idsOf = (wanted: boolean) => stays.filter((row) => same.has(row.connection_id) === wanted).map(({ id }) => id);
  await setTargets(trx, tenantId, idsOf(true), { state: 'waiting', reason: null });
  const back = rows.filter((row) => kept.has(row.connection_id) && row.state === 'cancelled').map(({ id }) => id);
  await setTargets(trx, tenantId, [...idsOf(false), ...back], { state: 'waiting', reason: null, prepared: null });
  const known = new Set(rows.map((row) => row.connection_id));
  const added = targets.filter(({ connectionId }) => !known.has(connectionId));
  if (added.length === 0) return;
  await trx
    .insertInto('post_target')
    .values(
      added.map(({ targetId, connectionId }) => ({
        tenant_id: tenantId,
        id: targetId,
        post_id: postId,
        connection_id: connectionId,
        state: 'waiting' as const,
      })),
    )
    .execute();
}

async function setTargets(
  trx: TenantTransaction,
  tenantId: TenantId,
  ids: readonly TargetId[],
  set: { state: 'waiting' | 'cancelled'; reason: null; prepared?: null },
): Promise<void> {
  if (ids.length === 0) return;
  await trx.updateTable('post_target').set(set).where('tenant_id', '=', tenantId).where('id', 'in', ids).execute();
}

/** The connections whose readers see the same in both revisions: what was prepared for them still serves. */
async function unchangedTargets(
  trx: TenantTransaction,
  postId: PostId,
  { revisionId, ifRevision }: { revisionId: RevisionId; ifRevision: RevisionId },
): Promise<ReadonlySet<ConnectionId>> {
  const rows = await trx
    .selectFrom('post_revision')
    .select(['id', 'content'])
    .where('post_id', '=', postId)
    .where('id', 'in', [revisionId, ifRevision])
    .execute();
  const [before, after] = [ifRevision, revisionId].map((id) => {
    const row = rows.find((candidate) => candidate.id === id);
    if (row === undefined) throw new Error('a revision of an edit is gone');
    return shownTo(wholeContent(row.content));
  });
  return new Set([...(after ?? [])].flatMap(([id, shown]) => (before?.get(id) === shown ? [id] : [])));
}

function shownTo(content: PostContent): ReadonlyMap<ConnectionId, string> {
  return new Map(
    content.targets.map((target) => [target.connectionId, JSON.stringify(Object.values(effective(content, target)))]),
  );
}

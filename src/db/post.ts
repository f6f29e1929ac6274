import type { PostContent } from '../domain/content.ts';
import type { ContentHash, PostId, RevisionId, TenantId, UserId } from '../domain/ids.ts';
import type { PostStatus } from '../domain/post.ts';
import { type StoredContent, wholeContent } from './post-revision.ts';
import type { TenantTransaction } from './tenant.ts';

export interface NewPost {
  readonly tenantId: TenantId;
  readonly id: PostId;
  /** Inserted in the same transaction by `insertRevision`. */
  readonly revisionId: RevisionId;
  readonly scheduledAt: Date | null;
  readonly by: UserId;
  readonly now: Date;
}

/** A new draft. Its first revision must follow before the transaction ends. */
export async function insertPost(trx: TenantTransaction, post: NewPost): Promise<void> {
  await trx
    .insertInto('post')
    .values({
      tenant_id: post.tenantId,
      id: post.id,
      status: 'draft',
      revision_id: post.revisionId,
      scheduled_at: post.scheduledAt,
      created_by: post.by,
      created_at: post.now,
      updated_at: post.now,
    })
    .execute();
}

/** A post with its current revision. */
export interface StoredPost {
  readonly id: PostId;
  readonly status: PostStatus;
  readonly scheduledAt: Date | null;
  readonly missedSlot: boolean;
  readonly attention: boolean;
  readonly version: number;
  readonly run: number;
  readonly createdBy: UserId;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly publishedAt: Date | null;
  /** The last event that changed nothing of the post itself. */
  readonly notedAt: Date | null;
  readonly revisionId: RevisionId;
  readonly revisionNumber: number;
  readonly content: PostContent;
  readonly contentHash: ContentHash;
}

export async function selectPost(trx: TenantTransaction, id: PostId): Promise<StoredPost | undefined> {
  return whole(await storedPost(trx).where('post.id', '=', id).executeTakeFirst());
}

/**
 * Like `selectPost`, and nobody else may change the post before this transaction ends. The lock is a statement of its
 * own: one that waits for it and joins the revision would look for the new revision as things were before it waited,
 * and find no post.
 */
export async function lockPost(trx: TenantTransaction, id: PostId): Promise<StoredPost | undefined> {
  await trx.selectFrom('post').select('id').where('id', '=', id).forUpdate().execute();
  return selectPost(trx, id);
}

function whole(
  row: (Omit<StoredPost, 'content'> & { readonly content: StoredContent }) | undefined,
): StoredPost | undefined {
  return row === undefined ? undefined : { ...row, content: wholeContent(row.content) };
}

function storedPost(trx: TenantTransaction) {
  return trx
    .selectFrom('post')
    .innerJoin('post_revision as revision', (join) =>
      join.onRef('revision.tenant_id', '=', 'post.tenant_id').onRef('revision.id', '=', 'post.revision_id'),
    )
    .select([
      'post.id',
      'post.status',
      'post.scheduled_at as scheduledAt',
      'post.missed_slot as missedSlot',
      'post.attention',
      'post.version',
      'post.run',
      'post.created_by as createdBy',
      'post.created_at as createdAt',
      'post.updated_at as updatedAt',
      'post.published_at as publishedAt',
      'post.noted_at as notedAt',
      'post.revision_id as revisionId',
      'revision.number as revisionNumber',
      'revision.content',
      'revision.content_hash as contentHash',
    ]);
}

/** Adopts a revision and a slot. The caller holds the row's lock. */
export async function updateDraft(
  trx: TenantTransaction,
  { id, revisionId, scheduledAt, now }: { id: PostId; revisionId: RevisionId; scheduledAt: Date | null; now: Date },
): Promise<void> {
  await trx
    .updateTable('post')
    .set((eb) => ({
      revision_id: revisionId,
      scheduled_at: scheduledAt,
      version: eb('version', '+', 1),
      updated_at: now,
    }))
    .where('id', '=', id)
    .execute();
}

/** Hands the post to a new run of its process, whose writes count from 1. The caller holds the row's lock. */
export async function beginRun(
  trx: TenantTransaction,
  {
    id,
    run,
    status,
    scheduledAt,
    now,
  }: { id: PostId; run: number; status: PostStatus; scheduledAt: Date | null; now: Date },
): Promise<void> {
  await trx
    .updateTable('post')
    .set((eb) => ({
      status,
      run,
      run_seq: 0,
      scheduled_at: scheduledAt,
      missed_slot: false,
      attention: false,
      version: eb('version', '+', 1),
      updated_at: now,
    }))
    .where('id', '=', id)
    .execute();
}

/** Says that something was recorded of the post that changes nothing of it: a comment, a copy. */
export async function notePost(trx: TenantTransaction, id: PostId, now: Date): Promise<void> {
  await trx
    .updateTable('post')
    .set((eb) => ({ noted_at: eb.fn('greatest', [eb.ref('noted_at'), eb.val(now)]) }))
    .where('id', '=', id)
    .execute();
}

/** Removes a draft with its revisions and targets. The caller holds the row's lock. */
export async function deletePost(trx: TenantTransaction, id: PostId): Promise<void> {
  await trx.deleteFrom('post').where('id', '=', id).execute();
}

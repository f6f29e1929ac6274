import type { PostContent } from '../domain/content.ts';
import type { PostId } from '../domain/ids.ts';
import { wholeContent } from './post-revision.ts';
import type { TenantTransaction } from './tenant.ts';

type StoredRow = NonNullable<Awaited<ReturnType<ReturnType<typeof revisions>['executeTakeFirst']>>>;
export type RevisionRow = Omit<StoredRow, 'content'> & { readonly content: PostContent };

export async function selectRevision(
  trx: TenantTransaction,
  postId: PostId,
  number: number,
): Promise<RevisionRow | undefined> {
  const row = await revisions(trx, postId).where('revision.number', '=', number).executeTakeFirst();
  return row === undefined ? undefined : whole(row);
}

/** The revisions of a post, newest first, `limit + 1` at most. */
export async function selectRevisions(
  trx: TenantTransaction,
  postId: PostId,
  { before, limit }: { before: number | null; limit: number },
): Promise<RevisionRow[]> {
  const rows = await revisions(trx, postId)
    .$if(before !== null, (query) => query.where('revision.number', '<', before))
    .orderBy('revision.number', 'desc')
    .limit(limit + 1)
    .execute();
  return rows.map(whole);
}

function whole(row: StoredRow): RevisionRow {
  return { ...row, content: wholeContent(row.content) };
}

function revisions(trx: TenantTransaction, postId: PostId) {
  return trx
    .selectFrom('post_revision as revision')
    .innerJoin('tenant_member as author', (join) =>
      join.onRef('author.tenant_id', '=', 'revision.tenant_id').onRef('author.user_id', '=', 'revision.author_id'),
    )
    .select([
      'revision.id',
      'revision.number',
      'revision.content',
      'revision.content_hash as contentHash',
      'revision.created_at as createdAt',
      'revision.author_id',
      'author.display_name as author_name',
    ])
    .where('revision.post_id', '=', postId)
    .where('revision.pending', '=', false);
}

/** When each revision of a post was written, and the hash of what it says: without its texts. */
export function selectRevisionHashes(trx: TenantTransaction, postId: PostId) {
  return trx
    .selectFrom('post_revision')
    .select(['number', 'content_hash as contentHash', 'created_at as createdAt'])
    .where('post_id', '=', postId)
    .where('pending', '=', false)
    .execute();
}

/** Everything that was decided on a post, in the order of deciding. */
export async function selectDecisions(trx: TenantTransaction, postId: PostId) {
  const approvals = await trx
    .selectFrom('approval')
    .innerJoin('post_revision as revision', (join) =>
      join.onRef('revision.tenant_id', '=', 'approval.tenant_id').onRef('revision.id', '=', 'approval.revision_id'),
    )
    .select([
      'approval.id',
      'approval.outcome',
      'approval.opened_by',
      'approval.opened_at',
      'approval.settled_by',
      'approval.settled_at',
      'revision.number as revision_number',
    ])
    .where('approval.post_id', '=', postId)
    .orderBy('approval.id')
    .execute();
  const votes = await trx
    .selectFrom('approval_vote as vote')
    .innerJoin('approval', (join) =>
      join.onRef('approval.tenant_id', '=', 'vote.tenant_id').onRef('approval.id', '=', 'vote.approval_id'),
    )
    .select([
      'vote.approval_id',
      'vote.step_key',
      'vote.user_id',
      'vote.verdict',
      'vote.cast_at as at',
      'vote.content_hash as contentHash',
    ])
    .where('approval.post_id', '=', postId)
    .orderBy('vote.cast_at')
    .orderBy('vote.id')
    .execute();
  return { approvals, votes };
}

export type Decisions = Awaited<ReturnType<typeof selectDecisions>>;

import { sql } from 'kysely';
import type { CommentId, PostId, RevisionId, TenantId, UserId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

export interface NewPostComment {
  readonly tenantId: TenantId;
  readonly id: CommentId;
  readonly postId: PostId;
  readonly revisionId: RevisionId | null;
  readonly replyTo: CommentId | null;
  readonly by: UserId;
  /** Without names. */
  readonly body: string;
  readonly now: Date;
}

export async function insertPostComment(trx: TenantTransaction, comment: NewPostComment): Promise<void> {
  await trx
    .insertInto('post_comment')
    .values({
      tenant_id: comment.tenantId,
      id: comment.id,
      post_id: comment.postId,
      revision_id: comment.revisionId,
      reply_to: comment.replyTo,
      author_id: comment.by,
      body: comment.body,
      created_at: comment.now,
    })
    .execute();
}

/** Says whom a comment mentions now. */
export async function replaceMentions(
  trx: TenantTransaction,
  { tenantId, id }: { tenantId: TenantId; id: CommentId },
  mentioned: readonly UserId[],
): Promise<void> {
  await trx.deleteFrom('post_comment_mention').where('comment_id', '=', id).execute();
  if (mentioned.length === 0) return;
  await trx
    .insertInto('post_comment_mention')
    .values(mentioned.map((user_id) => ({ tenant_id: tenantId, comment_id: id, user_id })))
    .execute();
}

export async function updatePostComment(
  trx: TenantTransaction,
  id: CommentId,
  { body, now }: { body: string; now: Date },
): Promise<void> {
  await trx
    .updateTable('post_comment')
    .set((eb) => ({ body, edited_at: now, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

/** Takes the words away; the row stays. */
export async function erasePostComment(trx: TenantTransaction, id: CommentId, now: Date): Promise<void> {
  await trx
    .updateTable('post_comment')
    .set((eb) => ({ body: null, deleted_at: now, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .execute();
  await trx.deleteFrom('post_comment_mention').where('comment_id', '=', id).execute();
}

export type PostCommentRow = NonNullable<Awaited<ReturnType<typeof selectPostComment>>>;

export function selectPostComment(trx: TenantTransaction, postId: PostId, id: CommentId) {
  return comments(trx, postId).where('comment.id', '=', id).executeTakeFirst();
}

/** Like `selectPostComment`, and nobody else may change the comment before this transaction ends; answers may come. */
export function lockPostComment(trx: TenantTransaction, postId: PostId, id: CommentId) {
  return comments(trx, postId).where('comment.id', '=', id).forNoKeyUpdate('comment').executeTakeFirst();
}

/** The comments of a post as they were written, stones included, `limit + 1` at most. */
export function selectPostComments(
  trx: TenantTransaction,
  postId: PostId,
  { after, limit }: { after: CommentId | null; limit: number },
): Promise<PostCommentRow[]> {
  return comments(trx, postId)
    .$if(after !== null, (query) => query.where('comment.id', '>', after))
    .orderBy('comment.id')
    .limit(limit + 1)
    .execute();
}

function comments(trx: TenantTransaction, postId: PostId) {
  return trx
    .selectFrom('post_comment as comment')
    .innerJoin('tenant_member as author', (join) =>
      join.onRef('author.tenant_id', '=', 'comment.tenant_id').onRef('author.user_id', '=', 'comment.author_id'),
    )
    .leftJoin('post_revision as revision', (join) =>
      join.onRef('revision.tenant_id', '=', 'comment.tenant_id').onRef('revision.id', '=', 'comment.revision_id'),
    )
    .select([
      'comment.id',
      'comment.post_id',
      'comment.reply_to',
      'comment.author_id',
      'author.display_name as author_name',
      'comment.body',
      'comment.version',
      'comment.created_at',
      'comment.edited_at',
      'comment.deleted_at',
      'revision.number as revision_number',
    ])
    .select(
      sql<readonly { id: UserId; name: string }[]>`(
        select coalesce(json_agg(json_build_object('id', person.user_id, 'name', person.display_name)
                                 order by person.display_name, person.user_id), '[]')
        from post_comment_mention mention
        join tenant_member person on person.tenant_id = mention.tenant_id and person.user_id = mention.user_id
        where mention.tenant_id = comment.tenant_id and mention.comment_id = comment.id)`.as('mentions'),
    )
    .where('comment.post_id', '=', postId);
}

/** Those of these people who can be mentioned: active, no service account, and allowed to read posts. */
export async function selectReaders(trx: TenantTransaction, users: readonly UserId[]): Promise<ReadonlySet<UserId>> {
  if (users.length === 0) return new Set();
  const rows = await trx
    .selectFrom('tenant_member as member')
    .innerJoin('member_role as held', (join) =>
      join.onRef('held.tenant_id', '=', 'member.tenant_id').onRef('held.user_id', '=', 'member.user_id'),
    )
    .innerJoin('role_permission as granted', (join) =>
      join.onRef('granted.tenant_id', '=', 'held.tenant_id').onRef('granted.role_id', '=', 'held.role_id'),
    )
    .select('member.user_id')
    .distinct()
    .where('member.user_id', 'in', users)
    .where('member.active', '=', true)
    .where('member.kind', '=', 'person')
    .where('granted.permission', '=', 'post.read')
    .execute();
  return new Set(rows.map((row) => row.user_id));
}

import { effective, type PostContent, type TargetContent } from '../domain/content.ts';
import type { ContentHash, MediaId, PostId, RevisionId, TenantId, UserId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

export interface NewRevision {
  readonly tenantId: TenantId;
  readonly id: RevisionId;
  readonly postId: PostId;
  readonly number: number;
  readonly content: PostContent;
  readonly contentHash: ContentHash;
  readonly by: UserId;
  readonly now: Date;
  /** The revision that an edit in flight was made from: this one is the post's only once its process adopts it. */
  readonly pendingAfter?: RevisionId;
}

/** Writes what a post says from now on, for good, and which files it needs. */
export async function insertRevision(trx: TenantTransaction, revision: NewRevision): Promise<void> {
  const { tenantId, id, content } = revision;
  await trx
    .insertInto('post_revision')
    .values({
      tenant_id: tenantId,
      id,
      post_id: revision.postId,
      number: revision.number,
      content: JSON.stringify(content),
      content_hash: revision.contentHash,
      search_text: searchText(content),
      author_id: revision.by,
      created_at: revision.now,
      ...(revision.pendingAfter === undefined ? {} : { pending: true, based_on: revision.pendingAfter }),
    })
    .execute();
  const mediaIds = mediaIdsOf(content);
  if (mediaIds.length === 0) return;
  await trx
    .insertInto('post_revision_media')
    .values(mediaIds.map((mediaId) => ({ tenant_id: tenantId, revision_id: id, media_id: mediaId })))
    .execute();
}

/** What a post said in one of its revisions, by its number. */
export async function selectRevisionContent(
  trx: TenantTransaction,
  { postId, number }: { postId: PostId; number: number },
): Promise<PostContent | null> {
  const row = await trx
    .selectFrom('post_revision')
    .select('content')
    .where('post_id', '=', postId)
    .where('number', '=', number)
    .where('pending', '=', false)
    .executeTakeFirst();
  return row === undefined ? null : wholeContent(row.content);
}

/** Every file that a content names, once. */
export function mediaIdsOf(content: PostContent): readonly MediaId[] {
  const ofLink = content.link?.mediaId ?? null;
  return [
    ...new Set([
      ...content.mediaIds,
      ...content.targets.flatMap((target) => effective(content, target).mediaIds),
      ...(ofLink === null ? [] : [ofLink]),
    ]),
  ];
}

/** A stored content as it is today: rows written before there were link cards and formats lack them. */
export function wholeContent({ link = null, targets, ...rest }: StoredContent): PostContent {
  return { ...rest, link, targets: targets.map((target) => ({ ...target, format: target.format ?? 'feed' })) };
}

export type StoredContent = Omit<PostContent, 'link' | 'targets'> &
  Partial<Pick<PostContent, 'link'>> & {
    readonly targets: readonly (Omit<TargetContent, 'format'> & Partial<Pick<TargetContent, 'format'>>)[];
  };

/** The number after those of all revisions of a post, refused ones that are still there included. */
export async function nextRevisionNumber(trx: TenantTransaction, postId: PostId): Promise<number> {
  const { last } = await trx
    .selectFrom('post_revision')
    .select((eb) => eb.fn.max<number | null>('number').as('last'))
    .where('post_id', '=', postId)
    .executeTakeFirstOrThrow();
  return (last ?? 0) + 1;
}

/** The id of a revision by its number; null when there is none. */
export async function selectRevisionId(
  trx: TenantTransaction,
  postId: PostId,
  number: number,
): Promise<RevisionId | null> {
  const row = await trx
    .selectFrom('post_revision')
    .select('id')
    .where('post_id', '=', postId)
    .where('number', '=', number)
    .where('pending', '=', false)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Who wrote any revision of a post. */
export async function selectRevisionAuthors(trx: TenantTransaction, postId: PostId): Promise<readonly UserId[]> {
  const rows = await trx
    .selectFrom('post_revision')
    .select('author_id')
    .distinct()
    .where('post_id', '=', postId)
    .where('pending', '=', false)
    .orderBy('author_id')
    .execute();
  return rows.map((row) => row.author_id);
}

function searchText({ text, targets }: PostContent): string {
  return [text, ...targets.flatMap((target) => (target.text === null ? [] : [target.text]))].join('\n');
}

import { selectRevisionAuthors } from '../../db/post-revision.ts';
import type { StoredPost } from '../../db/post.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { UserId } from '../../domain/ids.ts';
import type { Caller } from '../route-context.ts';
import { timelineOf } from './timeline.ts';

/** Everybody who had a hand in the content, and who asks: they may not vote on it. */
export async function authorsOf(
  trx: TenantTransaction,
  post: StoredPost,
  { userId }: Caller,
): Promise<readonly UserId[]> {
  const submitters = (await timelineOf(trx, post)).flatMap(({ kind, actor_id: actor }) =>
    kind === 'post.submitted' && actor !== null ? [actor] : [],
  );
  return [
    ...new Set([post.createdBy, ...(await selectRevisionAuthors(trx, post.id)), ...submitters, userId]),
  ].toSorted();
}

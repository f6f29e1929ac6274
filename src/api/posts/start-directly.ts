import { lockPost, type StoredPost } from '../../db/post.ts';
import type { EventKind } from '../../domain/event.ts';
import type { PostId } from '../../domain/ids.ts';
import { isEditable } from '../../domain/post.ts';
import { requiredApproval } from '../approvals/required-approval.ts';
import type { ActContext } from '../route-context.ts';
import type { directStartProblems } from './post-problems.ts';
import { requirePublishable } from './publishable.ts';
import { startProcess } from './start-process.ts';

type Context = Pick<
  ActContext<unknown, unknown, unknown, keyof typeof directStartProblems>,
  'caller' | 'now' | 'refuse' | 'inTenant'
>;

/**
 * Starts the process of a post that no policy guards, with its slot. Null if the post runs already or has ended, which
 * is left to commands. Throws 409 if a policy demands an approval, 422 if the content cannot go out, 404.
 */
export function startDirectly(
  ctx: Context,
  postId: PostId,
  { scheduledAt, event }: { scheduledAt: Date; event: EventKind },
): Promise<StoredPost | null> {
  const { caller, now } = ctx;
  return ctx.inTenant(async (trx) => {
    const post = await lockPost(trx, postId);
    if (post === undefined) throw ctx.refuse('not_found');
    if (!isEditable(post.status)) return null;
    const destinations = await requirePublishable(trx, ctx, post);
    const required = await requiredApproval(
      trx,
      destinations.map((destination) => destination.id),
    );
    if (required !== null) throw ctx.refuse('approval_required');
    await startProcess(trx, { post, destinations, scheduledAt, approval: null, events: [event], caller, now });
    return post;
  });
}

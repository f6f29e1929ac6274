import { setTimeout as pause } from 'node:timers/promises';
import type { UpdateDefinition } from '@temporalio/common';
import { selectPost, type StoredPost } from '../../db/post.ts';
import type { PostId } from '../../domain/ids.ts';
import { isEditable, isRunning } from '../../domain/post.ts';
import { postWorkflowId } from '../../workflows/post/messages.ts';
import type { ActContext, Answered } from '../route-context.ts';
import { explainEnd, explainRefusal } from './explain.ts';
import type { CommandCode } from './post-problems.ts';
import type { PostView } from './post-view-schemas.ts';
import { presentPost } from './present-post.ts';
import { type CommandContext, sendToProcess } from './send-to-process.ts';

export type PostContext = CommandContext &
  Pick<ActContext<unknown, unknown, unknown, CommandCode>, 'caller' | 'now' | 'refuse' | 'invalid'>;

/** Reads a post. Throws 404. */
export async function readStored({ inTenant, refuse }: PostContext, postId: PostId): Promise<StoredPost> {
  const post = await inTenant((trx) => selectPost(trx, postId));
  if (post === undefined) throw refuse('not_found');
  return post;
}

/**
 * Sends a command to the last run of a post, even to one that has just ended: Temporal remembers what it answered to a
 * command that is repeated. Throws the refusal of the process, or, once that has ended, what the rows tell of its end.
 */
export async function commandPost<Answer, Args extends unknown[]>(
  ctx: PostContext,
  post: StoredPost,
  { update, args }: { update: UpdateDefinition<Answer, Args>; args: Args },
): Promise<Answer> {
  const { id, run } = post;
  if (isEditable(post.status) || longEnded(post, ctx.now))
    throw await ctx.inTenant((trx) => explainEnd(trx, ctx, post));
  return sendToProcess(ctx, {
    update,
    workflowId: postWorkflowId(ctx.caller.tenantId, id, run),
    args,
    explain: (code, facts) => ctx.inTenant((trx) => explainRefusal(trx, code, facts, id)),
    running: async (trx) => {
      const now = await selectPost(trx, id);
      return now !== undefined && now.run === run && isRunning(now.status);
    },
    ended: async (trx) => explainEnd(trx, ctx, (await selectPost(trx, id)) ?? post),
  });
}

/** As long as an idempotency key is kept; after that nobody can be waiting for the answer to an old command. */
const repeatableMs = 86_400_000;

function longEnded({ status, updatedAt }: StoredPost, now: Date): boolean {
  return !isRunning(status) && now.getTime() - updatedAt.getTime() > repeatableMs;
}

const patienceMs = 2_000;
const pauseMs = 50;

/** The post as its readers see it, once `caughtUp` holds or two seconds have passed: answers may precede their record. */
export async function freshPost(
  ctx: PostContext,
  postId: PostId,
  caughtUp: (post: StoredPost) => boolean | Promise<boolean> = () => true,
): Promise<Answered<PostView>> {
  const deadline = ctx.services.clock() + patienceMs;
  while (!(await caughtUp(await readStored(ctx, postId))) && ctx.services.clock() < deadline) await pause(pauseMs);
  return ctx.inTenant((trx) => presentPost(trx, ctx, postId));
}

import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Vote } from '../../src/domain/approval-vote.ts';
import type { ContentHash } from '../../src/domain/ids.ts';
import type { PostInput } from '../../src/domain/post.ts';
import { approvalWorkflowId } from '../../src/domain/approval.ts';
import { decide } from '../../src/workflows/approval/messages.ts';
import { postWorkflowId } from '../../src/workflows/post/messages.ts';
import type { post } from '../../src/workflows/post/workflow.ts';
import { type Journal, marco, postInput, type Script, scripted } from './publication-script.ts';
import { type WorkflowEnvironment, workflowEnvironment } from './workflow-environment.ts';

/** One process of a post in skipped time, with activities that follow a script. */
export interface RunningPost {
  readonly input: PostInput;
  readonly run: WorkflowHandle<typeof post>;
  readonly journal: Journal;
  /** Marco's vote in an approval; that of the start unless another is named. */
  vote(verdict: Vote['verdict'], on?: { approvalId?: string; contentHash?: ContentHash }): Promise<unknown>;
}

export async function startPost(changes: Partial<PostInput>, script: Script = {}): Promise<RunningPost> {
  const { activities, journal } = scripted(script);
  return startPostIn(await workflowEnvironment(activities), changes, journal);
}

/** Another process in the same environment: workers are dear, runs are not. */
export async function startPostIn(
  { client, taskQueue }: WorkflowEnvironment,
  changes: Partial<PostInput>,
  journal: Journal,
): Promise<RunningPost> {
  const input = postInput(changes);
  const run: WorkflowHandle<typeof post> = await client.workflow.start<typeof post>('post', {
    taskQueue,
    workflowId: postWorkflowId(input.tenantId, input.postId, input.run),
    args: [input],
  });
  return {
    input,
    run,
    journal,
    vote: (verdict, { approvalId, contentHash } = {}) => {
      const opened = input.approval;
      const id = approvalId ?? opened?.approvalId;
      const hash = contentHash ?? opened?.contentHash;
      if (id === undefined || hash === undefined) throw new Error('the post needs no approval');
      const handle = client.workflow.getHandle(approvalWorkflowId(input.tenantId, id as never));
      const args: [Vote & { commentId: null }] = [{ by: marco, verdict, contentHash: hash, commentId: null }];
      return eventually(() => handle.executeUpdate(decide, { args }), { unless: isRefusal });
    },
  };
}

/** Until the process has come to the point where it takes the message. What `unless` knows is thrown at once. */
export async function eventually<T>(
  attempt: () => Promise<T>,
  { tries = 700, unless = () => false }: { tries?: number; unless?: (error: unknown) => boolean } = {},
): Promise<T> {
  for (let n = 1; ; n += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (n === tries || unless(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The refusal of a command; throws if it was accepted. */
export async function refusalOf(command: Promise<unknown>): Promise<unknown> {
  try {
    await command;
  } catch (error) {
    const cause = error instanceof WorkflowUpdateFailedError ? error.cause : error;
    if (cause instanceof ApplicationFailure) return cause.details?.[0];
    throw error;
  }
  throw new Error('the command was not refused');
}

function isRefusal(error: unknown): boolean {
  return error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure;
}

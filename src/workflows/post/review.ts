import { type ChildWorkflowHandle, isCancellation, type SignalDefinition, startChild } from '@temporalio/workflow';
import { approvalWorkflowId, type Settlement } from '../../domain/approval.ts';
import type { EventKind } from '../../domain/event.ts';
import { approved, type PostApproval, type PostInput, type PostStatus } from '../../domain/post.ts';
import type { approval } from '../approval/workflow.ts';
import { searchAttributes } from '../search-attributes.ts';
import type { Journal } from './journal.ts';
import type { Standing } from './standing.ts';

/** An approval of this post, as its process sees it. */
export interface Review extends Pick<ChildWorkflowHandle<typeof approval>, 'signal' | 'result'> {
  readonly approvalId: PostApproval['approvalId'];
}

/** Starts an approval of this post as a child. */
export async function openReview({ tenantId, postId }: PostInput, opened: PostApproval): Promise<Review> {
  const { approvalId, steps } = opened;
  const child = await startChild<typeof approval>('approval', {
    workflowId: approvalWorkflowId(tenantId, approvalId),
    args: [{ v: 1, tenantId, ...opened }],
    staticSummary: `Approval of a post: ${steps.length} step${steps.length === 1 ? '' : 's'}`,
    typedSearchAttributes: [
      { key: searchAttributes.tenantId, value: tenantId },
      { key: searchAttributes.subject, value: `post/${postId}` },
      { key: searchAttributes.phase, value: 'open' },
    ],
  });
  return { approvalId, signal: (...message) => child.signal(...message), result: () => child.result() };
}

/** Signals an approval; false if it has ended before: how, its result tells. */
export async function tellReview<Args extends unknown[]>(
  review: Review,
  message: SignalDefinition<Args>,
  ...args: Args
): Promise<boolean> {
  try {
    await review.signal(message, ...args);
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}

/** What follows from the end of an approval: the status in which the post ends, or null when it may go out. */
export async function afterReview(
  { outcome, by }: Settlement,
  standing: Standing,
  record: Journal,
): Promise<PostStatus | null> {
  if (standing.process.cancelled !== null || outcome === 'withdrawn') return null;
  if (outcome !== 'approved') {
    await record({ status: outcome, process: standing.process, event: eventOf(outcome), by });
    return outcome;
  }
  standing.process = approved(standing.process, Date.now(), { late: 'miss' });
  const { phase, missedSlot } = standing.process;
  await record({ status: 'approved', process: standing.process, event: 'post.approved', by });
  if (phase === 'scheduled') {
    await record({ status: 'scheduled', process: standing.process, event: 'post.scheduled', by: null });
  }
  if (missedSlot) {
    await record({ status: 'approved', process: standing.process, event: 'post.missed_slot', by: null });
  }
  return null;
}

/** What the timeline says of a post that has come to its end. */
export function eventOf(status: PostStatus): EventKind {
  switch (status) {
    case 'changes_requested':
    case 'rejected':
    case 'expired':
    case 'published':
    case 'partially_published':
    case 'failed':
      return `post.${status}`;
    default:
      throw new Error(`no post ends as ${status}`);
  }
}

import {
  allHandlersFinished,
  type ChildWorkflowHandle,
  CancellationScope,
  condition,
  isCancellation,
  startChild,
} from '@temporalio/workflow';
import type { Settlement } from '../../domain/approval.ts';
import type { EventKind } from '../../domain/event.ts';
import type { Instant } from '../../domain/ids.ts';
import { approved, openPost, type PostInput, type PostStatus } from '../../domain/post.ts';
import { publicationOutcome } from '../../domain/publication.ts';
import { approvalWorkflowId } from '../approval/messages.ts';
import { approval } from '../approval/workflow.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { searchAttributes } from '../search-attributes.ts';
import { takeCommands } from './commands.ts';
import { deliver, type Delivery } from './delivery.ts';
import { type Journal, journal } from './journal.ts';
import { newStanding, type Standing } from './standing.ts';

/** Takes a submitted post through its approval and its slot to the networks. Returns the status it ends in. */
export async function post(input: PostInput): Promise<PostStatus> {
  const standing = newStanding(openPost(input, Date.now()));
  const record = journal(input);
  const exclusive = oneAtATime();
  const opening = openReview(input);
  // Before the first await: a command may be waiting already.
  takeCommands({ input, standing, record, exclusive, opening });

  const review = await opening;
  const refusal = review === null ? null : await exclusiveOutcome(await review.result());
  const status = refusal ?? (await publishOrCancel());
  standing.process = { ...standing.process, phase: 'settled' };
  if (refusal === null && status !== 'cancelled') {
    await record({ status, process: standing.process, event: eventOf(status), by: null });
  }
  await condition(allHandlersFinished);
  return status;

  async function publishOrCancel(): Promise<PostStatus> {
    for (;;) {
      await condition(() => standing.process.cancelled !== null || standing.process.slot !== null);
      const { cancelled, slot } = standing.process;
      if (cancelled !== null) return 'cancelled';
      if (slot === null) continue;
      const deliveries = await roundTowards(slot, input, standing);
      // A command may have moved the slot while the last target, refused before its call, was coming to its end.
      const stands = deliveries !== null && (await exclusive(() => Promise.resolve(standing.process.slot === slot)));
      if (stands) return publicationOutcome(deliveries);
    }
  }

  /** Null when the post may go out. Waits its turn: a cancel that withdrew the approval is still being recorded. */
  function exclusiveOutcome(settlement: Settlement): Promise<PostStatus | null> {
    return exclusive(() => afterReview(settlement, standing, record));
  }
}

async function openReview({
  tenantId,
  postId,
  approval: opened,
}: PostInput): Promise<ChildWorkflowHandle<typeof approval> | null> {
  if (opened === null) return null;
  return startChild(approval, {
    workflowId: approvalWorkflowId(tenantId, opened.approvalId),
    args: [{ v: 1, tenantId, ...opened }],
    staticSummary: `Approval of a post: ${opened.steps.length} step${opened.steps.length === 1 ? '' : 's'}`,
    typedSearchAttributes: [
      { key: searchAttributes.tenantId, value: tenantId },
      { key: searchAttributes.subject, value: `post/${postId}` },
      { key: searchAttributes.phase, value: 'open' },
    ],
  });
}

async function afterReview(
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

/** All targets at once. Null when a command took the slot away in time: nothing has gone out then. */
async function roundTowards(slot: Instant, input: PostInput, standing: Standing): Promise<readonly Delivery[] | null> {
  const round = new CancellationScope();
  standing.round = round;
  try {
    return await round.run(() =>
      Promise.all(input.targets.map((target) => deliver({ input, target, slot, standing }))),
    );
  } catch (error) {
    if (isCancellation(error) && round.consideredCancelled) return null;
    throw error;
  } finally {
    standing.round = null;
  }
}

function eventOf(status: PostStatus): EventKind {
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

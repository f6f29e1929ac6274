import { proxyActivities, setHandler, uuid4 } from '@temporalio/workflow';
import type { PostActivities } from '../../activities/post.ts';
import { type EditEffect, type EditFacts, type NewReview, ruleOnEdit } from '../../domain/edit.ts';
import type { RevisionId } from '../../domain/ids.ts';
import { type PostApproval, type PostRefusal, rescheduled, sentBack } from '../../domain/post.ts';
import { dbOp } from '../activity-options.ts';
import { contentChanged } from '../approval/messages.ts';
import { refused } from '../refuse.ts';
import { type Desk, refuseReschedule, takeBackAttempts, withdrawReview } from './commands.ts';
import { edit, type PostEdit, type PostStanding } from './messages.ts';
import { openReview, tellReview } from './review.ts';
import type { Standing } from './standing.ts';

const { awaitReopening } = proxyActivities<PostActivities>(dbOp);

/** Adopts what people change of a running post, or says why it comes too late. */
export function takeEdits(desk: Desk): void {
  setHandler(edit, (change) => desk.exclusive(() => adopt(desk, change)), {
    validator: (change) => void effectOf(desk.standing, change),
    description: 'Change what the post says or where it goes',
  });
}

/** The review is settled first, then what workers hold is taken back; only then is anything written, all of it at once. */
async function adopt(desk: Desk, change: PostEdit): Promise<PostStanding> {
  const { standing, record, input } = desk;
  const effect = await throughReview(desk, change, effectOf(standing, change));
  standing.holding = true;
  try {
    await takeBackAttempts(desk);
    const { process: before, round } = standing;
    const moved = change.slot === null ? before : rescheduled(before, change.slot);
    const { revisionId, ifRevision, targets, by } = change;
    const review = opens(effect) ? change.review : null;
    standing.process = opens(effect) ? sentBack(moved) : moved;
    standing.content = { revisionId, targets };
    const recorded = record({
      status: statusOf(standing),
      process: standing.process,
      event: 'post.edited',
      by,
      adoption: { revisionId, ifRevision, targets, effect, review },
    });
    // At once, so that no round begins meanwhile; its process starts when its row is there.
    if (review !== null) standing.review = recorded.then(() => openReview(input, openingOf(revisionId, review)));
    await recorded;
    // The round with the old content; its uploads belong to nobody now.
    round?.cancel();
  } finally {
    standing.holding = false;
  }
  return { phase: standing.process.phase, slot: standing.process.slot };
}

/**
 * Lets the open approval know. It alone decides which came first, the edit or a last vote: approved before, the post is
 * one that was approved, and its changed content needs another approval; ended otherwise, the edit is refused.
 */
async function throughReview(desk: Desk, change: PostEdit, effect: EditEffect): Promise<EditEffect> {
  if (effect !== 'reopen' && effect !== 'replace') return effect;
  if (effect === 'reopen' && (await reopened(desk, change))) return 'reopen';
  const settlement = await withdrawReview(desk, change.by);
  return settlement?.outcome === 'approved' ? 'review' : 'replace';
}

/** Whether the open approval goes on with the new content. False if it ended before, or does not say so in time. */
async function reopened({ standing, input: { tenantId } }: Desk, change: PostEdit): Promise<boolean> {
  const review = await standing.review;
  if (review === null) return false;
  const { revisionId, contentHash, authors } = change;
  const message = { revisionId, contentHash, authors, outboxId: uuid4() };
  if (!(await tellReview(review, contentChanged, message))) return false;
  const { approvalId } = review;
  return awaitReopening.executeWithOptions({ summary: 'See whether the approval goes on with the new content' }, [
    { tenantId, approvalId, contentHash },
  ]);
}

function effectOf({ process, content }: Standing, change: PostEdit): EditEffect {
  const ruling = ruleOnEdit(process, factsOf(change));
  if (ruling.kind === 'refused') throw refused(ruling.refusal);
  if (content.revisionId !== change.ifRevision) throw refused<PostRefusal>({ code: 'stale_version' });
  if (change.slot !== null) refuseReschedule(process, change.slot);
  return ruling.effect;
}

function factsOf({ changed, review, samePolicy }: PostEdit): EditFacts {
  return { changed, policy: review === null ? 'none' : samePolicy ? 'same' : 'other' };
}

/** What the approval's own process is started with. */
function openingOf(
  revisionId: RevisionId,
  { approvalId, contentHash, authors, authorsMayVote, steps }: NewReview,
): PostApproval {
  return { v: 2, approvalId, contentHash, revisionId, authors, authorsMayVote, steps };
}

function opens(effect: EditEffect): boolean {
  return effect === 'replace' || effect === 'review';
}

function statusOf({ process: { phase } }: Standing) {
  if (phase === 'settled') throw new Error('an edit settles nothing');
  return phase;
}

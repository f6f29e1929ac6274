import { allHandlersFinished, CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { holdName } from '../../domain/hold.ts';
import type { Instant } from '../../domain/ids.ts';
import { openPost, type PostInput, type PostStatus } from '../../domain/post.ts';
import { publicationOutcome } from '../../domain/publication.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { takeCommands } from './commands.ts';
import { deliver, type Delivery } from './delivery.ts';
import { takeEdits } from './editing.ts';
import { takeHolds } from './holding.ts';
import { journal } from './journal.ts';
import { afterReview, eventOf, openReview, type Review } from './review.ts';
import { newStanding, type Standing } from './standing.ts';

/** Takes a submitted post through its approval and its slot to the networks. Returns the status it ends in. */
export async function post(input: PostInput): Promise<PostStatus> {
  const standing = newStanding(input, {
    process: openPost(input, Date.now()),
    review: input.approval === null ? null : openReview(input, input.approval),
    holds: new Map((input.holds ?? []).map((hold) => [holdName(hold), hold])),
  });
  const record = journal(input);
  const exclusive = oneAtATime();
  const desk = { input, standing, record, exclusive };
  // Before the first await: a command may be waiting already.
  takeCommands(desk);
  takeEdits(desk);
  takeHolds(desk);

  const status = await untilSettled();
  standing.process = { ...standing.process, phase: 'settled' };
  await condition(allHandlersFinished);
  return status;

  /** Through as many reviews and rounds as edits and commands make of it. */
  async function untilSettled(): Promise<PostStatus> {
    for (;;) {
      const { review } = standing;
      const end = review === null ? await published() : await reviewed(review);
      if (end !== null) return end;
    }
  }

  /** Null when the post may go out, or when an edit has opened another review. */
  async function reviewed(opening: Promise<Review>): Promise<PostStatus | null> {
    const settlement = await (await opening).result();
    // Waits its turn: a cancel that withdrew the approval, or an edit that came after it, is still being recorded.
    return exclusive(async () => {
      if (standing.review !== opening) return null;
      standing.review = null;
      return afterReview(settlement, standing, record);
    });
  }

  /** Null when an edit has sent the post back into review. */
  async function published(): Promise<PostStatus | null> {
    for (;;) {
      await condition(
        () => standing.review !== null || standing.process.cancelled !== null || standing.process.slot !== null,
      );
      if (standing.review !== null) return null;
      const { cancelled, slot } = standing.process;
      if (cancelled !== null) return 'cancelled';
      if (slot === null) continue;
      if (standing.process.phase === 'in_review') throw new Error('a post in review must not go out');
      const { content } = standing;
      const deliveries = await roundTowards(slot, input, standing);
      // A command may have moved it while the last target, refused before its call, was coming to its end.
      const stood = (): boolean => standing.process.slot === slot && standing.content === content;
      if (deliveries !== null && (await exclusive(() => Promise.resolve(stood())))) return settle(deliveries);
    }
  }

  async function settle(deliveries: readonly Delivery[]): Promise<PostStatus> {
    const status = publicationOutcome(deliveries);
    standing.process = { ...standing.process, phase: 'settled' };
    await record({ status, process: standing.process, event: eventOf(status), by: null });
    return status;
  }
}

/** All targets at once. Null when a command took the slot away in time: nothing has gone out then. */
async function roundTowards(slot: Instant, input: PostInput, standing: Standing): Promise<readonly Delivery[] | null> {
  const round = new CancellationScope();
  const { content } = standing;
  standing.round = round;
  try {
    return await round.run(() =>
      Promise.all(content.targets.map((target) => deliver({ input, content, target, slot, standing }))),
    );
  } catch (error) {
    if (isCancellation(error) && round.consideredCancelled) return null;
    throw error;
  } finally {
    standing.round = null;
    standing.stuck.clear();
  }
}

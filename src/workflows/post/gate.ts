import { condition, proxyActivities } from '@temporalio/workflow';
import type { PostActivities } from '../../activities/post.ts';
import { afterRelease, type Hold, holdName, holdReason, holds, type PassedSlot } from '../../domain/hold.ts';
import type { Instant } from '../../domain/ids.ts';
import type { PostInput, PostTarget } from '../../domain/post.ts';
import { dbOp } from '../activity-options.ts';
import type { Standing } from './standing.ts';

const { parkTarget, unparkTarget } = proxyActivities<PostActivities>(dbOp);

interface Waiting {
  readonly input: PostInput;
  readonly target: PostTarget;
  readonly slot: Instant;
  readonly standing: Standing;
}

/**
 * Waits for an instant at which nothing holds the target. Meanwhile a target that is held is parked, ahead of its slot.
 * `dropped` if it is not to go out any more.
 */
export async function untilOpen(waiting: Waiting, instant: Instant, summary: string): Promise<'open' | 'dropped'> {
  for (;;) {
    const hold = holdOn(waiting);
    if (hold === null) {
      const leftMs = instant - Date.now();
      if (leftMs <= 0) return 'open';
      await condition(() => holdOn(waiting) !== null, leftMs, { summary });
    } else if ((await untilReleased(waiting, hold)) === 'dropped') return 'dropped';
  }
}

/** How often what could hold the target was released: asked before an attempt, told after one that was held. */
export function releasesOf({ standing: { releases } }: Waiting, hold: Hold): number {
  return releases.get(holdName(hold))?.times ?? 0;
}

/** An attempt was held before the process heard why. If that has ended meanwhile, there is nothing to wait for. */
export function noteHold(waiting: Waiting, hold: Hold, releasesBefore: number): void {
  if (releasesOf(waiting, hold) === releasesBefore) waiting.standing.holds.set(holdName(hold), hold);
}

/** What becomes of a target that was parked and need not be any more. */
export async function afterParking(waiting: Waiting, hold: Hold): Promise<'open' | 'dropped'> {
  const { standing, slot } = waiting;
  const passed = standing.releases.get(holdName(hold))?.passed ?? 'now';
  const follows: PassedSlot = afterRelease(hold, { slot, now: Date.now(), passed });
  if (follows === 'ask') return askPerson(waiting);
  if (follows === 'drop') await unpark(waiting, 'dropped');
  return follows === 'drop' ? 'dropped' : 'open';
}

async function untilReleased(waiting: Waiting, hold: Hold): Promise<'open' | 'dropped'> {
  const { standing, target } = waiting;
  const { targetId } = target;
  standing.stuck.set(targetId, 'parked');
  await parkTarget.executeWithOptions({ summary: `Park: ${holdReason(hold)}` }, [
    { ...keyOf(waiting), reason: holdReason(hold), at: Date.now() },
  ]);
  await condition(() => standing.resolved.has(targetId) || standing.holds.get(holdName(hold)) === undefined);
  standing.stuck.delete(targetId);
  if (standing.resolved.delete(targetId)) return 'dropped'; // given up: nothing else can be said of it
  if (holdOn(waiting) !== null) return 'open'; // held for another reason as well, and parked for that
  const follows = await afterParking(waiting, hold);
  if (follows === 'open') await unpark(waiting, 'waiting');
  return follows;
}

/** The slot has passed: a person says whether it still goes out. */
async function askPerson(waiting: Waiting): Promise<'open' | 'dropped'> {
  const { standing, target } = waiting;
  const { targetId } = target;
  // Before it is written: whoever reads it may answer at once.
  standing.stuck.set(targetId, 'late');
  await unpark(waiting, 'late');
  await condition(() => standing.resolved.has(targetId));
  const word = standing.resolved.get(targetId);
  standing.stuck.delete(targetId);
  standing.resolved.delete(targetId);
  return word === 'send_again' ? 'open' : 'dropped';
}

async function unpark(waiting: Waiting, to: 'waiting' | 'late' | 'dropped'): Promise<void> {
  await unparkTarget.executeWithOptions({ summary: `Released: ${to}` }, [{ ...keyOf(waiting), to, at: Date.now() }]);
}

function holdOn({ standing, target }: Waiting): Hold | null {
  for (const hold of standing.holds.values()) if (holds(hold, target.connectionId)) return hold;
  return null;
}

function keyOf({ input: { tenantId, postId }, target: { targetId } }: Waiting) {
  return { tenantId, postId, targetId };
}

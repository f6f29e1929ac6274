import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { PostActivities } from '../../activities/post.ts';
import type { Settlement } from '../../domain/approval.ts';
import type { EventKind } from '../../domain/event.ts';
import type { TargetId, UserId } from '../../domain/ids.ts';
import {
  type PostCommand,
  type PostInput,
  type PostProcess,
  type PostRefusal,
  refuseCommand,
  rescheduled,
  sentNow,
  takenBack,
} from '../../domain/post.ts';
import type { Resolution } from '../../domain/publication.ts';
import { dbOp } from '../activity-options.ts';
import { withdrawApproval } from '../approval/messages.ts';
import type { oneAtATime } from '../one-at-a-time.ts';
import { refused } from '../refuse.ts';
import type { Journal } from './journal.ts';
import { cancel, type PostStanding, publishNow, reschedule, resolveTarget } from './messages.ts';
import { tellReview } from './review.ts';
import type { Standing } from './standing.ts';

const activities = proxyActivities<PostActivities>(dbOp);

export interface Desk {
  readonly input: PostInput;
  readonly standing: Standing;
  readonly record: Journal;
  readonly exclusive: ReturnType<typeof oneAtATime>;
}

interface Command {
  readonly name: PostCommand;
  /** What the timeline says of it, by where the post stood before. */
  readonly event: (before: PostProcess) => EventKind;
  readonly by: UserId;
  readonly apply: (process: PostProcess) => PostProcess;
}

/** Answers everything that people ask of a running post. Refusals that can be known at once leave no trace. */
export function takeCommands(desk: Desk): void {
  const { standing } = desk;
  const validator =
    (name: PostCommand) =>
    (_command: { readonly by: UserId }): void =>
      refuseIfNeeded(standing.process, name);

  setHandler(
    reschedule,
    ({ slot, by }) =>
      carryOut(desk, {
        name: 'reschedule',
        event: ({ slot: before }) => (before === null ? 'post.scheduled' : 'post.rescheduled'),
        by,
        apply: (process) => rescheduled(process, slot),
      }),
    { validator: ({ slot }) => refuseReschedule(standing.process, slot), description: 'Move the slot' },
  );
  setHandler(
    publishNow,
    ({ by }) =>
      carryOut(desk, {
        name: 'publish_now',
        event: () => 'post.publish_now',
        by,
        apply: (process) => sentNow(process, by, Date.now()),
      }),
    { validator: (_command) => refusePublishNow(standing), description: 'Publish without waiting for the slot' },
  );
  setHandler(
    cancel,
    ({ by }) =>
      carryOut(desk, {
        name: 'cancel',
        event: () => 'post.cancelled',
        by,
        apply: (process) => takenBack(process, by, Date.now()),
      }),
    { validator: validator('cancel'), description: 'Take the post back' },
  );
  setHandler(resolveTarget, ({ targetId, resolution, by }) => resolve(desk, { targetId, resolution, by }), {
    validator: ({ targetId, resolution }) => refuseResolution(standing, { targetId, resolution }),
    description: "A person's word on a target that is stuck",
  });
}

/** One command at a time. What workers already hold is taken back first; if one has begun its call, it is too late. */
function carryOut(desk: Desk, { name, event, by, apply }: Command): Promise<PostStanding> {
  const { standing, record, exclusive } = desk;
  return exclusive(async () => {
    refuseIfNeeded(standing.process, name);
    if (name === 'cancel') await withdrawReview(desk, by);
    standing.holding = true;
    try {
      await takeBackAttempts(desk);
      const { process: before, round } = standing;
      standing.process = apply(before);
      const { phase } = standing.process;
      const status = phase === 'settled' ? 'cancelled' : phase;
      await record({ status, process: standing.process, event: event(before), by });
      // The round towards the old slot; one towards the new slot may have begun meanwhile.
      round?.cancel();
    } finally {
      standing.holding = false;
    }
    return { phase: standing.process.phase, slot: standing.process.slot };
  });
}

/** Moves what workers hold from `armed` to `cancelled`, all or none. Throws `too_late` once a call has begun. */
export async function takeBackAttempts({ input: { tenantId, postId }, standing }: Desk): Promise<void> {
  const attempts = [...standing.attempts].map(([targetId, { n }]) => ({ targetId, n }));
  if (attempts.length === 0) return;
  const held = await activities.holdAttempts.executeWithOptions({ summary: 'Take back what workers hold' }, [
    { tenantId, postId, attempts, at: Date.now() },
  ]);
  if (held.kind === 'held') return;
  standing.process = { ...standing.process, phase: 'publishing', firstCallAt: held.at };
  throw refused<PostRefusal>({ code: 'too_late', at: held.at });
}

/**
 * The approval itself decides which came first, the withdrawal or a last vote. Answers how it ended; throws `settled`
 * if a vote has ended the post.
 */
export async function withdrawReview({ standing }: Desk, by: UserId): Promise<Settlement | null> {
  const review = await standing.review;
  if (review === null || standing.process.phase !== 'in_review') return null;
  await tellReview(review, withdrawApproval, { by });
  const settlement = await review.result();
  if (settlement.outcome !== 'approved' && settlement.outcome !== 'withdrawn') {
    throw refused<PostRefusal>({ code: 'settled', ...settlement });
  }
  return settlement;
}

async function resolve(
  { input: { tenantId, postId }, standing, exclusive }: Desk,
  { targetId, resolution, by }: { targetId: TargetId; resolution: Resolution; by: UserId },
): Promise<PostStanding> {
  return exclusive(async () => {
    refuseResolution(standing, { targetId, resolution });
    const n = standing.attempts.get(targetId)?.n ?? 0;
    const answer = await activities.resolveTarget.executeWithOptions(
      { summary: `Resolve a target: ${resolution.kind}` },
      [{ tenantId, postId, targetId, n, resolution, by, at: Date.now() }],
    );
    if (answer.kind === 'refused') throw refused<PostRefusal>({ code: answer.code });
    standing.resolved.set(targetId, resolution.kind);
    standing.stuck.delete(targetId);
    return { phase: standing.process.phase, slot: standing.process.slot };
  });
}

function refusePublishNow({ process, holds }: Standing): void {
  refuseIfNeeded(process, 'publish_now');
  if (holds.has('halt')) throw refused<PostRefusal>({ code: 'halted' });
}

function refuseIfNeeded(process: PostProcess, name: PostCommand): void {
  const refusal = refuseCommand(process, name);
  if (refusal !== null) throw refused(refusal);
}

export function refuseReschedule(process: PostProcess, slot: number): void {
  refuseIfNeeded(process, 'reschedule');
  if (slot <= Date.now()) throw refused<PostRefusal>({ code: 'slot_in_past' });
}

function refuseResolution(
  { stuck }: Standing,
  { targetId, resolution }: { targetId: TargetId; resolution: Resolution },
): void {
  const state = stuck.get(targetId);
  const open =
    state === 'unconfirmed' ||
    (state === 'parked' && resolution.kind === 'give_up') ||
    (state === 'late' && resolution.kind !== 'published');
  if (!open) throw refused<PostRefusal>({ code: 'target_not_open' });
}

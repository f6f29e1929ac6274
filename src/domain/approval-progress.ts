import type { Approval, Presence, StepClock } from './approval.ts';
import { hasFallback, passes, reachable } from './approval-seats.ts';
import type { ContentHash, Instant, RevisionId, UserId } from './ids.ts';

/** What happens to an approval besides votes. */
export type TurnKind =
  | 'requested'
  | 'reopened'
  | 'reminded'
  | 'escalated'
  | 'overdue'
  | 'expired'
  | 'stranded'
  /** Passed, or passable again, because of who has left or come back. */
  | 'reassessed'
  | 'delegated'
  | 'skipped';

export interface Turn<Kind extends TurnKind = TurnKind> {
  readonly kind: Kind;
  readonly approval: Approval;
}

interface Cause {
  /** `null`: nobody; time, or a departure. */
  readonly by: UserId | null;
  readonly at: Instant;
}

/** The open step is behind: the next one opens, or the approval is given. */
export function settleStep(approval: Approval, { by, at }: Cause): Approval {
  const step = approval.step + 1;
  const settled = step === approval.steps.length ? ({ outcome: 'approved', by, at } as const) : null;
  return { ...opening(approval, step), settled };
}

function opening(approval: Approval, step: number): Approval {
  return { ...approval, step, voices: [], clock: null, escalated: false, overdue: false, stranded: false };
}

/**
 * The first step opens again for content that has changed: no vote on the old content counts any more. Delegations
 * stay. A settled approval stays as it is.
 */
export function reopen(
  approval: Approval,
  content: {
    readonly revisionId: RevisionId | null;
    readonly contentHash: ContentHash;
    readonly authors: readonly UserId[];
  },
): Approval {
  if (approval.settled !== null) return approval;
  const { revisionId, contentHash, authors } = content;
  const turn = approval.turn + 1;
  return { ...opening(approval, 0), turn, revisionId, contentHash, authors, round: approval.round + 1 };
}

/** The open step is made known to those whom it waits for. */
export function announce(approval: Approval): Turn<'requested' | 'reopened'> {
  const kind = approval.round > 1 && approval.step === 0 ? 'reopened' : 'requested';
  return { kind, approval: { ...approval, turn: approval.turn + 1 } };
}

/** Which opening of which step this is. What is learned for one must not be taken for another. */
export function episodeOf({ round, step }: Approval): string {
  return `${round}.${step}`;
}

/** The open step with its instants, unless another has opened meanwhile. */
export function timed(approval: Approval, episode: string, clock: StepClock): Approval {
  return episodeOf(approval) === episode && approval.settled === null ? { ...approval, clock } : approval;
}

/**
 * The approval with who is active and absent now. The open step is judged again: it may have passed, since of `all`
 * only those count who are left; or nobody may be left, and its fallback is called, or it is stranded.
 */
export function reassess(approval: Approval, { inactive, absences }: Presence, at: Instant): Turn | Approval {
  if (approval.settled !== null) return approval;
  const known = { ...approval, inactive, absences };
  const turn = known.turn + 1;
  if (passes(known)) return { kind: 'reassessed', approval: settleStep({ ...known, turn }, { by: null, at }) };
  if (reachable(known)) {
    return known.stranded ? { kind: 'reassessed', approval: { ...known, turn, stranded: false } } : known;
  }
  if (!known.escalated && hasFallback(known)) {
    const escalated = { ...known, turn, escalated: true, stranded: false };
    return { kind: 'escalated', approval: { ...escalated, stranded: !reachable(escalated) } };
  }
  return known.stranded ? known : { kind: 'stranded', approval: { ...known, turn, stranded: true } };
}

/** The next instant at which something happens by itself; `null` when nothing will. */
export function nextDueAt({ clock, overdue, settled }: Approval): Instant | null {
  if (clock === null || overdue || settled !== null) return null;
  const due = [...clock.remindersAt.slice(0, 1), ...(clock.deadlineAt === null ? [] : [clock.deadlineAt])];
  return due.length === 0 ? null : Math.min(...due);
}

/**
 * What time has brought about; `null` when nothing was due. Reminders that were missed together are one. A deadline
 * escalates at most once: after that, as where there is nobody to escalate to, the step is held.
 */
export function elapse(approval: Approval, now: Instant): Turn | null {
  const due = nextDueAt(approval);
  if (due === null || due > now || approval.clock === null) return null;
  const turn = approval.turn + 1;
  const { deadlineAt, remindersAt } = approval.clock;
  if (deadlineAt === null || deadlineAt > now) {
    const clock = { deadlineAt, remindersAt: remindersAt.filter((at) => at > now) };
    return { kind: 'reminded', approval: { ...approval, turn, clock } };
  }
  const overdue = { ...approval, turn, overdue: true, clock: { deadlineAt, remindersAt: [] } };
  const onTimeout = approval.steps[approval.step]?.onTimeout ?? 'hold';
  if (onTimeout === 'expire') {
    return { kind: 'expired', approval: { ...overdue, settled: { outcome: 'expired', by: null, at: now } } };
  }
  if (onTimeout === 'escalate' && !approval.escalated && hasFallback(approval)) {
    const escalated = { ...overdue, escalated: true };
    return { kind: 'escalated', approval: { ...escalated, stranded: !reachable(escalated) } };
  }
  return { kind: 'overdue', approval: overdue };
}

import type { Approval, ApprovalStep } from './approval.ts';
import type { Instant, UserId } from './ids.ts';

/**
 * Who may vote on the open step, and for whom. Each eligible approver has a seat; a voice fills seats. An approver
 * votes from the own seat; a delegate, for one approval or during an absence, from the seats of those who appointed
 * them. Nobody passes on a seat that is not their own, so delegations do not chain.
 */

export function openStepOf({ steps, step }: Approval): ApprovalStep | null {
  return steps[step] ?? null;
}

/** People who may have a say at all: still active, and no authors where those may not vote. */
function eligible({ authors, authorsMayVote, inactive }: Approval, people: readonly UserId[]): readonly UserId[] {
  return people.filter((user) => (authorsMayVote || !authors.includes(user)) && !inactive.includes(user));
}

/** The fallback of the open step, once it has been called. */
export function fallbackOf(approval: Approval): readonly UserId[] {
  const step = openStepOf(approval);
  return step === null || !approval.escalated ? [] : eligible(approval, step.fallback);
}

/**
 * The seats of the open step. Where several voices are asked for, the fallback gets seats of its own. Where everybody
 * is, it does not: that would ask for more voices than before; each of the fallback then stands for all who are silent.
 */
export function seatsOf(approval: Approval): readonly UserId[] {
  const step = openStepOf(approval);
  if (step === null) return [];
  const people = step.rule.kind === 'all' ? step.approvers : [...step.approvers, ...fallbackOf(approval)];
  return [...new Set(eligible(approval, people))];
}

export function emptySeats(approval: Approval): readonly UserId[] {
  const filled = new Set(approval.voices.flatMap((voice) => voice.seats));
  return seatsOf(approval).filter((seat) => !filled.has(seat));
}

/** Who votes for the holder of a seat at this instant, besides the holder. */
export function delegatesOf(approval: Approval, holder: UserId, now: Instant): readonly UserId[] {
  if (openStepOf(approval)?.delegable !== true) return [];
  const handed = approval.handed.filter(({ from }) => from === holder).map(({ to }) => to);
  const absent = approval.absences
    .filter(({ of, from, until }) => of === holder && from <= now && now < until)
    .map(({ delegate }) => delegate);
  return eligible(approval, [...handed, ...absent]);
}

/** The seats that this person may vote from at this instant, filled ones included. */
export function standsFor(approval: Approval, user: UserId, now: Instant): readonly UserId[] {
  const seats = seatsOf(approval);
  const everybody = openStepOf(approval)?.rule.kind === 'all' && fallbackOf(approval).includes(user);
  return seats.filter((seat) => everybody || seat === user || delegatesOf(approval, seat, now).includes(user));
}

/**
 * The seats that a vote of this person fills. Where everybody must be heard, it speaks for all whom the voter stands
 * for. Where a number of voices is asked for, it is one: from the own seat, or else from one of the others'.
 */
export function seatsFilledBy(approval: Approval, user: UserId, now: Instant): readonly UserId[] {
  const empty = emptySeats(approval);
  const free = standsFor(approval, user, now).filter((seat) => empty.includes(seat));
  if (openStepOf(approval)?.rule.kind === 'all') return free;
  return free.includes(user) ? [user] : free.slice(0, 1);
}

/** Whether this person may vote on the open step at all; the fallback may even where nobody is left to stand for. */
export function mayVote(approval: Approval, user: UserId, now: Instant): boolean {
  return standsFor(approval, user, now).length > 0 || fallbackOf(approval).includes(user);
}

/** The open step has all the voices that its rule asks for. For `all`, of those who are left. */
export function passes(approval: Approval): boolean {
  const rule = openStepOf(approval)?.rule;
  if (rule === undefined || approval.voices.length === 0) return false;
  switch (rule.kind) {
    case 'any':
      return true;
    case 'all':
      return emptySeats(approval).length === 0;
    case 'at_least':
      return approval.voices.length >= rule.count;
  }
}

/** Whether those who are left could still bring the open step to pass. */
export function reachable(approval: Approval): boolean {
  const rule = openStepOf(approval)?.rule;
  if (rule === undefined) return false;
  const empty = emptySeats(approval).length;
  switch (rule.kind) {
    case 'any':
      return empty > 0;
    case 'all':
      return empty > 0 || fallbackOf(approval).length > 0;
    case 'at_least':
      return approval.voices.length + empty >= rule.count;
  }
}

/** Whether calling the fallback would add anybody. */
export function hasFallback(approval: Approval): boolean {
  const called = fallbackOf({ ...approval, escalated: true });
  const present = seatsOf(approval);
  return called.some((user) => !present.includes(user));
}

/** Whom the open step waits for: the holders of empty seats, their delegates instead of them, and a called fallback. */
export function awaited(approval: Approval, now: Instant): readonly UserId[] {
  const voted = new Set(approval.voices.map((voice) => voice.by));
  const holders = emptySeats(approval).flatMap((seat) => {
    const delegates = delegatesOf(approval, seat, now);
    return delegates.length > 0 ? delegates : [seat];
  });
  return [...new Set([...holders, ...fallbackOf(approval)])].filter((user) => !voted.has(user)).toSorted();
}

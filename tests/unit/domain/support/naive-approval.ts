import type { ApprovalRule, OnTimeout, Verdict } from '../../../../src/domain/approval.ts';

/** The rules of an approval once more, from the whole list of what happened, without the machine: slow and plain. */

export interface NaiveStep {
  readonly approvers: readonly string[];
  readonly fallback: readonly string[];
  readonly rule: ApprovalRule;
  readonly delegable: boolean;
  readonly onTimeout: OnTimeout;
  readonly limit: number | null;
  readonly reminders: readonly number[];
}

export type Command =
  | { readonly kind: 'vote'; readonly by: string; readonly verdict: Verdict; readonly fresh: boolean }
  | { readonly kind: 'delegate'; readonly by: string; readonly to: string }
  | { readonly kind: 'leave' | 'return'; readonly who: string }
  | { readonly kind: 'absence'; readonly of: string; readonly delegate: string; readonly minutes: number }
  | { readonly kind: 'edit'; readonly by: string }
  | { readonly kind: 'skip'; readonly by: string; readonly scope: 'step' | 'all'; readonly onStep: number }
  | { readonly kind: 'withdraw'; readonly by: string }
  | { readonly kind: 'wait' };

export type Timed = Command & { readonly after: number };

export interface NaiveSetup {
  readonly people: readonly string[];
  readonly authors: readonly string[];
  readonly authorsMayVote: boolean;
  readonly steps: readonly NaiveStep[];
}

/** What everybody can see of an approval. */
export interface Summary {
  readonly outcome: string;
  readonly by: string | null;
  readonly round: number;
  readonly step: number;
  readonly escalated: boolean;
  readonly overdue: boolean;
  readonly stranded: boolean;
  readonly mayVote: readonly string[];
}

export function naiveApproval(setup: NaiveSetup, commands: readonly Timed[]): { answers: string[]; end: Summary } {
  const { steps, people } = setup;
  const authors = new Set(setup.authors);
  const gone = new Set<string>();
  const handed = new Map<string, string>();
  const absences: { of: string; delegate: string; from: number; until: number }[] = [];
  let [now, round, index, openedAt] = [0, 1, 0, 0];
  let yes: { by: string; spokeFor: string[] }[] = [];
  let [escalated, overdue, stranded] = [false, false, false];
  let remindedUpTo = 0;
  let end: { outcome: string; by: string | null } | null = null;

  const step = (): NaiveStep => steps[Math.min(index, steps.length - 1)] as NaiveStep;
  const counts = (who: string): boolean => !gone.has(who) && (setup.authorsMayVote || !authors.has(who));
  const seated = (): string[] => {
    const { approvers, fallback, rule } = step();
    return people.filter(
      (who) => counts(who) && (approvers.includes(who) || (escalated && rule.kind !== 'all' && fallback.includes(who))),
    );
  };
  const calledIn = (who: string): boolean => escalated && counts(who) && step().fallback.includes(who);
  const actsFor = (who: string, seat: string): boolean => {
    if (who === seat) return true;
    if (step().rule.kind === 'all' && calledIn(who)) return true;
    if (!step().delegable || !counts(who)) return false;
    const away = absences.some((a) => a.of === seat && a.delegate === who && a.from <= now && now < a.until);
    return away || handed.get(seat) === who;
  };
  const silent = (): string[] => seated().filter((seat) => !yes.some(({ spokeFor }) => spokeFor.includes(seat)));
  const speaksFor = (who: string): string[] => {
    const possible = silent().filter((seat) => actsFor(who, seat));
    if (step().rule.kind === 'all') return possible;
    return possible.includes(who)
      ? [who]
      : seated()
          .filter((seat) => possible.includes(seat))
          .toSorted(inSeatOrder)
          .slice(0, 1);
  };
  const inSeatOrder = (a: string, b: string): number => order(a) - order(b);
  const order = (who: string): number => {
    const { approvers, fallback } = step();
    const place = approvers.indexOf(who);
    return place >= 0 ? place : approvers.length + fallback.indexOf(who);
  };
  const enough = (): boolean => {
    const { rule } = step();
    if (yes.length === 0) return false;
    if (rule.kind === 'any') return true;
    return rule.kind === 'all' ? silent().length === 0 : yes.length >= rule.count;
  };
  const hopeless = (): boolean => {
    const { rule } = step();
    if (rule.kind === 'at_least') return yes.length + silent().length < rule.count;
    return silent().length === 0 && !(rule.kind === 'all' && people.some(calledIn));
  };
  const helpers = (): boolean => step().fallback.some((who) => counts(who) && !seated().includes(who));
  const openStep = (next: number): void => {
    [index, openedAt, remindedUpTo] = [next, now, now];
    [escalated, overdue, stranded] = [false, false, false];
    yes = [];
    if (index < steps.length) judgeAgain();
  };
  const passed = (by: string | null): void => {
    if (index + 1 === steps.length) end = { outcome: 'approved', by };
    openStep(index + 1);
  };
  const judgeAgain = (): void => {
    if (enough()) passed(null);
    else if (!hopeless()) stranded = false;
    else if (!escalated && helpers()) {
      escalated = true;
      stranded = hopeless();
    } else stranded = true;
  };
  const timePasses = (): string[] => {
    const { limit, reminders, onTimeout } = step();
    if (end !== null || overdue) return [];
    if (limit === null || now < openedAt + limit) {
      const due = reminders.some((minutes) => openedAt + minutes > remindedUpTo && openedAt + minutes <= now);
      remindedUpTo = now;
      return due ? ['reminded'] : [];
    }
    overdue = true;
    if (onTimeout === 'expire') {
      end = { outcome: 'expired', by: null };
      return ['expired'];
    }
    if (onTimeout !== 'escalate' || escalated || !helpers()) return ['overdue'];
    escalated = true;
    stranded = hopeless();
    return ['escalated'];
  };
  const refusedVote = (by: string, fresh: boolean): string | null => {
    if (end !== null) return 'settled';
    if (!fresh) return 'stale_content';
    if (authors.has(by) && !setup.authorsMayVote) return 'own_content';
    if (yes.some((voice) => voice.by === by)) return 'already_voted';
    const anySeat = seated().some((seat) => actsFor(by, seat));
    if (!anySeat && !calledIn(by)) return 'not_an_approver';
    if (speaksFor(by).length === 0 && !(seated().length === 0 && yes.length === 0)) return 'already_voted';
    return null;
  };
  const refusedDelegation = (by: string, to: string): string | null => {
    if (end !== null) return 'settled';
    const mine = steps.filter((one, at) => at >= index && one.approvers.includes(by));
    if (mine.length === 0 || (authors.has(by) && !setup.authorsMayVote)) return 'not_an_approver';
    if (mine.every((one) => !one.delegable)) return 'not_delegable';
    if (mine.length === 1 && step().approvers.includes(by) && !silent().includes(by)) return 'already_voted';
    if (to === by || (authors.has(to) && !setup.authorsMayVote) || gone.has(to)) return 'unfit_delegate';
    return null;
  };
  const carryOut = (command: Command): string => {
    switch (command.kind) {
      case 'vote': {
        const refusal = refusedVote(command.by, command.fresh);
        if (refusal !== null) return refusal;
        if (command.verdict !== 'approve') {
          end = { outcome: command.verdict === 'reject' ? 'rejected' : 'changes_requested', by: command.by };
        } else {
          yes.push({ by: command.by, spokeFor: speaksFor(command.by) });
          if (enough()) passed(command.by);
        }
        return 'counted';
      }
      case 'delegate': {
        const refusal = refusedDelegation(command.by, command.to);
        if (refusal === null) handed.set(command.by, command.to);
        return refusal ?? 'handed';
      }
      case 'leave':
      case 'return':
        if (command.kind === 'leave') gone.add(command.who);
        else gone.delete(command.who);
        if (end === null) judgeAgain();
        return '';
      case 'absence':
        absences.push({ of: command.of, delegate: command.delegate, from: now, until: now + command.minutes });
        if (end === null) judgeAgain();
        return '';
      case 'edit':
        if (end !== null) return '';
        authors.add(command.by);
        round += 1;
        openStep(0);
        return '';
      case 'skip':
        if (end !== null) return 'settled';
        if (command.onStep !== index) return 'step_passed';
        if (command.scope === 'all') index = steps.length - 1;
        passed(command.by);
        return 'skipped';
      case 'withdraw':
        end ??= { outcome: 'withdrawn', by: command.by };
        return '';
      case 'wait':
        return '';
    }
  };

  openStep(0);
  const answers = commands.flatMap((command) => {
    now += command.after;
    return [...timePasses(), carryOut(command)];
  });
  const { outcome, by } = (end as { outcome: string; by: string | null } | null) ?? { outcome: 'open', by: null };
  const mayVote = people.filter((who) => refusedVote(who, true) === null);
  return { answers, end: { outcome, by, round, step: index, escalated, overdue, stranded, mayVote } };
}

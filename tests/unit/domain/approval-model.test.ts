import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Approval, type ApprovalRule, openApproval, verdicts, withdraw } from '../../../src/domain/approval.ts';
import { delegate, refuseDelegation, refuseSkip, skip } from '../../../src/domain/approval-command.ts';
import { elapse, episodeOf, reassess, reopen, timed } from '../../../src/domain/approval-progress.ts';
import { cast, refuseVote } from '../../../src/domain/approval-vote.ts';
import type { ContentHash, RevisionId, UserId } from '../../../src/domain/ids.ts';
import {
  type Command,
  naiveApproval,
  type NaiveSetup,
  type NaiveStep,
  type Summary,
  type Timed,
} from './support/naive-approval.ts';

test('whatever people and time do, an approval stands where the plain rules say', () => {
  fc.assert(
    fc.property(setup, fc.array(timedCommand, { maxLength: 25 }), (given, commands) => {
      const machine = run(given, commands);
      expect(machine).toEqual(naiveApproval(given, commands));
    }),
    { numRuns: 3_000 },
  );
});

test('no voice is counted twice: every seat is filled once, by one person, who has no other voice', () => {
  fc.assert(
    fc.property(setup, fc.array(timedCommand, { maxLength: 25 }), (given, commands) => {
      const machine = new Machine(given);
      for (const command of commands) {
        machine.carryOut(command);
        const { voices } = machine.approval;
        expect(new Set(voices.map(({ by }) => by)).size).toBe(voices.length);
        const seats = voices.flatMap((voice) => voice.seats);
        expect(new Set(seats).size).toBe(seats.length);
      }
    }),
  );
});

test('a settled approval changes no more, whatever comes', () => {
  fc.assert(
    fc.property(setup, fc.array(timedCommand, { maxLength: 25 }), (given, commands) => {
      const machine = new Machine(given);
      let settled: Approval['settled'] = null;
      for (const command of commands) {
        machine.carryOut(command);
        if (settled !== null) expect(machine.approval.settled).toBe(settled);
        ({ settled } = machine.approval);
      }
    }),
  );
});

test('whatever is written of an approval is numbered: what differs has a higher number', () => {
  fc.assert(
    fc.property(setup, fc.array(timedCommand, { maxLength: 25 }), (given, commands) => {
      const machine = new Machine(given);
      for (const next of commands) {
        const before = machine.approval;
        machine.carryOut(next);
        const { turn, ...after } = machine.approval;
        if (turn === before.turn) expect({ ...before, ...after, ...unwritten(before) }).toEqual(before);
      }
    }),
  );
});

/** What is not written: it is read from what was. */
const unwritten = ({ clock, inactive, absences, turn }: Approval) => ({ clock, inactive, absences, turn });

const people = ['anna', 'bruno', 'carla', 'dario', 'elena', 'furio'];
const person = fc.constantFrom(...people);

const rule: fc.Arbitrary<ApprovalRule> = fc.oneof(
  fc.constant({ kind: 'any' } as const),
  fc.constant({ kind: 'all' } as const),
  fc.record({ kind: fc.constant('at_least' as const), count: fc.integer({ min: 1, max: 3 }) }),
);

const step: fc.Arbitrary<NaiveStep> = fc.record({
  approvers: fc.subarray(people, { minLength: 1, maxLength: 4 }),
  fallback: fc.subarray(people, { maxLength: 2 }),
  rule,
  delegable: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  onTimeout: fc.constantFrom('escalate', 'expire', 'hold'),
  limit: fc.option(fc.integer({ min: 5, max: 12 })),
  reminders: fc.subarray([1, 2, 3, 4], { maxLength: 2 }),
});

const setup: fc.Arbitrary<NaiveSetup> = fc.record({
  people: fc.constant(people),
  authors: fc.subarray(['elena', 'anna'], { minLength: 1 }),
  authorsMayVote: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  steps: fc.array(step, { minLength: 1, maxLength: 3 }),
});

const approving = fc.oneof({ weight: 8, arbitrary: fc.constant('approve' as const) }, fc.constantFrom(...verdicts));

const vote = fc.record({
  kind: fc.constant('vote' as const),
  by: person,
  verdict: approving,
  fresh: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
});

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: vote },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delegate' as const), by: person, to: person }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('leave' as const, 'return' as const), who: person }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('absence' as const),
      of: person,
      delegate: person,
      minutes: fc.integer({ min: 1, max: 8 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('edit' as const), by: person }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('skip' as const),
      by: person,
      scope: fc.constantFrom('step' as const, 'all' as const),
      onStep: fc.integer({ min: 0, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), by: person }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
);

const timedCommand: fc.Arbitrary<Timed> = fc
  .tuple(command, fc.integer({ min: 0, max: 3 }))
  .map(([what, after]) => ({ ...what, after }));

/** Drives the machine as its workflow does: what has opened is timed at once, time passes before each command. */
class Machine {
  approval: Approval;
  readonly answers: string[] = [];
  readonly #setup: NaiveSetup;
  #now = 0;
  #inactive: readonly UserId[] = [];
  #absences: Approval['absences'] = [];

  constructor(given: NaiveSetup) {
    this.#setup = given;
    this.approval = openApproval({
      contentHash: hashOf(1),
      authors: users(given.authors),
      authorsMayVote: given.authorsMayVote,
      steps: given.steps.map(({ limit, approvers, fallback, ...rest }, index) => ({
        ...rest,
        key: String(index),
        name: `Step ${index}`,
        approvers: users(approvers),
        fallback: users(fallback),
        timeLimitMinutes: limit,
      })),
    });
    this.#open();
  }

  carryOut({ after, ...what }: Timed): void {
    this.#now += after;
    for (let turn = elapse(this.approval, this.#now); turn !== null; turn = elapse(this.approval, this.#now)) {
      this.approval = turn.approval;
      this.answers.push(turn.kind);
    }
    this.answers.push(this.#take(what));
    this.#open();
  }

  #take(what: Command): string {
    const { approval } = this;
    switch (what.kind) {
      case 'vote': {
        const contentHash = what.fresh ? approval.contentHash : hashOf(99);
        const ballot = { by: what.by as UserId, verdict: what.verdict, contentHash };
        const refusal = refuseVote(approval, ballot, this.#now);
        if (refusal === null) this.approval = cast(approval, ballot, this.#now);
        return refusal?.code ?? 'counted';
      }
      case 'delegate': {
        const handover = { by: what.by as UserId, to: what.to as UserId };
        const refusal = refuseDelegation(approval, handover);
        if (refusal === null) this.approval = delegate(approval, handover);
        return refusal?.code ?? 'handed';
      }
      case 'leave':
      case 'return': {
        const others = this.#inactive.filter((user) => user !== what.who);
        this.#inactive = what.kind === 'leave' ? [...others, what.who as UserId] : others;
        this.#judge();
        return '';
      }
      case 'absence': {
        const from = this.#now;
        const absence = { of: what.of as UserId, delegate: what.delegate as UserId, from, until: from + what.minutes };
        this.#absences = [...this.#absences, absence];
        this.#judge();
        return '';
      }
      case 'edit': {
        const authors = [...new Set([...approval.authors, what.by as UserId])];
        const content = { revisionId: 'next' as RevisionId, contentHash: hashOf(approval.round + 1), authors };
        this.approval = reopen(approval, content);
        return '';
      }
      case 'skip': {
        const { contentHash } = approval;
        const skipped = { by: what.by as UserId, scope: what.scope, stepKey: String(what.onStep), contentHash };
        const refusal = refuseSkip(approval, skipped);
        if (refusal === null) this.approval = skip(approval, skipped, this.#now);
        return refusal?.code ?? 'skipped';
      }
      case 'withdraw':
        this.approval = withdraw(approval, what.by as UserId, this.#now);
        return '';
      case 'wait':
        return '';
    }
  }

  #judge(): void {
    const judged = reassess(this.approval, { inactive: this.#inactive, absences: this.#absences }, this.#now);
    this.approval = 'approval' in judged ? judged.approval : judged;
  }

  #open(): void {
    while (this.approval.settled === null && this.approval.clock === null) {
      const { approval } = this;
      const { limit = null, reminders = [] } = this.#setup.steps[approval.step] ?? {};
      this.approval = timed(approval, episodeOf(approval), {
        deadlineAt: limit === null ? null : this.#now + limit,
        remindersAt: reminders.map((minutes) => this.#now + minutes),
      });
      this.#judge();
    }
  }

  summary(): Summary {
    const { settled, round, step: open, escalated, overdue, stranded, contentHash } = this.approval;
    const ballot = (by: string) => ({ by: by as UserId, verdict: 'approve' as const, contentHash });
    return {
      outcome: settled?.outcome ?? 'open',
      by: settled?.by ?? null,
      round,
      step: open,
      escalated,
      overdue,
      stranded,
      mayVote: people.filter((by) => refuseVote(this.approval, ballot(by), this.#now) === null),
    };
  }
}

function run(given: NaiveSetup, commands: readonly Timed[]) {
  const machine = new Machine(given);
  for (const next of commands) machine.carryOut(next);
  return { answers: machine.answers, end: machine.summary() };
}

const users = (names: readonly string[]) => names as readonly UserId[];
const hashOf = (n: number) => String(n).padStart(64, '0') as ContentHash;

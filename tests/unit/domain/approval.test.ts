import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Approval, type ApprovalRule, openApproval, verdicts, withdraw } from '../../../src/domain/approval.ts';
import { cast, refuseVote, type Vote } from '../../../src/domain/approval-vote.ts';
import type { ContentHash, UserId } from '../../../src/domain/ids.ts';

const contentHash = 'a'.repeat(64) as ContentHash;
const people = ['anna', 'bruno', 'carla', 'dario', 'elena'] as UserId[];
const author = 'elena' as UserId;

test('any sequence of votes ends as a naive count of the votes says', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 3 }), fc.array(vote, { maxLength: 30 }), (steps, votes) => {
      const opened = openApproval({ contentHash, authors: [author], steps });
      const { state, counted } = run(opened, votes);
      expect(outcomeOf(state)).toBe(naiveOutcome(opened, counted));
    }),
  );
});

test('a settled approval refuses every vote, and says what won, by whom and when', () => {
  fc.assert(
    fc.property(vote, (late) => {
      const settled = cast(oneStep(), { by: people[0] as UserId, verdict: 'reject', contentHash }, 7);
      expect(refuseVote(settled, late, 8)).toEqual({ code: 'settled', outcome: 'rejected', by: people[0], at: 7 });
    }),
  );
});

test('nobody counts twice in one step', () => {
  fc.assert(
    fc.property(fc.array(vote, { maxLength: 30 }), (votes) => {
      const { counted } = run(oneStep({ kind: 'all' }), votes);
      expect(new Set(counted.map(({ by }) => by)).size).toBe(counted.length);
    }),
  );
});

test('an author never counts', () => {
  fc.assert(
    fc.property(fc.array(vote, { maxLength: 30 }), (votes) => {
      expect(run(oneStep({ kind: 'all' }), votes).counted.map(({ by }) => by)).not.toContain(author);
    }),
  );
});

test('withdrawing leaves a settled approval as it is', () => {
  const settled = cast(oneStep(), { by: people[0] as UserId, verdict: 'approve', contentHash }, 7);
  expect(withdraw(settled, author, 9)).toBe(settled);
  expect(withdraw(oneStep(), author, 9).settled).toEqual({ outcome: 'withdrawn', by: author, at: 9 });
});

const rule: fc.Arbitrary<ApprovalRule> = fc.oneof(
  fc.constant({ kind: 'any' } as const),
  fc.constant({ kind: 'all' } as const),
  fc.record({ kind: fc.constant('at_least' as const), count: fc.integer({ min: 1, max: 3 }) }),
);

const step = fc.record({
  key: fc.uuid(),
  name: fc.constant('Review'),
  approvers: fc.subarray(people, { minLength: 1 }),
  rule,
});

const vote: fc.Arbitrary<Vote> = fc.record({
  by: fc.constantFrom(...people),
  verdict: fc.oneof({ weight: 6, arbitrary: fc.constant('approve' as const) }, fc.constantFrom(...verdicts)),
  contentHash: fc.oneof({ weight: 9, arbitrary: fc.constant(contentHash) }, fc.constant('b'.repeat(64) as ContentHash)),
});

function oneStep(by: ApprovalRule = { kind: 'any' }): Approval {
  const steps = [{ key: 'review', name: 'Review', approvers: people, rule: by }];
  return openApproval({ contentHash, authors: [author], steps });
}

function run(opened: Approval, votes: readonly Vote[]): { state: Approval; counted: Vote[] } {
  const counted: Vote[] = [];
  const state = votes.reduce((approval, next, at) => {
    if (refuseVote(approval, next, at) !== null) return approval;
    counted.push(next);
    return cast(approval, next, at);
  }, opened);
  return { state, counted };
}

function outcomeOf({ settled, step: open }: Approval): string {
  return settled?.outcome ?? `open at ${open}`;
}

/** Counts again from the beginning, without the machine: how far do the approvals reach, and did anyone say no? */
function naiveOutcome({ steps }: Approval, counted: readonly Vote[]): string {
  const left = counted.map(({ verdict }) => verdict);
  for (const [index, { rule: by, approvers }] of steps.entries()) {
    const others = approvers.filter((one) => one !== author).length;
    // Nobody can pass a step that has nobody but the author.
    const wanted = by.kind === 'any' ? 1 : by.kind === 'all' ? Math.max(1, others) : by.count;
    for (let given = 0; given < wanted; given += 1) {
      const next = left.shift();
      if (next === undefined) return `open at ${index}`;
      if (next !== 'approve') return next === 'reject' ? 'rejected' : 'changes_requested';
    }
  }
  return 'approved';
}

import { describe, expect, test } from 'vitest';
import type { ApprovalOutcome, SavedStep } from '../../src/domain/approval.ts';
import type { TurnKind } from '../../src/domain/approval-progress.ts';
import type { UserId } from '../../src/domain/ids.ts';
import {
  type ApprovalRun,
  contentHash,
  elena,
  giulia,
  marco,
  openApprovalRun,
  otherHash,
  paola,
  refusalOf,
  sara,
  step,
} from '../support/approval-run.ts';
import { expectReplay, keepHistory } from '../support/workflow-environment.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;
const patience = { timeout: 10_000 };
const dayMinutes = 1_440;

interface Scenario {
  readonly steps: readonly SavedStep[];
  /** What people do; then all time passes. */
  readonly story: (open: ApprovalRun) => Promise<unknown>;
  /** How, and by whom; null: by time, or a departure. */
  readonly ends: readonly [ApprovalOutcome, UserId | null];
  /** What the process did besides recording votes. */
  readonly turns: readonly TurnKind[];
  /** Its command and the step that opens after it are written side by side: either may come first. */
  readonly turnsInAnyOrder?: true;
  /** Kept for the replay tests under this name. */
  readonly saved?: string;
}

const both = { approvers: [marco, giulia], rule: { kind: 'all' } } as const;
const twoOfThree = { approvers: [marco, giulia, sara], rule: { kind: 'at_least', count: 2 } } as const;
const delegable = { delegable: true } as const;
const threeDays = { timeLimitMinutes: 3 * dayMinutes, reminders: [dayMinutes, 2 * dayMinutes] } as const;

const remindedOnDays = (...days: readonly number[]) => ({ reminders: days.map((day) => day * dayMinutes) });

const scenarios: Readonly<Record<string, Scenario>> = {
  'any: one approval is enough': {
    steps: [step()],
    story: async ({ vote }) => expect(await vote(marco)).toBe('approved'),
    ends: ['approved', marco],
    turns: ['requested'],
    saved: 'approval-any',
  },
  'all: everybody has to approve': {
    steps: [step(both)],
    story: async ({ vote }) => {
      expect(await vote(marco)).toBeNull();
      expect(await vote(giulia)).toBe('approved');
    },
    ends: ['approved', giulia],
    turns: ['requested'],
  },
  'two of three: the third is not asked for': {
    steps: [step(twoOfThree)],
    story: async ({ vote }) => {
      expect(await vote(sara)).toBeNull();
      expect(await vote(marco)).toBe('approved');
    },
    ends: ['approved', marco],
    turns: ['requested'],
  },
  'two steps: each is asked for when it opens': {
    steps: [step({ approvers: [marco] }), step({ approvers: [giulia] })],
    story: async ({ vote }) => {
      expect(await refusalOf(vote(giulia))).toBe('not_an_approver');
      await vote(marco);
      await vote(giulia);
    },
    ends: ['approved', giulia],
    turns: ['requested', 'requested'],
  },
  'delegation: the delegate votes instead, and the two are one voice': {
    steps: [step({ ...twoOfThree, ...delegable })],
    story: async ({ vote, delegate, votes }) => {
      await delegate(marco, paola);
      expect(await vote(paola)).toBeNull();
      expect(await refusalOf(vote(marco))).toBe('already_voted');
      expect(await refusalOf(vote(paola))).toBe('already_voted');
      expect(await vote(giulia)).toBe('approved');
      expect(votes.map(({ seats }) => seats)).toEqual([[marco], [giulia]]);
    },
    ends: ['approved', giulia],
    turns: ['requested', 'delegated'],
    saved: 'approval-delegated',
  },
  'delegation: who stands for several has one voice where several are asked for': {
    steps: [step({ ...twoOfThree, ...delegable })],
    story: async ({ vote, delegate }) => {
      await delegate(marco, sara);
      expect(await vote(sara)).toBeNull();
      expect(await refusalOf(vote(sara))).toBe('already_voted');
      expect(await vote(marco)).toBe('approved');
    },
    ends: ['approved', marco],
    turns: ['requested', 'delegated'],
  },
  'delegation: who stands for several speaks for all of them where everybody is asked': {
    steps: [step({ ...both, ...delegable })],
    story: async ({ vote, delegate }) => {
      await delegate(marco, giulia);
      expect(await vote(giulia)).toBe('approved');
    },
    ends: ['approved', giulia],
    turns: ['requested', 'delegated'],
  },
  'delegation: only where the step allows it, and never to an author': {
    steps: [step({ approvers: [marco] }), step({ approvers: [giulia], ...delegable })],
    story: async ({ vote, delegate }) => {
      expect(await refusalOf(delegate(marco, paola))).toBe('not_delegable');
      expect(await refusalOf(delegate(paola, marco))).toBe('not_an_approver');
      expect(await refusalOf(delegate(giulia, elena))).toBe('unfit_delegate');
      await delegate(giulia, paola);
      await vote(marco);
      await vote(paola);
    },
    ends: ['approved', paola],
    turns: ['requested', 'delegated', 'requested'],
  },
  'absence: the delegate votes while it lasts, and not before or after': {
    steps: [
      step({ approvers: [marco, giulia], rule: { kind: 'at_least', count: 2 }, ...delegable, ...remindedOnDays(2, 4) }),
    ],
    story: async ({ vote, changes, fastForward, turns }) => {
      const fromDay1ToDay3 = { from: Date.now() + dayMs, until: Date.now() + 3 * dayMs };
      await changes({
        absences: [
          { of: marco, delegate: paola, ...fromDay1ToDay3 },
          { of: giulia, delegate: sara, ...fromDay1ToDay3 },
        ],
      });
      expect(await refusalOf(vote(paola))).toBe('not_an_approver');
      await fastForward(2 * dayMs + hourMs);
      await expect.poll(() => turns, patience).toEqual(['requested', 'reminded']);
      expect(await vote(paola)).toBeNull();
      await fastForward(2 * dayMs);
      await expect.poll(() => turns, patience).toEqual(['requested', 'reminded', 'reminded']);
      expect(await refusalOf(vote(sara))).toBe('not_an_approver');
      expect(await vote(giulia)).toBe('approved');
    },
    ends: ['approved', giulia],
    turns: ['requested', 'reminded', 'reminded'],
  },
  'deactivated approver: of all, only those left count': {
    steps: [step(both)],
    story: async ({ vote, changes }) => {
      await vote(marco);
      await changes({ inactive: [giulia] });
    },
    ends: ['approved', null],
    turns: ['requested', 'reassessed'],
    saved: 'approval-reassessed',
  },
  'deactivated approver: a vote that was cast stays': {
    steps: [step(twoOfThree)],
    story: async ({ vote, changes }) => {
      await vote(marco);
      await changes({ inactive: [marco] });
      expect(await vote(giulia)).toBe('approved');
    },
    ends: ['approved', giulia],
    turns: ['requested'],
  },
  'deactivated approver: when nobody is left, the fallback is called at once': {
    steps: [step({ approvers: [marco], fallback: [paola] })],
    story: async ({ vote, changes, turns }) => {
      expect(await refusalOf(vote(paola))).toBe('not_an_approver');
      await changes({ inactive: [marco] });
      await expect.poll(() => turns, patience).toEqual(['requested', 'escalated']);
      expect(await vote(paola)).toBe('approved');
    },
    ends: ['approved', paola],
    turns: ['requested', 'escalated'],
  },
  'deactivated approver: without a fallback it is stranded, until somebody comes back': {
    steps: [step({ approvers: [marco] })],
    story: async ({ vote, changes, turns }) => {
      await changes({ inactive: [marco] });
      await expect.poll(() => turns.at(-1), patience).toBe('stranded');
      await changes({ inactive: [] });
      await expect.poll(() => turns.at(-1), patience).toBe('reassessed');
      expect(await vote(marco)).toBe('approved');
    },
    ends: ['approved', marco],
    turns: ['requested', 'stranded', 'reassessed'],
  },
  'deadline: reminders, then it expires': {
    steps: [step({ ...threeDays, onTimeout: 'expire' })],
    story: async () => undefined,
    ends: ['expired', null],
    turns: ['requested', 'reminded', 'reminded', 'expired'],
    saved: 'approval-expired',
  },
  'deadline: it escalates once, and then waits': {
    steps: [step({ ...both, ...threeDays, onTimeout: 'escalate', fallback: [paola] })],
    story: async ({ vote, fastForward, turns }) => {
      await fastForward(10 * dayMs);
      await expect.poll(() => turns.at(-1), patience).toBe('escalated');
      expect(await vote(paola)).toBe('approved');
    },
    ends: ['approved', paola],
    turns: ['requested', 'reminded', 'reminded', 'escalated'],
    saved: 'approval-escalated',
  },
  'deadline: where it is held, it says so and waits on': {
    steps: [step({ ...threeDays, onTimeout: 'hold' })],
    story: async ({ vote, fastForward, recorded }) => {
      await fastForward(10 * dayMs);
      await expect.poll(() => recorded.at(-1)?.approval.overdue, patience).toBe(true);
      expect(await vote(marco)).toBe('approved');
    },
    ends: ['approved', marco],
    turns: ['requested', 'reminded', 'reminded', 'overdue'],
    saved: 'approval-held',
  },
  'edit after each vote: every step is passed again, for the new content': {
    steps: [step(both), step({ approvers: [sara] })],
    story: async ({ vote, edit, turns }) => {
      const hashes = ['1', '2', '3'].map((digit) => digit.repeat(64) as typeof contentHash);
      await vote(marco);
      for (const [index, hash] of hashes.entries()) {
        await edit(elena, hash);
        await expect.poll(() => turns.filter((kind) => kind === 'reopened').length, patience).toBe(index + 1);
        expect(await refusalOf(vote(giulia))).toBe('stale_content');
        expect(await vote(marco, 'approve', { contentHash: hash })).toBeNull();
        if (index > 0) expect(await vote(giulia, 'approve', { contentHash: hash })).toBeNull();
      }
      const last = { contentHash: hashes[2] ?? contentHash };
      expect(await vote(sara, 'approve', last)).toBe('approved');
    },
    ends: ['approved', sara],
    turns: ['requested', 'reopened', 'reopened', 'requested', 'reopened', 'requested'],
    saved: 'approval-reopened',
  },
  'edit: whoever edits becomes an author, and of all only the others are asked': {
    steps: [step(both)],
    story: async ({ vote, edit, turns }) => {
      await edit(marco, otherHash);
      await expect.poll(() => turns.at(-1), patience).toBe('reopened');
      expect(await refusalOf(vote(marco, 'approve', { contentHash: otherHash }))).toBe('own_content');
      expect(await vote(giulia, 'approve', { contentHash: otherHash })).toBe('approved');
    },
    ends: ['approved', giulia],
    turns: ['requested', 'reopened'],
  },
  'skip: the open step, by somebody who names it': {
    steps: [step(both), step({ approvers: [sara] })],
    story: async ({ vote, skip }) => {
      expect(await refusalOf(skip({ contentHash: otherHash }))).toBe('stale_content');
      const [first, second] = await Promise.allSettled([skip(), skip()]);
      expect([first, second].filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await vote(sara)).toBe('approved');
    },
    ends: ['approved', sara],
    turns: ['requested', 'skipped', 'requested'],
    turnsInAnyOrder: true,
  },
  'skip: everything that is left': {
    steps: [step(both), step({ approvers: [sara] })],
    story: async ({ skip }) => expect(await skip({ scope: 'all' })).toBe('approved'),
    ends: ['approved', paola],
    turns: ['requested', 'skipped'],
    saved: 'approval-skipped',
  },
  'withdrawn: it ends, whatever is open': {
    steps: [step(threeDays)],
    story: ({ withdraw }) => withdraw(elena),
    ends: ['withdrawn', elena],
    turns: ['requested'],
    saved: 'approval-withdrawn',
  },
};

describe('an approval', () => {
  test.each(Object.entries(scenarios))(
    '%s',
    async (_name, { steps, story, ends: [outcome, by], turns, turnsInAnyOrder, saved }) => {
      const open = await openApprovalRun(steps);
      await expect.poll(() => open.turns, patience).toContain('requested');
      await story(open);
      await open.fastForward(null).catch(() => undefined);
      expect(await open.run.result()).toMatchObject({ outcome, by });
      if (turnsInAnyOrder) expect(open.turns.toSorted()).toEqual(turns.toSorted());
      else expect(open.turns).toEqual(turns);
      await expectReplay(open.run);
      if (saved !== undefined) await keepHistory(open.run, saved);
    },
  );
});

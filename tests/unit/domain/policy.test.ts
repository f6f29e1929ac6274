import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ApprovalRule, type ApprovalStep, needed, wholeStep } from '../../../src/domain/approval.ts';
import type { GroupId, UserId } from '../../../src/domain/ids.ts';
import {
  policyFaults,
  policyWarnings,
  resolveSteps,
  strictest,
  unfulfillableStep,
  wholePolicyStep,
} from '../../../src/domain/policy.ts';

describe('the approvers of a step', () => {
  it('are the people it names, those in its groups and the holders of its roles, each once, as far as they may vote', () => {
    const steps = resolveSteps(
      {
        steps: [
          wholePolicyStep({
            key: 'a',
            name: 'A',
            users: users('anna', 'bea'),
            groups: ['g' as GroupId],
            roles: ['chief'],
            rule: any,
            fallback: { users: users('gone'), groups: [], roles: ['chief'] },
          }),
        ],
      },
      {
        membersOf: () => users('bea', 'carla', 'gone'),
        holdersOf: () => users('dora', 'gone'),
        mayVote: (user) => user !== 'gone',
      },
    );
    expect(steps[0]?.approvers).toEqual(['anna', 'bea', 'carla', 'dora']);
    expect(steps[0]?.fallback).toEqual(['dora']);
  });
});

describe('a step that can never be passed', () => {
  it.each<[string, ApprovalRule, readonly string[], readonly string[], boolean]>([
    ['nobody may vote', { kind: 'any' }, [], [], true],
    ['the one who may is the author', { kind: 'any' }, ['anna'], ['anna'], true],
    ['one is left', { kind: 'any' }, ['anna', 'bea'], ['anna'], false],
    ['all must vote and one is the author', { kind: 'all' }, ['anna', 'bea'], ['anna'], true],
    ['all may vote', { kind: 'all' }, ['anna', 'bea'], ['carla'], false],
    ['fewer are left than needed', { kind: 'at_least', count: 2 }, ['anna', 'bea'], ['bea'], true],
    ['nobody at all has to', { kind: 'all' }, [], [], true],
  ])('is found: %s', (_why, rule, approvers, authors, expected) => {
    const open = step({ approvers: users(...approvers), rule });
    expect(unfulfillableStep([open], users(...authors)) !== null).toBe(expected);
  });

  it('is the first of several', () => {
    const steps = [step({ key: 'fine' }), step({ key: 'empty', approvers: [] }), step({ key: 'too', approvers: [] })];
    expect(unfulfillableStep(steps, [])?.key).toBe('empty');
  });
});

describe('a policy that nobody can fulfil', () => {
  it.each<[string, Partial<ApprovalStep>, readonly string[]]>([
    ['a step without anybody', { approvers: [] }, ['no_approvers']],
    ['more voices than people', { rule: { kind: 'at_least', count: 3 } }, ['too_few_approvers']],
    ['an escalation to nobody', { onTimeout: 'escalate' }, ['no_fallback']],
    ['both', { approvers: [], onTimeout: 'escalate' }, ['no_approvers', 'no_fallback']],
    ['nothing of it', { onTimeout: 'escalate', fallback: users('carla') }, []],
  ])('is one with %s', (_what, of, codes) => {
    expect(policyFaults([step({}), step(of)]).map(({ step: at, code }) => [at, code])).toEqual(
      codes.map((code) => [1, code]),
    );
  });
});

describe('a policy that works for some authors only', () => {
  it('says whose posts could not pass: those who write, and without whom too few are left', () => {
    const writes = (user: UserId) => user !== 'carla';
    const narrow = step({ approvers: users('anna') });
    const both = step({ rule: { kind: 'at_least', count: 2 }, approvers: users('anna', 'carla') });
    expect(policyWarnings([narrow, both], writes)).toEqual([
      { step: 0, code: 'blocked_for', users: ['anna'] },
      { step: 1, code: 'blocked_for', users: ['anna'] },
    ]);
    expect(policyWarnings([step({})], writes)).toEqual([]);
    expect(policyWarnings([step({ fallback: users('dora') })], writes)).toEqual([
      { step: 0, code: 'no_fallback_for', users: ['dora'] },
    ]);
  });
});

describe('the stricter of two policies', () => {
  it('has more steps, then needs more approvals, then has fewer people who may give them', () => {
    const one = policy(step({}));
    const two = policy(step({}), step({}));
    const both = policy(step({ rule: { kind: 'all' } }));
    const narrow = policy(step({ approvers: users('anna') }));
    expect(strictest([one, two])).toBe(two);
    expect(strictest([both, two])).toBe(two);
    expect(strictest([one, both])).toBe(both);
    expect(strictest([one, narrow])).toBe(narrow);
    expect(strictest([])).toBeNull();
  });

  it('is one of them, whichever comes first, and a tie keeps the first', () => {
    fc.assert(
      fc.property(fc.array(anyPolicy, { minLength: 1, maxLength: 5 }), (policies) => {
        const chosen = strictest(policies);
        const mirrored = strictest(policies.toReversed());
        expect(policies).toContain(chosen);
        expect(chosen && rank(chosen)).toEqual(mirrored && rank(mirrored));
        expect(policies.indexOf(chosen ?? policy())).toBe(
          policies.findIndex((candidate) => String(rank(candidate)) === String(chosen && rank(chosen))),
        );
      }),
    );
  });
});

const any: ApprovalRule = { kind: 'any' };

function users(...names: readonly string[]): readonly UserId[] {
  return names as readonly UserId[];
}

function step(of: Partial<ApprovalStep>): ApprovalStep {
  return wholeStep({ key: 'review', name: 'Review', approvers: users('anna', 'bea'), rule: any, ...of });
}

function policy(...steps: readonly ApprovalStep[]) {
  return { steps };
}

function rank({ steps }: { steps: readonly ApprovalStep[] }): readonly number[] {
  const sum = (of: (one: ApprovalStep) => number) => steps.reduce((total, one) => total + of(one), 0);
  return [steps.length, sum(needed), sum((one) => one.approvers.length)];
}

const anyPolicy = fc
  .array(
    fc.record({
      approvers: fc.subarray(['anna', 'bea', 'carla', 'dora']),
      rule: fc.oneof(
        fc.constant(any),
        fc.constant<ApprovalRule>({ kind: 'all' }),
        fc.integer({ min: 1, max: 3 }).map((count): ApprovalRule => ({ kind: 'at_least', count })),
      ),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((steps) => policy(...steps.map(({ approvers, rule }) => step({ approvers: users(...approvers), rule }))));

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ApprovalRule, type ApprovalStep, needed } from '../../../src/domain/approval.ts';
import type { GroupId, PolicyId, UserId } from '../../../src/domain/ids.ts';
import { resolveSteps, strictest, unfulfillableStep } from '../../../src/domain/policy.ts';

describe('the approvers of a step', () => {
  it('are the people it names and those in its groups, each once, as far as they may vote', () => {
    const steps = resolveSteps(
      {
        id: 'p' as PolicyId,
        version: 1,
        steps: [{ key: 'a', name: 'A', users: users('anna', 'bea'), groups: ['g' as GroupId], rule: any }],
      },
      () => users('bea', 'carla', 'gone'),
      (user) => user !== 'gone',
    );
    expect(steps[0]?.approvers).toEqual(['anna', 'bea', 'carla']);
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
  return { key: 'review', name: 'Review', approvers: users('anna', 'bea'), rule: any, ...of };
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

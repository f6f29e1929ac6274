import type { ApprovalRule, ApprovalStep } from './approval.ts';
import { needed } from './approval.ts';
import type { GroupId, PolicyId, UserId } from './ids.ts';

/** One step of an approval policy as its author wrote it: people and groups, not yet resolved. */
export interface PolicyStep {
  readonly key: string;
  readonly name: string;
  readonly users: readonly UserId[];
  readonly groups: readonly GroupId[];
  readonly rule: ApprovalRule;
}

export interface ApprovalPolicy {
  readonly id: PolicyId;
  readonly version: number;
  readonly steps: readonly PolicyStep[];
}

/** A policy that binds a post, with its steps resolved to the people who may vote today. */
export interface RequiredApproval {
  readonly policyId: PolicyId;
  readonly policyVersion: number;
  readonly steps: readonly ApprovalStep[];
}

/** The steps of a new approval: groups resolved to the people who are in them now. */
export function resolveSteps(
  policy: ApprovalPolicy,
  membersOf: (group: GroupId) => readonly UserId[],
  mayVote: (user: UserId) => boolean,
): readonly ApprovalStep[] {
  return policy.steps.map(({ key, name, users, groups, rule }) => ({
    key,
    name,
    rule,
    approvers: [...new Set([...users, ...groups.flatMap(membersOf)])].filter(mayVote).toSorted(),
  }));
}

/** The first step that can never be settled by approval once the authors may not vote; `null` if all can. */
export function unfulfillableStep(steps: readonly ApprovalStep[], authors: readonly UserId[]): ApprovalStep | null {
  return (
    steps.find((step) => step.approvers.filter((user) => !authors.includes(user)).length < Math.max(1, needed(step))) ??
    null
  );
}

/**
 * The policy that binds when several connections each bring one: more steps are stricter, then more approvals needed
 * in all, then fewer people who may give them; a tie keeps the earlier one.
 */
export function strictest<P extends { readonly steps: readonly ApprovalStep[] }>(policies: readonly P[]): P | null {
  return policies.reduce<P | null>(
    (strict, policy) => (strict === null || compareStrictness(policy.steps, strict.steps) > 0 ? policy : strict),
    null,
  );
}

function compareStrictness(a: readonly ApprovalStep[], b: readonly ApprovalStep[]): number {
  return a.length - b.length || sum(a, needed) - sum(b, needed) || sum(b, eligible) - sum(a, eligible);
}

const eligible = (step: ApprovalStep): number => step.approvers.length;

function sum(steps: readonly ApprovalStep[], of: (step: ApprovalStep) => number): number {
  return steps.reduce((total, step) => total + of(step), 0);
}

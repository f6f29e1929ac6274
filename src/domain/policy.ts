import { type ApprovalRule, type ApprovalStep, needed, type StepTiming } from './approval.ts';
import type { BusinessCalendarId, GroupId, PolicyId, UserId } from './ids.ts';

/** People as a policy names them: one by one, by the groups they are in, and by the keys of the roles they hold. */
export interface People {
  readonly users: readonly UserId[];
  readonly groups: readonly GroupId[];
  readonly roles: readonly string[];
}

/** One step of an approval policy as its author wrote it, its people not yet resolved. */
export interface PolicyStep extends People, StepTiming {
  readonly key: string;
  readonly name: string;
  readonly rule: ApprovalRule;
  /** Who may vote too once the step has escalated. */
  readonly fallback: People;
  readonly delegable: boolean;
}

export const nobody: People = { users: [], groups: [], roles: [] };

/** A step as policies hold it that were written before steps had limits. */
export type SavedPolicyStep = Pick<PolicyStep, 'key' | 'name' | 'users' | 'groups' | 'rule'> & Partial<PolicyStep>;

/** The step with what it did not have yet when it was saved. */
export function wholePolicyStep(step: SavedPolicyStep): PolicyStep {
  return {
    roles: [],
    timeLimitMinutes: null,
    reminders: [],
    onTimeout: 'hold',
    fallback: nobody,
    delegable: false,
    ...step,
  };
}

export interface ApprovalPolicy {
  readonly id: PolicyId;
  readonly version: number;
  readonly steps: readonly PolicyStep[];
  /** Whether those who created, edited or submitted the content may vote on it. */
  readonly authorsMayVote: boolean;
}

/** A policy that binds a post, with its steps resolved to the people who may vote today. */
export interface RequiredApproval {
  readonly policyId: PolicyId;
  readonly policyVersion: number;
  readonly steps: readonly ApprovalStep[];
  readonly authorsMayVote: boolean;
  readonly calendarId: BusinessCalendarId | null;
}

/** Who can be meant by a policy today. */
export interface Electorate {
  readonly membersOf: (group: GroupId) => readonly UserId[];
  readonly holdersOf: (role: string) => readonly UserId[];
  /** Active, and allowed to vote at all. */
  readonly mayVote: (user: UserId) => boolean;
}

/** The people who are named and may vote today, each once. */
export function resolvePeople({ users, groups, roles }: People, electorate: Electorate): readonly UserId[] {
  const { membersOf, holdersOf, mayVote } = electorate;
  const named = [...users, ...groups.flatMap(membersOf), ...roles.flatMap(holdersOf)];
  return [...new Set(named)].filter(mayVote).toSorted();
}

/** The steps of a new approval: groups and roles resolved to the people who are in them now. */
export function resolveSteps(
  { steps }: Pick<ApprovalPolicy, 'steps'>,
  electorate: Electorate,
): readonly ApprovalStep[] {
  return steps.map(({ users, groups, roles, fallback, ...step }) => ({
    ...step,
    approvers: resolvePeople({ users, groups, roles }, electorate),
    fallback: resolvePeople(fallback, electorate),
  }));
}

/** The first step that can never be settled by approval once the authors may not vote; `null` if all can. */
export function unfulfillableStep(steps: readonly ApprovalStep[], authors: readonly UserId[]): ApprovalStep | null {
  return steps.find((step) => !fulfillable(step, authors)) ?? null;
}

function fulfillable(step: ApprovalStep, authors: readonly UserId[]): boolean {
  return step.approvers.filter((user) => !authors.includes(user)).length >= Math.max(1, needed(step));
}

/** What keeps a policy from ever being fulfilled, by anybody. */
export interface PolicyFault {
  readonly step: number;
  readonly code: 'no_approvers' | 'too_few_approvers' | 'no_fallback';
  /** How many there are, and how many are needed. */
  readonly available: number;
  readonly needed: number;
}

/** Steps that nobody could pass today, and escalations that would reach nobody. */
export function policyFaults(steps: readonly ApprovalStep[]): readonly PolicyFault[] {
  return steps.flatMap((step, index): readonly PolicyFault[] => {
    const available = step.approvers.length;
    const wanted = Math.max(1, needed(step));
    const faults: PolicyFault[] = [];
    if (available === 0) faults.push({ step: index, code: 'no_approvers', available, needed: wanted });
    else if (available < wanted) faults.push({ step: index, code: 'too_few_approvers', available, needed: wanted });
    if (step.onTimeout === 'escalate' && step.fallback.length === 0) {
      faults.push({ step: index, code: 'no_fallback', available: 0, needed: 1 });
    }
    return faults;
  });
}

/** A policy that works, but not for everybody's posts. */
export interface PolicyWarning {
  readonly step: number;
  /** `blocked_for`: what these people write could not pass the step. `no_fallback_for`: nor reach its fallback. */
  readonly code: 'blocked_for' | 'no_fallback_for';
  readonly users: readonly UserId[];
}

/** Whose own posts would get stuck: those who may write, and are needed where they may not vote. */
export function policyWarnings(
  steps: readonly ApprovalStep[],
  mayWrite: (user: UserId) => boolean,
): readonly PolicyWarning[] {
  return steps.flatMap((step, index): readonly PolicyWarning[] => {
    const blocked = step.approvers.filter((user) => mayWrite(user) && !fulfillable(step, [user]));
    const unreached = step.fallback.filter((user) => mayWrite(user) && step.fallback.length === 1);
    return [
      ...(blocked.length === 0 ? [] : [{ step: index, code: 'blocked_for', users: blocked } as const]),
      ...(unreached.length === 0 ? [] : [{ step: index, code: 'no_fallback_for', users: unreached } as const]),
    ];
  });
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

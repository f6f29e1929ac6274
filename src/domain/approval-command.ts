import type { Approval, Settlement } from './approval.ts';
import { settleStep } from './approval-progress.ts';
import { emptySeats, openStepOf } from './approval-seats.ts';
import type { ContentHash, Instant, UserId } from './ids.ts';

/** What people do with an approval besides voting: they let somebody else vote, and they skip. */

export interface Delegation {
  readonly by: UserId;
  readonly to: UserId;
}

/** Why a vote cannot be handed on. `unfit_delegate`: the delegator, an author of the content, or somebody who left. */
export type DelegationRefusal =
  | ({ readonly code: 'settled' } & Settlement)
  | { readonly code: 'not_an_approver' | 'already_voted' | 'not_delegable' | 'unfit_delegate' };

/** Why a delegation cannot be taken, or null. It concerns the open step and those to come, as far as they allow it. */
export function refuseDelegation(approval: Approval, { by, to }: Delegation): DelegationRefusal | null {
  if (approval.settled !== null) return { code: 'settled', ...approval.settled };
  const ahead = approval.steps.slice(approval.step).filter((step) => step.approvers.includes(by));
  const mayNot = (user: UserId): boolean => !approval.authorsMayVote && approval.authors.includes(user);
  if (ahead.length === 0 || mayNot(by)) return { code: 'not_an_approver' };
  if (!ahead.some((step) => step.delegable)) return { code: 'not_delegable' };
  const onlyNow = ahead.length === 1 && ahead[0] === openStepOf(approval);
  if (onlyNow && !emptySeats(approval).includes(by)) return { code: 'already_voted' };
  if (to === by || mayNot(to) || approval.inactive.includes(to)) return { code: 'unfit_delegate' };
  return null;
}

/** The approval after a delegation that `refuseDelegation` let pass. A later one replaces an earlier. */
export function delegate(approval: Approval, { by, to }: Delegation): Approval {
  const handed = [...approval.handed.filter(({ from }) => from !== by), { from: by, to }];
  return { ...approval, turn: approval.turn + 1, handed };
}

export const skipScopes = ['step', 'all'] as const;

export interface Skip {
  readonly by: UserId;
  /** The open step, or it and everything after it. */
  readonly scope: (typeof skipScopes)[number];
  /** The step that was open for whoever skips: two who skip at once skip one step. */
  readonly stepKey: string;
  readonly contentHash: ContentHash;
}

/** Why nothing can be skipped. */
export type SkipRefusal =
  | ({ readonly code: 'settled' } & Settlement)
  | { readonly code: 'stale_content' | 'step_passed' };

export function refuseSkip(approval: Approval, { stepKey, contentHash }: Skip): SkipRefusal | null {
  if (approval.settled !== null) return { code: 'settled', ...approval.settled };
  if (contentHash !== approval.contentHash) return { code: 'stale_content' };
  if (openStepOf(approval)?.key !== stepKey) return { code: 'step_passed' };
  return null;
}

/** The approval after a skip that `refuseSkip` let pass. */
export function skip(approval: Approval, { by, scope }: Skip, at: Instant): Approval {
  const from = { ...approval, turn: approval.turn + 1 };
  return settleStep(scope === 'all' ? { ...from, step: from.steps.length - 1 } : from, { by, at });
}

import type { ApprovalId, ContentHash, RevisionId, UserId } from './ids.ts';
import type { RequiredApproval } from './policy.ts';
import { type PostProcess, type PostRefusal, type PostTarget, refuseCommand } from './post.ts';

/** What an edit of a running post is, as far as its rule has to know. */
export interface EditFacts {
  /** Whether readers will see something else: false when only a time or the order of targets differs. */
  readonly changed: boolean;
  /** What binds the new content: no policy, the one of the approval that is open, or another. */
  readonly policy: 'none' | 'same' | 'other';
}

/**
 * What an edit does to a post that is under way. `keep`: votes and slot stay. `reopen`: the open approval begins anew,
 * with the new content. `replace`: the open approval is withdrawn, and one under another policy opens. `review`: the
 * post goes back into review, and keeps its slot.
 */
export type EditEffect = 'keep' | 'reopen' | 'replace' | 'review';

export type EditRuling =
  | { readonly kind: 'accepted'; readonly effect: EditEffect }
  | { readonly kind: 'refused'; readonly refusal: PostRefusal };

/** The whole rule of editing in flight; `docs/architecture.md` shows it as a table. */
export function ruleOnEdit(process: PostProcess, { changed, policy }: EditFacts): EditRuling {
  const refusal = refuseCommand(process, 'edit');
  if (refusal !== null) return { kind: 'refused', refusal };
  if (!changed) return accepted('keep');
  if (process.phase === 'in_review') return accepted(policy === 'other' ? 'replace' : 'reopen');
  return accepted(policy === 'none' ? 'keep' : 'review');
}

function accepted(effect: EditEffect): EditRuling {
  return { kind: 'accepted', effect };
}

/** An approval that an edit opens. */
export interface NewReview extends RequiredApproval {
  readonly approvalId: ApprovalId;
  readonly contentHash: ContentHash;
  readonly authors: readonly UserId[];
}

/** What is written when an edit is adopted. */
export interface Adoption {
  readonly revisionId: RevisionId;
  readonly ifRevision: RevisionId;
  readonly targets: readonly PostTarget[];
  readonly effect: EditEffect;
  readonly review: NewReview | null;
}

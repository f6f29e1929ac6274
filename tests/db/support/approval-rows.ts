import { randomUUID } from 'node:crypto';
import type { Insertable } from 'kysely';
import type { ApprovalTables } from '../../../src/db/schema-approval.ts';
import type {
  AbsenceId,
  ApprovalId,
  ContentHash,
  PolicyId,
  PostId,
  RevisionId,
  TenantId,
  UserId,
} from '../../../src/domain/ids.ts';

interface Ids {
  readonly tenant_id: TenantId;
  readonly user: UserId;
  readonly policy: PolicyId;
  readonly post: PostId;
  readonly revision: RevisionId;
  readonly approval: ApprovalId;
  readonly comment: string;
  readonly content_hash: ContentHash;
  readonly now: Date;
}

/** One row in every table of an approval. */
export function approvalRows(ids: Ids) {
  const { tenant_id, user, policy, post, revision, approval, comment, content_hash, now } = ids;
  return {
    approval: {
      tenant_id,
      id: approval,
      post_id: post,
      revision_id: revision,
      content_hash,
      policy_id: policy,
      policy_version: 1,
      steps: '[]',
      outcome: null,
      opened_by: user,
      opened_at: now,
      settled_by: null,
      settled_at: null,
    },
    approval_approver: { tenant_id, approval_id: approval, step_key: 'review', user_id: user },
    approval_comment: {
      tenant_id,
      id: comment,
      approval_id: approval,
      author_id: user,
      body: 'Va bene.',
      created_at: now,
    },
    approval_vote: {
      tenant_id,
      id: randomUUID(),
      approval_id: approval,
      step_key: 'review',
      user_id: user,
      verdict: 'approve',
      comment_id: comment,
      content_hash,
      update_id: randomUUID(),
      cast_at: now,
    },
    approval_turn: {
      tenant_id,
      approval_id: approval,
      turn: 1,
      round: 1,
      step_key: 'review',
      kind: 'requested',
      at: now,
    },
    absence: {
      tenant_id,
      id: randomUUID() as AbsenceId,
      user_id: user,
      delegate_id: user,
      starts_at: now,
      ends_at: new Date(now.getTime() + 86_400_000),
      created_by: user,
      created_at: now,
    },
  } satisfies { readonly [Table in keyof ApprovalTables]?: Insertable<ApprovalTables[Table]> };
}

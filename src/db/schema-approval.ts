import type { ColumnType, Generated } from 'kysely';
import type { ApprovalOutcome, SavedStep, Verdict } from '../domain/approval.ts';
import type { Skip } from '../domain/approval-command.ts';
import type { TurnKind } from '../domain/approval-progress.ts';
import type {
  AbsenceId,
  ApprovalId,
  BusinessCalendarId,
  CampaignId,
  ContentHash,
  Instant,
  PolicyId,
  PostId,
  RevisionId,
  TenantId,
  UserId,
} from '../domain/ids.ts';
import type { SavedPolicyStep } from '../domain/policy.ts';
import type { Json } from './json-column.ts';

/** The tables of policies and approvals, part of `Database`. */
export interface ApprovalTables {
  approval_policy: {
    tenant_id: TenantId;
    id: PolicyId;
    name: string;
    version: number;
    created_at: Date;
    archived_at: Date | null;
    calendar_id: BusinessCalendarId | null;
  };
  approval_policy_version: {
    tenant_id: TenantId;
    policy_id: PolicyId;
    version: number;
    steps: Json<readonly SavedPolicyStep[]>;
    authors_may_vote: Generated<boolean>;
    calendar_id: BusinessCalendarId | null;
    created_at: Date;
    created_by: UserId | null;
  };
  approval: {
    tenant_id: TenantId;
    id: ApprovalId;
    post_id: PostId | null;
    revision_id: RevisionId | null;
    campaign_id: CampaignId | null;
    content_hash: ContentHash;
    policy_id: PolicyId;
    policy_version: number;
    steps: Json<readonly SavedStep[]>;
    authors_may_vote: Generated<boolean>;
    calendar_id: BusinessCalendarId | null;
    outcome: ApprovalOutcome | null;
    round: Generated<number>;
    step: Generated<number>;
    turn: Generated<number>;
    deadline_at: Date | null;
    reminders_at: ColumnType<readonly Instant[], string | undefined, string>;
    overdue: Generated<boolean>;
    escalated: Generated<boolean>;
    stranded: Generated<boolean>;
    opened_by: UserId;
    opened_at: Date;
    settled_by: UserId | null;
    settled_at: Date | null;
  };
  approval_approver: {
    tenant_id: TenantId;
    approval_id: ApprovalId;
    step_key: string;
    user_id: UserId;
    standing: Generated<'approver' | 'fallback'>;
  };
  approval_turn: {
    tenant_id: TenantId;
    approval_id: ApprovalId;
    turn: number;
    round: number;
    step_key: string;
    kind: TurnKind;
    by_user: UserId | null;
    to_user: UserId | null;
    scope: Skip['scope'] | null;
    comment_id: string | null;
    at: Date;
  };
  approval_comment: {
    tenant_id: TenantId;
    id: string;
    approval_id: ApprovalId;
    author_id: UserId;
    body: string;
    created_at: Date;
  };
  approval_vote: {
    tenant_id: TenantId;
    id: string;
    approval_id: ApprovalId;
    step_key: string;
    user_id: UserId;
    verdict: Verdict;
    comment_id: string | null;
    content_hash: ContentHash;
    update_id: string;
    cast_at: Date;
    round: Generated<number>;
    revision_id: RevisionId | null;
    seats: ColumnType<readonly UserId[], string | undefined, string>;
  };
  absence: {
    tenant_id: TenantId;
    id: AbsenceId;
    user_id: UserId;
    delegate_id: UserId;
    starts_at: Date;
    ends_at: Date;
    created_by: UserId;
    created_at: Date;
  };
}

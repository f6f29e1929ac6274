import { proxyActivities } from '@temporalio/workflow';
import type { ApprovalActivities } from '../../activities/approval.ts';
import type { Skip } from '../../domain/approval-command.ts';
import type { Turn, TurnKind } from '../../domain/approval-progress.ts';
import type { ApprovalId, TenantId, UserId } from '../../domain/ids.ts';
import { dbOp } from '../activity-options.ts';

const activities = proxyActivities<ApprovalActivities>(dbOp);

interface Details {
  /** Index of the step that it happened on. */
  readonly step: number;
  readonly by?: UserId;
  readonly to?: UserId;
  readonly scope?: Skip['scope'];
  readonly commentId?: string;
}

/** Writes what happens to an approval besides votes. */
export function turnRecorder(key: { readonly tenantId: TenantId; readonly approvalId: ApprovalId }) {
  return async ({ kind, approval }: Turn, details: Details): Promise<void> => {
    const { step, by = null, to = null, scope = null, commentId = null } = details;
    await activities.recordTurn.executeWithOptions({ summary: summaries[kind] }, [
      { ...key, kind, step, approval, by, to, scope, commentId, clock: null, at: Date.now() },
    ]);
  };
}

const summaries: Readonly<Record<TurnKind, string>> = {
  requested: 'Ask the approvers',
  reopened: 'Ask the approvers again',
  reminded: 'Remind those who have not voted',
  escalated: 'Call the fallback',
  overdue: 'Record that time has run out',
  expired: 'Record that the approval has expired',
  stranded: 'Record that nobody is left to vote',
  reassessed: 'Record what follows from who is there',
  delegated: 'Record a delegation',
  skipped: 'Record a skip',
};

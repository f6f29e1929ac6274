import type { Route } from '../define-route.ts';
import { delegateVote } from './delegate-vote.ts';
import { listApprovals } from './list-approvals.ts';
import { readApproval } from './read-approval.ts';
import { skipApproval } from './skip-approval.ts';

export const approvalRoutes: readonly Route[] = [listApprovals, readApproval, delegateVote, skipApproval];

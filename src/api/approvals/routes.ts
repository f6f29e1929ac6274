import type { Route } from '../define-route.ts';
import { listApprovals } from './list-approvals.ts';
import { readApproval } from './read-approval.ts';

export const approvalRoutes: readonly Route[] = [listApprovals, readApproval];

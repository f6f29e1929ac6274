import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import type { RecordedVote } from '../../src/db/approval.ts';
import { type ApprovalRule, approvalWorkflowId, type SavedStep, type Verdict } from '../../src/domain/approval.ts';
import type { ApprovalId, ContentHash, TenantId, UserId } from '../../src/domain/ids.ts';
import { type CastVote, decide, withdrawApproval } from '../../src/workflows/approval/messages.ts';
import type { approval } from '../../src/workflows/approval/workflow.ts';
import { keepHistory, workflowEnvironment } from '../support/workflow-environment.ts';

const tenantId = randomUUID() as TenantId;
const [elena, marco, giulia, paola] = ['elena', 'marco', 'giulia', 'paola'] as [UserId, UserId, UserId, UserId];
const contentHash = 'b'.repeat(64) as ContentHash;

test('any: the first approval settles the step, and the vote answers so', async () => {
  const { run, votes } = await open([step({ kind: 'any' })]);
  expect(await run.executeUpdate(decide, vote(marco))).toBe('approved');
  expect(await run.result()).toMatchObject({ outcome: 'approved', by: marco });
  expect(votes).toHaveLength(1);
  await keepHistory(run, 'approval-approved');
});

test('at least two: the first of two approvals leaves it open', async () => {
  const { run } = await open([step({ kind: 'at_least', count: 2 })]);
  expect(await run.executeUpdate(decide, vote(marco))).toBeNull();
  expect(await run.executeUpdate(decide, vote(giulia))).toBe('approved');
});

test('a later step opens only when the one before is settled', async () => {
  const { run } = await open([step({ kind: 'any' }, [marco]), step({ kind: 'any' }, [giulia])]);
  await expect(refusalOf(run, giulia)).resolves.toBe('not_an_approver');
  expect(await run.executeUpdate(decide, vote(marco))).toBeNull();
  expect(await run.executeUpdate(decide, vote(giulia))).toBe('approved');
});

test.each([
  ['reject', 'rejected'],
  ['request_changes', 'changes_requested'],
] as const)('one %s settles it as %s', async (verdict, outcome) => {
  const { run } = await open([step({ kind: 'all' })]);
  expect(await run.executeUpdate(decide, vote(marco, verdict))).toBe(outcome);
  await keepHistory(run, `approval-${outcome}`);
});

test('a vote on other content, by an author, by a stranger, or a second one is refused by name', async () => {
  const { run } = await open([step({ kind: 'all' }, [elena, marco, giulia])]);
  await expect(refusalOf(run, marco, { contentHash: 'c'.repeat(64) as ContentHash })).resolves.toBe('stale_content');
  await expect(refusalOf(run, elena)).resolves.toBe('own_content');
  await expect(refusalOf(run, paola)).resolves.toBe('not_an_approver');
  await run.executeUpdate(decide, vote(marco));
  await expect(refusalOf(run, marco)).resolves.toBe('already_voted');
});

test('of opposite votes at the same moment one counts, and the other hears who won and when', async () => {
  const { run, votes } = await open([step({ kind: 'any' })]);
  const answers = await Promise.allSettled([
    run.executeUpdate(decide, vote(marco, 'approve')),
    run.executeUpdate(decide, vote(giulia, 'reject')),
  ]);
  const refused = answers.filter((answer) => answer.status === 'rejected');
  expect(refused).toHaveLength(1);
  const settlement = await run.result();
  expect(detailOf(refused[0]?.reason)).toEqual({ code: 'settled', ...settlement });
  expect(votes.map(({ vote: { by } }) => by)).toEqual([settlement.by]);
});

test('an update delivered twice is one vote', async () => {
  const { run, votes } = await open([step({ kind: 'at_least', count: 2 })]);
  const once = { ...vote(marco), updateId: 'the-same' };
  expect(await run.executeUpdate(decide, once)).toBeNull();
  expect(await run.executeUpdate(decide, once)).toBeNull();
  expect(votes).toHaveLength(1);
});

test('a withdrawn approval takes no more votes', async () => {
  const { run, withdrawals } = await open([step({ kind: 'any' })]);
  await run.signal(withdrawApproval, { by: elena });
  expect(await run.result()).toMatchObject({ outcome: 'withdrawn', by: elena });
  expect(withdrawals).toHaveLength(1);
});

function step(rule: ApprovalRule, approvers: readonly UserId[] = [marco, giulia]): SavedStep {
  return { key: randomUUID(), name: 'Review', approvers, rule };
}

function vote(by: UserId, verdict: Verdict = 'approve'): { args: [CastVote] } {
  return { args: [{ by, verdict, contentHash, commentId: null }] };
}

async function refusalOf(
  run: WorkflowHandle<typeof approval>,
  by: UserId,
  changed: Partial<CastVote> = {},
): Promise<string> {
  const [cast] = vote(by).args;
  try {
    await run.executeUpdate(decide, { args: [{ ...cast, ...changed }] });
  } catch (error) {
    const { code } = detailOf(error) as { code: string };
    return code;
  }
  throw new Error('the vote was not refused');
}

function detailOf(error: unknown): unknown {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : null;
  return cause instanceof ApplicationFailure ? cause.details?.[0] : null;
}

async function open(steps: readonly SavedStep[]) {
  const votes: RecordedVote[] = [];
  const withdrawals: unknown[] = [];
  const approvalId = randomUUID() as ApprovalId;
  const { client, taskQueue } = await workflowEnvironment({
    recordVote: async (recorded: RecordedVote) => void votes.push(recorded),
    recordWithdrawal: async (withdrawal: unknown) => void withdrawals.push(withdrawal),
  });
  const run = await client.workflow.start<typeof approval>('approval', {
    taskQueue,
    workflowId: approvalWorkflowId(tenantId, approvalId),
    args: [{ v: 1, tenantId, approvalId, contentHash, authors: [elena], steps }],
  });
  return { run, votes, withdrawals };
}

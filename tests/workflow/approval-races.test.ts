import { expect, test } from 'vitest';
import type { UserId } from '../../src/domain/ids.ts';
import { type ApprovalRun, detailOf, giulia, marco, openApprovalRun, step } from '../support/approval-run.ts';
import { expectReplay } from '../support/workflow-environment.ts';

test('of opposite votes at the same moment exactly one counts, a hundred times', async () => {
  const runs = await openMany(100);
  const outcomes = new Set<string>();
  for (const { run, vote, votes } of runs) {
    const answers = await Promise.allSettled([vote(marco, 'approve'), vote(giulia, 'reject')]);
    const [lost, ...others] = answers.filter((answer) => answer.status === 'rejected');
    expect(others).toEqual([]);
    const settlement = await run.result();
    expect(detailOf(lost?.reason)).toEqual({ code: 'settled', ...settlement });
    expect(votes.filter(({ approvalId }) => run.workflowId.endsWith(approvalId)).map(({ vote: { by } }) => by)).toEqual(
      [settlement.by],
    );
    outcomes.add(settlement.outcome);
  }
  expect([...outcomes].every((outcome) => outcome === 'approved' || outcome === 'rejected')).toBe(true);
}, 120_000);

test('thirty reviewers who vote at once are all counted, once each', async () => {
  const reviewers = Array.from({ length: 30 }, (_, index) => `reviewer-${index}` as UserId);
  const open = await openApprovalRun([step({ approvers: reviewers, rule: { kind: 'all' } })]);
  const answers = await Promise.all(reviewers.map((reviewer) => open.vote(reviewer)));
  expect(answers.filter((answer) => answer === 'approved')).toHaveLength(1);
  expect(answers.filter((answer) => answer === null)).toHaveLength(29);
  expect(new Set(open.votes.map(({ vote: { by } }) => by))).toEqual(new Set(reviewers));
  await expectReplay(open.run);
});

/** One world for many approvals: they share the workers and the memory of what was written. */
async function openMany(count: number): Promise<readonly ApprovalRun[]> {
  const first = await openApprovalRun([step()]);
  return [first, ...(await Promise.all(Array.from({ length: count - 1 }, () => first.another())))];
}

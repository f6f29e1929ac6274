import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { contentChanged } from '../../src/workflows/approval/messages.ts';
import { elena, giulia, marco, openApprovalRun, otherHash, refusalOf, step } from '../support/approval-run.ts';
import { expectReplay, keepHistory } from '../support/workflow-environment.ts';

test('a campaign passes two levels; changed meanwhile, it passes the first one again', async () => {
  const levels = [step({ name: 'Marketing', approvers: [marco] }), step({ name: 'Firma', approvers: [giulia] })];
  const { run, vote, votes, turns } = await openApprovalRun(levels);
  expect(await vote(marco)).toBeNull();
  // A template that it sends was edited: no revision, only another hash.
  const change = { revisionId: null, contentHash: otherHash, authors: [elena], outboxId: randomUUID() };
  await run.signal(contentChanged, change);
  expect(await refusalOf(vote(giulia))).toBe('stale_content');
  expect(await refusalOf(vote(giulia, 'approve', { contentHash: otherHash }))).toBe('not_an_approver');
  expect(await vote(marco, 'approve', { contentHash: otherHash })).toBeNull();
  expect(await vote(giulia, 'approve', { contentHash: otherHash })).toBe('approved');
  expect(await run.result()).toMatchObject({ outcome: 'approved', by: giulia });
  expect(turns).toEqual(['requested', 'requested', 'reopened', 'requested']);
  expect(votes.map(({ state }) => [state.round, state.revisionId])).toEqual([
    [1, null],
    [2, null],
    [2, null],
  ]);
  await keepHistory(run, 'approval-campaign');
  await expectReplay(run);
});

test('a campaign that is taken back takes no more votes', async () => {
  const { run, vote, withdraw, withdrawals } = await openApprovalRun([step()]);
  await withdraw(elena);
  expect(await run.result()).toMatchObject({ outcome: 'withdrawn', by: elena });
  expect(withdrawals).toHaveLength(1);
  await expect(vote(marco)).rejects.toThrow();
});

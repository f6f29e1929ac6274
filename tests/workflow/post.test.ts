import { WorkflowUpdateFailedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { approvalWorkflowId } from '../../src/domain/approval.ts';
import { decide } from '../../src/workflows/approval/messages.ts';
import {
  cancel,
  connectionRepaired,
  publishNow,
  reschedule,
  resolveTarget,
} from '../../src/workflows/post/messages.ts';
import { elena, marco, oneStepApproval, type Script, scripted, target } from '../support/publication-script.ts';
import { eventually, refusalOf, startPost, startPostIn } from '../support/running-post.ts';
import { keepHistory, workflowEnvironment } from '../support/workflow-environment.ts';

const hourMs = 3_600_000;
const inTwoWeeks = (): number => Date.now() + 14 * 24 * hourMs;

test('approved before its slot, it waits two weeks and is published on all targets at once', async () => {
  const slot = inTwoWeeks();
  const { run, journal, vote } = await startPost({ approval: oneStepApproval(), scheduledAt: slot });
  expect(await vote('approve')).toBe('approved');
  expect(await run.result()).toBe('published');
  expect(journal.statuses).toEqual(['approved', 'scheduled', 'published']);
  expect(journal.attempts.map(({ slot: due, n }) => [due, n])).toEqual([
    [slot, 1],
    [slot, 1],
    [slot, 1],
  ]);
  await keepHistory(run, 'post-published');
});

test('changes that are asked for end the run, and nothing is published', async () => {
  const { run, journal, vote } = await startPost({ approval: oneStepApproval(), scheduledAt: inTwoWeeks() });
  await vote('request_changes');
  expect(await run.result()).toBe('changes_requested');
  expect(journal).toMatchObject({ statuses: ['changes_requested'], attempts: [] });
  await keepHistory(run, 'post-changes-requested');
});

test('approval that comes after the slot is never a surprise publication: it waits for a new slot', async () => {
  const { run, journal, vote } = await startPost({ approval: oneStepApproval(), scheduledAt: Date.now() - 1_000 });
  await vote('approve');
  await eventually(async () => expect(journal.statuses).toHaveLength(2));
  const slot = inTwoWeeks();
  expect(await run.executeUpdate(reschedule, { args: [{ slot, by: elena }] })).toEqual({ phase: 'scheduled', slot });
  expect(await run.result()).toBe('published');
  expect(journal.attempts[0]?.slot).toBe(slot);
  expect(journal.statuses).toEqual(['approved', 'approved', 'scheduled', 'published']);
});

test('rescheduling moves the slot of the same run', async () => {
  const later = inTwoWeeks() + hourMs;
  const { run, journal } = await startPost({});
  await run.executeUpdate(reschedule, { args: [{ slot: inTwoWeeks(), by: elena }] });
  await run.executeUpdate(reschedule, { args: [{ slot: later, by: elena }] });
  expect(await run.result()).toBe('published');
  expect(new Set(journal.attempts.map(({ slot }) => slot))).toEqual(new Set([later]));
  await keepHistory(run, 'post-rescheduled');
});

test('a slot in the past is refused', async () => {
  const { run } = await startPost({});
  const attempt = run.executeUpdate(reschedule, { args: [{ slot: Date.now() - hourMs, by: elena }] });
  expect(await refusalOf(attempt)).toEqual({ code: 'slot_in_past' });
});

test('a cancelled post publishes nothing', async () => {
  const { run, journal } = await startPost({});
  expect(await run.executeUpdate(cancel, { args: [{ by: elena }] })).toMatchObject({ phase: 'settled' });
  expect(await run.result()).toBe('cancelled');
  expect(journal).toMatchObject({ statuses: ['cancelled'], attempts: [] });
  await keepHistory(run, 'post-cancelled');
});

test('cancelling a post in review withdraws its approval', async () => {
  const approval = oneStepApproval();
  const { input, run, journal } = await startPost({ approval });
  await run.executeUpdate(cancel, { args: [{ by: elena }] });
  expect(await run.result()).toBe('cancelled');
  expect(journal.calls).toContain('recordWithdrawal');
  const { approvalId, contentHash } = approval;
  const vote = { by: marco, verdict: 'approve', contentHash, commentId: null } as const;
  const handle = run.client.getHandle(approvalWorkflowId(input.tenantId, approvalId));
  await expect(handle.executeUpdate(decide, { args: [vote] })).rejects.toThrow();
  expect(await handle.result()).toMatchObject({ outcome: 'withdrawn' });
});

test('a post whose approval takes too long expires, and publishes nothing', async () => {
  const { steps, ...approval } = oneStepApproval();
  const limited = {
    ...approval,
    v: 2 as const,
    steps: steps.map((step) => ({ ...step, onTimeout: 'expire' as const })),
  };
  const { run, journal } = await startPost({ approval: limited }, { timeLimitMs: 3 * 24 * hourMs });
  expect(await run.result()).toBe('expired');
  expect(journal).toMatchObject({ statuses: ['expired'], attempts: [] });
  expect(journal.calls).toEqual(['openStep', 'recordTurn expired']);
  await keepHistory(run, 'post-expired');
});

test('publishing now needs no slot, but an approval', async () => {
  const { run, journal, vote } = await startPost({ approval: oneStepApproval() });
  expect(await refusalOf(run.executeUpdate(publishNow, { args: [{ by: elena }] }))).toMatchObject({
    code: 'wrong_state',
  });
  await vote('approve');
  await eventually(async () => expect(journal.statuses).toEqual(['approved']));
  await run.executeUpdate(publishNow, { args: [{ by: elena }] });
  expect(await run.result()).toBe('published');
  expect(journal.attempts).toHaveLength(3);
});

test('of “publish now” and cancel at the same moment one settles the post, and the other hears who did and when', async () => {
  const { run } = await startPost({});
  const answers = await Promise.allSettled([
    run.executeUpdate(publishNow, { args: [{ by: elena }] }),
    run.executeUpdate(cancel, { args: [{ by: marco }] }),
  ]);
  const [refused, ...others] = answers.filter((answer) => answer.status === 'rejected');
  expect(others).toEqual([]);
  const cancelled = (await run.result()) === 'cancelled';
  expect(refused?.reason).toBeInstanceOf(WorkflowUpdateFailedError);
  expect((refused?.reason as WorkflowUpdateFailedError | undefined)?.cause).toMatchObject({
    details: [cancelled ? { code: 'already_cancelled', by: marco } : { code: 'already_publishing', by: elena }],
  });
});

test('once a call has begun, cancelling is too late and says since when', async () => {
  const at = Date.now();
  const script: Script = { publish: [{ kind: 'unconfirmed', callingAt: at }], look: [{ kind: 'ambiguous' }] };
  const { run, journal } = await startPost({ targets: [target('facebook')], scheduledAt: inTwoWeeks() }, script);
  await eventually(async () => expect(journal.calls).toContain('look facebook'));
  expect(await refusalOf(run.executeUpdate(cancel, { args: [{ by: elena }] }))).toMatchObject({ code: 'too_late' });
  await run.terminate();
});

test('an attempt that a worker handed back is armed again', async () => {
  const script: Script = { publish: [{ kind: 'not_sent' }, { kind: 'published' }] };
  const { run, journal } = await startPost({ targets: [target('facebook')], scheduledAt: inTwoWeeks() }, script);
  expect(await run.result()).toBe('published');
  expect(journal.attempts.map(({ n }) => n)).toEqual([1, 2]);
});

test('a lost answer is never sent again before the network was asked; found, it is published', async () => {
  const script: Script = {
    publish: [{ kind: 'unconfirmed', callingAt: Date.now() }],
    look: [{ kind: 'absent' }, { kind: 'absent' }, { kind: 'published' }],
  };
  const { run, journal } = await startPost({ targets: [target('facebook')], scheduledAt: inTwoWeeks() }, script);
  expect(await run.result()).toBe('published');
  expect(journal.attempts).toHaveLength(1);
  expect(journal.calls.filter((call) => call.startsWith('look'))).toHaveLength(3);
  await keepHistory(run, 'post-lost-answer');
});

test('without a trace it is repeated by itself only where the network refuses duplicates', async () => {
  const script: Script = {
    publish: [{ kind: 'unconfirmed', callingAt: Date.now() }, { kind: 'published' }],
    look: [{ kind: 'absent' }],
  };
  const { run, journal } = await startPost({ targets: [target('linkedin')], scheduledAt: inTwoWeeks() }, script);
  expect(await run.result()).toBe('published');
  expect(journal.attempts.map(({ n }) => n)).toEqual([1, 2]);
});

test.each([
  ['send_again', 'published', 2],
  ['give_up', 'failed', 1],
] as const)('elsewhere a person says: %s → %s', async (kind, status, attempts) => {
  const [facebook] = [target('facebook')];
  const script: Script = {
    publish: [{ kind: 'unconfirmed', callingAt: Date.now() }, { kind: 'published' }],
    look: [{ kind: 'absent' }],
  };
  const { run, journal } = await startPost({ targets: [facebook], scheduledAt: inTwoWeeks() }, script);
  const resolution = { targetId: facebook.targetId, resolution: { kind }, by: elena };
  await eventually(() => run.executeUpdate(resolveTarget, { args: [resolution] }));
  expect(await run.result()).toBe(status);
  expect(journal.attempts).toHaveLength(attempts);
});

test('a look that finds a person’s word before the process has heard it sends nothing', async () => {
  const [facebook] = [target('facebook')];
  const script: Script = {
    publish: [{ kind: 'unconfirmed', callingAt: Date.now() }, { kind: 'published' }],
    look: [{ kind: 'resolved' }],
  };
  const { run, journal } = await startPost({ targets: [facebook], scheduledAt: inTwoWeeks() }, script);
  await eventually(async () => expect(journal.calls).toContain('look facebook'));
  const resolution = { targetId: facebook.targetId, resolution: { kind: 'give_up' } as const, by: elena };
  await run.executeUpdate(resolveTarget, { args: [resolution] });
  expect(await run.result()).toBe('failed');
  expect(journal.attempts).toHaveLength(1);
});

test('a target whose connection is broken is parked and goes on by itself after the repair', async () => {
  const [facebook] = [target('facebook')];
  const script: Script = { prepare: [{ kind: 'grant_refused' }, { kind: 'ready' }] };
  const { run, journal } = await startPost({ targets: [facebook], scheduledAt: inTwoWeeks() }, script);
  await eventually(async () => expect(journal.calls).toContain('prepare facebook'));
  const repair = { connectionId: facebook.connectionId, outboxId: '1' };
  await run.signal(connectionRepaired, repair);
  await run.signal(connectionRepaired, repair);
  expect(await run.result()).toBe('published');
  expect(journal.calls).toEqual(['prepare facebook', 'prepare facebook']);
  await keepHistory(run, 'post-parked');
});

test('one refused target leaves the post partially published; all refused, it failed', async () => {
  const refusal = { code: 'policy', providerCode: '1' } as const;
  const script: Script = { publish: [{ kind: 'refused', refusal }] };
  const all = await startPost({ scheduledAt: inTwoWeeks() }, script);
  expect(await all.run.result()).toBe('failed');
  const { activities, journal } = scripted({});
  const { publishTarget } = activities;
  activities.publishTarget = (asked) =>
    asked.network === 'linkedin' ? Promise.resolve({ kind: 'refused', refusal }) : publishTarget(asked);
  const mixed = await startPostIn(await workflowEnvironment(activities), { scheduledAt: inTwoWeeks() }, journal);
  expect(await mixed.run.result()).toBe('partially_published');
  await keepHistory(mixed.run, 'post-partially-published');
});

test('an address that the network does not tell at once is read later', async () => {
  const script: Script = { publish: [{ kind: 'published', permalink: false }] };
  const { run, journal } = await startPost({ targets: [target('instagram')], scheduledAt: inTwoWeeks() }, script);
  expect(await run.result()).toBe('published');
  expect(journal.calls).toContain('permalink instagram');
});

test('media that the network is still processing is asked for until it is ready', async () => {
  const script: Script = { prepare: [{ kind: 'processing' }] };
  const { run, journal } = await startPost({ targets: [target('instagram')], scheduledAt: inTwoWeeks() }, script);
  expect(await run.result()).toBe('published');
  expect(journal.calls).toEqual(['prepare instagram', 'check instagram']);
});

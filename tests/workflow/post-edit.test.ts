import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import { expect, test } from 'vitest';
import { wholeStep } from '../../src/domain/approval.ts';
import type { ApprovalId, ContentHash, PolicyId, RevisionId } from '../../src/domain/ids.ts';
import { approvalWorkflowId } from '../../src/domain/approval.ts';
import { cancel, edit, type PostEdit, publishNow, reschedule } from '../../src/workflows/post/messages.ts';
import { elena, marco, oneStepApproval, type Script, scripted, target } from '../support/publication-script.ts';
import { eventually, refusalOf, type RunningPost, startPost, startPostIn } from '../support/running-post.ts';
import { keepHistory, workflowEnvironment } from '../support/workflow-environment.ts';

const dayMs = 86_400_000;
const inTwoWeeks = (): number => Date.now() + 14 * dayMs;

test('in review, changed content reopens the steps: a vote on the old is stale, one on the new approves it', async () => {
  const slot = inTwoWeeks();
  const post = await startPost({ approval: oneStepApproval(), scheduledAt: slot });
  const change = edited(post);
  expect(await adopt(post, change)).toEqual({ phase: 'in_review', slot });
  expect(await refusalOf(post.vote('approve'))).toEqual({ code: 'stale_content' });
  expect(await post.vote('approve', change)).toBe('approved');
  expect(await post.run.result()).toBe('published');
  expect(post.journal.statuses).toEqual(['in_review', 'approved', 'scheduled', 'published']);
  expect(post.journal.calls).toContain('adopt reopen');
  expect(post.journal.revisions).toEqual([change.revisionId, change.revisionId, change.revisionId]);
  await keepHistory(post.run, 'post-edited-in-review');
});

test('content that readers see as before keeps the votes', async () => {
  const post = await startPost({ approval: oneStepApproval(), scheduledAt: inTwoWeeks() });
  await adopt(post, edited(post, { changed: false }));
  expect(await post.vote('approve')).toBe('approved');
  expect(post.journal.calls).toContain('adopt keep');
  expect(await post.run.result()).toBe('published');
});

test('whoever edits becomes an author and may not vote', async () => {
  const post = await startPost({ approval: oneStepApproval() });
  const change = edited(post, { by: marco, authors: [elena, marco] });
  await adopt(post, change);
  expect(await refusalOf(post.vote('approve', change))).toEqual({ code: 'own_content' });
  await post.run.terminate();
});

test('targets that bring another policy withdraw the approval and open one under that policy', async () => {
  const post = await startPost({ approval: oneStepApproval(), scheduledAt: inTwoWeeks() });
  const change = edited(post, { samePolicy: false, targets: [...post.input.targets, target('facebook')] });
  await adopt(post, change);
  expect(post.journal.calls).toEqual(expect.arrayContaining(['recordWithdrawal', 'adopt replace']));
  await post.vote('approve', change.review ?? {});
  expect(await post.run.result()).toBe('published');
  expect(post.journal.attempts).toHaveLength(4);
});

test('scheduled under a policy, it goes back into review and keeps its slot', async () => {
  const slot = inTwoWeeks();
  const post = await startPost({ approval: oneStepApproval(), scheduledAt: slot });
  await post.vote('approve');
  await untilRecorded(post, 'scheduled');
  const change = edited(post);
  expect(await adopt(post, change)).toEqual({ phase: 'in_review', slot });
  await post.vote('approve', change.review ?? {});
  expect(await post.run.result()).toBe('published');
  expect(post.journal.statuses).toEqual(['approved', 'scheduled', 'in_review', 'approved', 'scheduled', 'published']);
  expect(post.journal.attempts.map((attempt) => attempt.slot)).toEqual([slot, slot, slot]);
  await keepHistory(post.run, 'post-edited-while-scheduled');
});

test('an edit that arrives with the word that the post is scheduled stops it: nothing goes out unapproved', async () => {
  const { activities, journal } = scripted({});
  const { recordPost } = activities;
  const [scheduling, recorded] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const environment = await workflowEnvironment({
    ...activities,
    recordPost: async (entry: Parameters<typeof recordPost>[0]) => {
      await recordPost(entry);
      if (entry.status !== 'scheduled') return;
      scheduling.resolve();
      await recorded.promise;
    },
  });
  const post = await startPostIn(environment, { approval: oneStepApproval(), scheduledAt: inTwoWeeks() }, journal);
  await post.vote('approve');
  await scheduling.promise;
  const goOn = await environment.holdWorkflows();
  recorded.resolve();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const change = edited(post);
  const answer = adopt(post, change);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await goOn();
  expect(await answer).toMatchObject({ phase: 'in_review' });
  // Nobody waits for its slot: a timer would be the way to a publication without approval.
  const { events } = await post.run.fetchHistory();
  expect((events ?? []).filter(({ timerStartedEventAttributes: timer }) => timer)).toEqual([]);
  await post.vote('approve', change.review ?? {});
  expect(await post.run.result()).toBe('published');
  expect(new Set(journal.revisions)).toEqual(new Set([change.revisionId]));
});

test('without a policy it stays scheduled, and goes out with the new content only', async () => {
  const post = await startPost({ scheduledAt: inTwoWeeks() });
  const [facebook] = post.input.targets;
  const change = edited(post, { review: null, targets: facebook === undefined ? [] : [facebook] });
  expect(await adopt(post, change)).toMatchObject({ phase: 'scheduled' });
  expect(await post.run.result()).toBe('published');
  expect(post.journal.revisions).toEqual([change.revisionId]);
});

test('it moves the slot too, if it says so', async () => {
  const post = await startPost({});
  const slot = inTwoWeeks();
  expect(await adopt(post, edited(post, { review: null, slot }))).toEqual({ phase: 'scheduled', slot });
  expect(await post.run.result()).toBe('published');
  expect(post.journal.attempts[0]?.slot).toBe(slot);
});

test('once a call has begun it is too late, and it says since when', async () => {
  const at = Date.now();
  const script: Script = { publish: [{ kind: 'unconfirmed', callingAt: at }], look: [{ kind: 'ambiguous' }] };
  const post = await startPost({ targets: [target('facebook')], scheduledAt: inTwoWeeks() }, script);
  await eventually(async () => expect(post.journal.calls).toContain('look facebook'));
  expect(await refusalOf(adopt(post, edited(post)))).toMatchObject({ code: 'too_late' });
  await post.run.terminate();
  await keepHistory(post.run, 'post-edited-too-late');
});

test('what a worker has begun to call meanwhile is too late as well, and the old content stands', async () => {
  const at = Date.now();
  const script: Script = { publish: 'never', hold: [{ kind: 'too_late', at }] };
  const post = await startPost({ targets: [target('facebook')], scheduledAt: inTwoWeeks() }, script);
  await eventually(async () => expect(post.journal.attempts).toHaveLength(1));
  expect(await refusalOf(adopt(post, edited(post, { review: null })))).toEqual({ code: 'too_late', at });
  expect(post.journal.calls.filter((call) => call.startsWith('adopt'))).toEqual([]);
  await post.run.terminate();
});

test('of two edits of the same revision one is adopted, the other hears that it is stale', async () => {
  const post = await startPost({ scheduledAt: inTwoWeeks() });
  const changes = [edited(post, { review: null }), edited(post, { review: null })];
  const answers = await Promise.allSettled(changes.map((change) => adopt(post, change)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const loser = answers.find((answer) => answer.status === 'rejected');
  expect(await refusalOf(Promise.reject(loser?.reason as Error))).toEqual({ code: 'stale_version' });
  expect(await post.run.result()).toBe('published');
  const winner = changes[answers.findIndex(({ status }) => status === 'fulfilled')];
  expect(new Set(post.journal.revisions)).toEqual(new Set([winner?.revisionId]));
});

test('of an edit and a cancel at once the loser hears of the winner', async () => {
  const post = await startPost({ approval: oneStepApproval(), scheduledAt: inTwoWeeks() });
  const [edits, cancels] = await Promise.allSettled([
    adopt(post, edited(post)),
    post.run.executeUpdate(cancel, { args: [{ by: marco }] }),
  ]);
  expect(cancels.status).toBe('fulfilled');
  if (edits.status === 'rejected') {
    expect(await refusalOf(Promise.reject(edits.reason as Error))).toMatchObject({ code: 'already_cancelled' });
  }
  expect(await post.run.result()).toBe('cancelled');
});

test('an approval that does not say in time that it goes on is withdrawn, and another opens', async () => {
  const post = await startPost({ approval: oneStepApproval(), scheduledAt: inTwoWeeks() }, { reopened: [false] });
  const change = edited(post);
  await adopt(post, change);
  expect(post.journal.calls).toEqual(expect.arrayContaining(['recordWithdrawal', 'adopt replace']));
  await post.vote('approve', change.review ?? {});
  expect(await post.run.result()).toBe('published');
});

test('a hundred times an edit meets a vote: never is content published that nobody approved', async () => {
  // What the database would say: the approval goes on unless a vote was recorded first.
  const { activities, journal } = scripted({});
  const voted = new Set<string>();
  const reopened = new Set<string>();
  const environment = await workflowEnvironment({
    ...activities,
    recordVote: async ({ approvalId }: { approvalId: string }) => void voted.add(approvalId),
    openStep: async (opening: Parameters<typeof activities.openStep>[0]) => {
      if (opening.kind === 'reopened') reopened.add(opening.approvalId);
      return activities.openStep(opening);
    },
    awaitReopening: async ({ approvalId }: { approvalId: string }) => {
      for (let n = 0; n < 200; n += 1) {
        if (reopened.has(approvalId)) return true;
        if (voted.has(approvalId)) return false;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return false;
    },
  });
  const outcomes: string[] = [];
  for (let batch = 0; batch < 10; batch += 1) {
    outcomes.push(...(await Promise.all(Array.from({ length: 10 }, (_, index) => raceOnce(index)))));
  }
  expect(outcomes).toHaveLength(100);
  const counts = Map.groupBy(outcomes, (outcome) => outcome);
  console.log(`edit against vote: ${JSON.stringify([...counts].map(([name, all]) => [name, all.length]))}`);

  async function raceOnce(index: number): Promise<string> {
    // Without a slot: in skipped time it would be out before the edit arrives.
    const post = await startPostIn(environment, { approval: { ...oneStepApproval(), v: 2 } }, journal);
    const verdict = index % 2 === 0 ? 'approve' : 'request_changes';
    const change = edited(post);
    const settling = (voice: Promise<unknown>) => voice.then(() => 'counted', refusalCode);
    await eventually(() => environment.client.workflow.getHandle(approvalOf(post)).describe());
    // The edit has the longer way to the approval: from a vote that is well ahead to one that is well behind.
    const vote = async () => {
      await new Promise((resolve) => setTimeout(resolve, index * 40));
      return settling(post.vote(verdict));
    };
    const [voice, edits] = await Promise.all([vote(), adopt(post, change).then(() => 'adopted', refusalCode)]);
    const outcome = `${verdict}: vote ${voice}, edit ${edits}`;
    switch (outcome) {
      // The vote came first, and the edit sent the approved post back into review.
      case 'approve: vote counted, edit adopted':
        await post.vote('approve', change.review ?? {});
        break;
      case 'approve: vote stale_content, edit adopted':
      case 'request_changes: vote stale_content, edit adopted':
        await post.vote('approve', change);
        break;
      case 'request_changes: vote counted, edit settled':
      case 'request_changes: vote counted, edit finished':
        expect(await post.run.result()).toBe('changes_requested');
        return outcome;
      default:
        throw new Error(`an outcome that must not be: ${outcome}`);
    }
    await eventually(() => post.run.executeUpdate(publishNow, { args: [{ by: elena }] }));
    expect(await post.run.result()).toBe('published');
    const published = journal.attempts.filter(({ postId }) => postId === post.input.postId);
    expect(new Set(published.map(({ revisionId }) => revisionId))).toEqual(new Set([change.revisionId]));
    return outcome;
  }
}, 240_000);

test('a reschedule and an edit at once both take effect, in either order', async () => {
  const post = await startPost({ scheduledAt: inTwoWeeks() });
  const slot = inTwoWeeks() + dayMs;
  const change = edited(post, { review: null });
  await Promise.all([adopt(post, change), post.run.executeUpdate(reschedule, { args: [{ slot, by: elena }] })]);
  expect(await post.run.result()).toBe('published');
  expect(new Set(post.journal.attempts.map((attempt) => `${attempt.slot} ${attempt.revisionId}`))).toEqual(
    new Set([`${slot} ${change.revisionId}`]),
  );
});

function edited({ input }: RunningPost, changes: Partial<PostEdit> = {}): PostEdit {
  const contentHash = 'e'.repeat(64) as ContentHash;
  const { authors = [elena] } = changes;
  return {
    revisionId: randomUUID() as RevisionId,
    contentHash,
    ifRevision: input.revisionId,
    changed: true,
    targets: input.targets,
    authors,
    review: {
      approvalId: randomUUID() as ApprovalId,
      policyId: randomUUID() as PolicyId,
      policyVersion: 1,
      steps: oneStepApproval().steps.map(wholeStep),
      authorsMayVote: false,
      calendarId: null,
      contentHash,
      authors,
    },
    samePolicy: true,
    slot: null,
    by: elena,
    ...changes,
  };
}

function approvalOf({ input: { tenantId, approval } }: RunningPost): string {
  if (approval === null) throw new Error('the post needs no approval');
  return approvalWorkflowId(tenantId, approval.approvalId);
}

function adopt({ run }: RunningPost, change: PostEdit) {
  return run.executeUpdate(edit, { args: [change] });
}

async function untilRecorded({ journal }: RunningPost, status: string): Promise<void> {
  await eventually(async () => expect(journal.statuses).toContain(status));
}

async function refusalCode(error: Error): Promise<string> {
  const ended = error instanceof WorkflowNotFoundError || isEnded(error);
  if (ended) return 'finished';
  return ((await refusalOf(Promise.reject(error))) as { code: string }).code;
}

/** The server's own words for an update that met the end of its workflow. */
function isEnded({ cause }: Error): boolean {
  return cause instanceof ApplicationFailure && cause.type === 'AcceptedUpdateCompletedWorkflow';
}

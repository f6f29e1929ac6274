import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { ApprovalActivities } from '../../src/activities/approval.ts';
import type { PostActivities } from '../../src/activities/post.ts';
import type { PublicationActivities } from '../../src/activities/publication.ts';
import type {
  ConnectionId,
  ContentHash,
  PostId,
  RevisionId,
  TargetId,
  TenantId,
  UserId,
} from '../../src/domain/ids.ts';
import type { PublishingNetwork } from '../../src/domain/network.ts';
import type { PostApproval, PostInput, PostTarget } from '../../src/domain/post.ts';
import type { AttemptResult, FollowResult, LookResult, PrepareResult } from '../../src/domain/publication.ts';

type Activities = PostActivities & PublicationActivities & ApprovalActivities;

/** What the networks and the database answer, in order; the last answer of a list is given for ever. */
export interface Script {
  readonly prepare?: readonly PrepareResult[];
  /** `never`: the answer does not come as long as the test runs. */
  readonly publish?: readonly AttemptResult[] | 'never';
  readonly look?: readonly LookResult[];
  /** Whether the open approval goes on with changed content. */
  readonly reopened?: readonly boolean[];
  readonly follow?: readonly FollowResult[];
  /** How long the step of the approval may take. */
  readonly timeLimitMs?: number;
  readonly hold?: readonly Awaited<ReturnType<Activities['holdAttempts']>>[];
}

export interface Journal {
  /** Every status that was recorded, in order. */
  readonly statuses: string[];
  /** Every call of an activity by name. */
  readonly calls: string[];
  /** When each attempt was handed out, and for which instant: workflow time, skipped waiting included. */
  readonly attempts: {
    readonly n: number;
    readonly slot: number;
    readonly network: PublishingNetwork;
    readonly postId: PostId;
    readonly revisionId: RevisionId;
  }[];
  /** Which content each attempt was to publish. */
  readonly revisions: RevisionId[];
}

/** Activities that follow a script and keep a journal, in the place of networks and database. */
export function scripted(script: Script): { activities: Activities; journal: Journal } {
  const journal: Journal = { statuses: [], calls: [], attempts: [], revisions: [] };
  const given = new Map<string, number>();
  const next = <T>(name: string, answers: readonly T[]): T => {
    const index = given.get(name) ?? 0;
    given.set(name, index + 1);
    const answer = answers[Math.min(index, answers.length - 1)];
    if (answer === undefined) throw new Error(`the script has no answer for ${name}`);
    return answer;
  };
  const activities: Activities = {
    recordPost: async ({ status }) => void journal.statuses.push(status),
    openStep: async ({ at }) => {
      journal.calls.push('openStep');
      const deadlineAt = script.timeLimitMs === undefined ? null : at + script.timeLimitMs;
      return { clock: { deadlineAt, remindersAt: [] }, presence: { inactive: [], absences: [] } };
    },
    readPresence: async () => ({ inactive: [], absences: [] }),
    recordTurn: async ({ kind }) => void journal.calls.push(`recordTurn ${kind}`),
    recordVote: async () => void journal.calls.push('recordVote'),
    recordWithdrawal: async () => void journal.calls.push('recordWithdrawal'),
    adoptEdit: async ({ entry: { status }, adoption: { effect } }) => {
      journal.statuses.push(status);
      journal.calls.push(`adopt ${effect}`);
    },
    awaitReopening: async () => next('reopened', script.reopened ?? [true]),
    parkTarget: async ({ reason }) => void journal.calls.push(`park ${reason}`),
    unparkTarget: async ({ to }) => void journal.calls.push(`unpark ${to}`),
    holdAttempts: async () => {
      journal.calls.push('holdAttempts');
      return next('hold', script.hold ?? [{ kind: 'held' }]);
    },
    fenceAttempt: async () => ({ kind: 'not_sent' }),
    resolveTarget: async () => ({ kind: 'resolved' }),
    prepareTarget: async ({ network }) => {
      journal.calls.push(`prepare ${network}`);
      return next(`prepare ${network}`, script.prepare ?? [{ kind: 'ready' }]);
    },
    checkPreparedTarget: async ({ network }) => {
      journal.calls.push(`check ${network}`);
      return { kind: 'ready' };
    },
    publishTarget: async ({ n, slot, network, postId, revisionId }) => {
      journal.attempts.push({ n, slot, network, postId, revisionId });
      journal.revisions.push(revisionId);
      if (script.publish === 'never') return cancelledOnly();
      return next(`publish ${network}`, script.publish ?? [{ kind: 'published' }]);
    },
    followAccepted: async ({ network }) => {
      journal.calls.push(`follow ${network}`);
      return next(`follow ${network}`, script.follow ?? [{ kind: 'published' }]);
    },
    readPermalink: async ({ network }) => {
      journal.calls.push(`permalink ${network}`);
      return { kind: 'read' };
    },
    lookForTarget: async ({ network }) => {
      journal.calls.push(`look ${network}`);
      return next(`look ${network}`, script.look ?? [{ kind: 'published' }]);
    },
  };
  return { activities, journal };
}

/** Until the activity is told to stop. */
function cancelledOnly(): Promise<never> {
  const { heartbeat, cancelled } = Context.current();
  const beating = setInterval(() => heartbeat(), 500);
  return cancelled.finally(() => clearInterval(beating));
}

export const elena = 'elena' as UserId;
export const marco = 'marco' as UserId;

export function target(network: PublishingNetwork): PostTarget {
  return { targetId: randomUUID() as TargetId, connectionId: randomUUID() as ConnectionId, network };
}

export function postInput(changes: Partial<PostInput> = {}): PostInput {
  return {
    v: 1,
    tenantId: randomUUID() as TenantId,
    postId: randomUUID() as PostId,
    run: 1,
    revisionId: randomUUID() as RevisionId,
    targets: [target('facebook'), target('instagram'), target('linkedin')],
    scheduledAt: null,
    approval: null,
    ...changes,
  };
}

export function oneStepApproval(): PostApproval {
  return {
    approvalId: randomUUID() as PostApproval['approvalId'],
    contentHash: 'a'.repeat(64) as ContentHash,
    authors: [elena],
    steps: [{ key: 'review', name: 'Review', approvers: [marco], rule: { kind: 'any' } }],
  };
}

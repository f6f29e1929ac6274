import { randomUUID } from 'node:crypto';
import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { expect } from 'vitest';
import type { ApprovalActivities, HandedVote } from '../../src/activities/approval.ts';
import type { RecordedTurn } from '../../src/db/approval-turn.ts';
import {
  type Absence,
  type ApprovalInput,
  approvalWorkflowId,
  type Presence,
  type SavedStep,
  type StepClock,
  type Verdict,
} from '../../src/domain/approval.ts';
import type { Skip } from '../../src/domain/approval-command.ts';
import type { TurnKind } from '../../src/domain/approval-progress.ts';
import { afterBusinessMinutes, type BusinessCalendar } from '../../src/domain/business-calendar.ts';
import type { ApprovalId, ContentHash, RevisionId, TenantId, UserId } from '../../src/domain/ids.ts';
import {
  approversChanged,
  type CastVote,
  contentChanged,
  decide,
  delegateVote,
  skipApproval,
  withdrawApproval,
} from '../../src/workflows/approval/messages.ts';
import type { approval } from '../../src/workflows/approval/workflow.ts';
import { workflowEnvironment } from './workflow-environment.ts';

export const [elena, marco, giulia, paola, sara] = ['elena', 'marco', 'giulia', 'paola', 'sara'] as [
  UserId,
  UserId,
  UserId,
  UserId,
  UserId,
];

export const contentHash = 'b'.repeat(64) as ContentHash;
export const otherHash = 'c'.repeat(64) as ContentHash;

export function step(changes: Partial<SavedStep> = {}): SavedStep {
  return { key: randomUUID(), name: 'Review', approvers: [marco, giulia], rule: { kind: 'any' }, ...changes };
}

export interface ApprovalRun {
  readonly run: WorkflowHandle<typeof approval>;
  readonly votes: HandedVote[];
  readonly turns: TurnKind[];
  readonly recorded: RecordedTurn[];
  /** The instants of each step that was opened. */
  readonly clocks: StepClock[];
  readonly withdrawals: unknown[];
  vote(by: UserId, verdict?: Verdict, changes?: Partial<CastVote>): Promise<string | null>;
  delegate(by: UserId, to: UserId): Promise<null>;
  skip(changes?: Partial<Skip>): Promise<string | null>;
  /** The content is another one from now on, by this person too. */
  edit(by: UserId, hash: ContentHash): Promise<void>;
  /** Somebody leaves, or will be away: from now on the database says so, and the approval hears of it. */
  changes(presence: Partial<Presence>): Promise<void>;
  withdraw(by: UserId): Promise<void>;
  fastForward(durationMs: number | null): Promise<void>;
  /** The same once more, with the same memory. */
  another(): Promise<ApprovalRun>;
}

/**
 * An approval on the real server with activities that remember instead of writing, and count business time with the
 * real arithmetic. Elena wrote the content. With `skipping: false` time passes as it does, until it is fast-forwarded.
 */
export async function openApprovalRun(
  steps: readonly SavedStep[],
  {
    input = {},
    calendar = alwaysOpen,
    skipping = false,
  }: { input?: Partial<ApprovalInput>; calendar?: BusinessCalendar; skipping?: boolean } = {},
): Promise<ApprovalRun> {
  const memory = remembering(steps, calendar);
  const { client, taskQueue, fastForward } = await workflowEnvironment(memory.activities, { skipping });
  const tenantId = randomUUID() as TenantId;
  const open = async (): Promise<ApprovalRun> => {
    const approvalId = randomUUID() as ApprovalId;
    const run = await client.workflow.start<typeof approval>('approval', {
      taskQueue,
      workflowId: approvalWorkflowId(tenantId, approvalId),
      args: [{ v: 2, tenantId, approvalId, contentHash, authors: [elena], steps, ...input }],
    });
    const commands = commandsOf(run, { memory, stepKey: steps[0]?.key ?? '' });
    return { run, ...memory, ...commands, fastForward: (durationMs) => fastForward(run, durationMs), another: open };
  };
  return open();
}

function commandsOf(
  run: WorkflowHandle<typeof approval>,
  { memory, stepKey }: { memory: ReturnType<typeof remembering>; stepKey: string },
): Pick<ApprovalRun, 'vote' | 'delegate' | 'skip' | 'edit' | 'changes' | 'withdraw'> {
  return {
    vote: (by, verdict = 'approve', changed = {}) =>
      run.executeUpdate(decide, { args: [{ by, verdict, contentHash, commentId: null, ...changed }] }),
    delegate: (by, to) => run.executeUpdate(delegateVote, { args: [{ by, to }] }),
    skip: (changed = {}) => {
      const asking = { by: paola, scope: 'step' as const, stepKey, contentHash, commentId: randomUUID(), ...changed };
      return run.executeUpdate(skipApproval, { args: [asking] });
    },
    edit: (by, hash) =>
      run.signal(contentChanged, {
        revisionId: randomUUID() as RevisionId,
        contentHash: hash,
        authors: [elena, by],
        outboxId: randomUUID(),
      }),
    changes: async (changed) => {
      Object.assign(memory.presence, changed);
      await run.signal(approversChanged, { outboxId: randomUUID() });
    },
    withdraw: (by) => run.signal(withdrawApproval, { by }),
  };
}

/** Business at every minute: then business time is time. */
const wholeDay = [{ from: 0, to: 1_440 }];
export const alwaysOpen: BusinessCalendar = {
  timeZone: 'UTC',
  week: {
    monday: wholeDay,
    tuesday: wholeDay,
    wednesday: wholeDay,
    thursday: wholeDay,
    friday: wholeDay,
    saturday: wholeDay,
    sunday: wholeDay,
  },
  dates: new Map(),
};

function remembering(steps: readonly SavedStep[], calendar: BusinessCalendar) {
  const votes: HandedVote[] = [];
  const recorded: RecordedTurn[] = [];
  const turns: TurnKind[] = [];
  const clocks: StepClock[] = [];
  const withdrawals: unknown[] = [];
  const presence: { inactive: readonly UserId[]; absences: readonly Absence[] } = { inactive: [], absences: [] };
  const activities: ApprovalActivities = {
    openStep: async ({ kind, approval: opened, at }) => {
      turns.push(kind);
      const { timeLimitMinutes = null, reminders = [] } = steps[opened.step] ?? {};
      const after = (minutes: number) => afterBusinessMinutes(calendar, at, minutes);
      const clock = {
        deadlineAt: timeLimitMinutes === null ? null : after(timeLimitMinutes),
        remindersAt: reminders.map(after).filter((instant) => instant !== null),
      };
      clocks.push(clock);
      return { clock, presence };
    },
    readPresence: async () => presence,
    recordVote: async (vote) => void votes.push(vote),
    recordTurn: async (turn) => {
      turns.push(turn.kind);
      recorded.push(turn);
    },
    recordWithdrawal: async (withdrawal) => void withdrawals.push(withdrawal),
  };
  return { activities, presence, votes, turns, recorded, clocks, withdrawals };
}

/** The code of the refusal; an answer instead of one fails the test. */
export async function refusalOf(command: Promise<unknown>): Promise<unknown> {
  return (
    detailOf(
      await command.then(
        () => null,
        (error: unknown) => error,
      ),
    ) as { code?: unknown } | null
  )?.code;
}

export function detailOf(error: unknown): unknown {
  expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : null;
  return cause instanceof ApplicationFailure ? cause.details?.[0] : null;
}

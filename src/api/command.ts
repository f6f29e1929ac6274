import { setTimeout as delay } from 'node:timers/promises';
import {
  type Client,
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';

/** How a command ended that was delivered, or why it could not be. */
export type CommandOutcome<Answer> =
  | { readonly kind: 'accepted'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly code: string; readonly facts: Readonly<Record<string, unknown>> }
  /** The workflow has ended: nothing takes the command any more. */
  | { readonly kind: 'finished' }
  /** No answer came in time. The command may still take effect. */
  | { readonly kind: 'unanswered' }
  /** Temporal cannot be reached. */
  | { readonly kind: 'unreachable' };

export interface CommandSender {
  send<Answer, Args extends unknown[]>(
    update: UpdateDefinition<Answer, Args>,
    target: { readonly workflowId: string; readonly updateId: string; readonly args: Args },
  ): Promise<CommandOutcome<Answer>>;
}

/** How long a command may wait for its answer, and how long for Temporal to be reached at all. */
export interface CommandLimits {
  readonly deadlineMs: number;
  readonly reachWithinMs: number;
}

const usualLimits: CommandLimits = { deadlineMs: 10_000, reachWithinMs: 3_000 };
const retryEveryMs = 200;

/** Sends commands as Temporal Updates, and waits up to ten seconds for the answer. */
export function createCommandSender(client: Client, limits: CommandLimits = usualLimits): CommandSender {
  const { deadlineMs, reachWithinMs } = limits;
  return {
    send: async (update, target) => {
      const startedAt = Date.now();
      for (;;) {
        const outcome = await attempt(client, update, target, startedAt + deadlineMs);
        const left = startedAt + (outcome.kind === 'unreachable' ? reachWithinMs : deadlineMs) - Date.now();
        // Not found: the outbox may not have delivered the start yet.
        if (outcome.kind !== 'missing' && outcome.kind !== 'unreachable') return outcome;
        if (left <= retryEveryMs) return outcome.kind === 'missing' ? { kind: 'unanswered' } : outcome;
        await delay(retryEveryMs);
      }
    },
  };
}

type Attempt<Answer> = CommandOutcome<Answer> | { readonly kind: 'missing' };

async function attempt<Answer, Args extends unknown[]>(
  client: Client,
  update: UpdateDefinition<Answer, Args>,
  { workflowId, updateId, args }: { workflowId: string; updateId: string; args: Args },
  deadline: number,
): Promise<Attempt<Answer>> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    // The overloads of `executeUpdate` tell apart updates with and without arguments; by name they do not.
    const answer = await client.connection.withDeadline(deadline, () =>
      handle.executeUpdate<Answer, [unknown, ...unknown[]]>(update.name, {
        updateId,
        args: args as unknown as [unknown, ...unknown[]],
      }),
    );
    return { kind: 'accepted', answer };
  } catch (error) {
    return classify(client, workflowId, error);
  }
}

async function classify(client: Client, workflowId: string, error: unknown): Promise<Attempt<never>> {
  if (error instanceof WorkflowUpdateFailedError) return refusalOf(error);
  if (error instanceof WorkflowNotFoundError) return { kind: await whetherFinished(client, workflowId) };
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'unanswered' };
  const code = grpcCode(error);
  if (code === grpc.deadlineExceeded || code === grpc.cancelled) return { kind: 'unanswered' };
  if (code !== null && passing.has(code)) return { kind: 'unreachable' };
  throw error;
}

/** A workflow refuses with an ApplicationFailure: its type is the code, its first detail the whole refusal. */
function refusalOf(error: WorkflowUpdateFailedError): Attempt<never> {
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure) || cause.type === undefined || cause.type === null) throw error;
  // The server's own words for an update that met the end of its workflow.
  if (cause.type === 'AcceptedUpdateCompletedWorkflow') return { kind: 'finished' };
  const [detail] = cause.details ?? [];
  const { code: _, ...facts } = typeof detail === 'object' && detail !== null ? (detail as { code?: unknown }) : {};
  return { kind: 'refused', code: cause.type, facts };
}

/** The same "not found" is said of a workflow that never was and of one that has ended. */
async function whetherFinished(client: Client, workflowId: string): Promise<'finished' | 'missing' | 'unreachable'> {
  try {
    const { status } = await client.connection.withDeadline(Date.now() + usualLimits.reachWithinMs, () =>
      client.workflow.getHandle(workflowId).describe(),
    );
    return status.name === 'RUNNING' ? 'missing' : 'finished';
  } catch (error) {
    return error instanceof WorkflowNotFoundError ? 'missing' : 'unreachable';
  }
}

/** https://grpc.io/docs/guides/status-codes/ */
const grpc = {
  cancelled: 1,
  unknown: 2,
  deadlineExceeded: 4,
  resourceExhausted: 8,
  aborted: 10,
  internal: 13,
  unavailable: 14,
} as const;

/** What a restart, an overload or a lost connection looks like; anything else is a mistake of ours. */
const passing: ReadonlySet<number> = new Set([
  grpc.unknown,
  grpc.resourceExhausted,
  grpc.aborted,
  grpc.internal,
  grpc.unavailable,
]);

function grpcCode(error: unknown): number | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (isGrpcServiceError(at)) return at.code;
  }
  return null;
}

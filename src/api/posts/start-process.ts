import { insertApproval } from '../../db/approval-opening.ts';
import { appendEvents } from '../../db/event.ts';
import { enqueue } from '../../db/outbox.ts';
import { isHalted, passGate } from '../../db/halt.ts';
import { alignTargets, type Destination, resetTargets, selectTargets } from '../../db/post-destination.ts';
import { beginRun, type StoredPost } from '../../db/post.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { EventKind } from '../../domain/event.ts';
import type { Hold } from '../../domain/hold.ts';
import type { ApprovalId, UserId } from '../../domain/ids.ts';
import type { RequiredApproval } from '../../domain/policy.ts';
import { type PostApproval, type PostInput, postWorkflowId } from '../../domain/post.ts';
import { newId } from '../../platform/new-id.ts';
import type { Caller } from '../route-context.ts';

export interface Start {
  /** Locked by this transaction, editable, and publishable. */
  readonly post: StoredPost;
  readonly destinations: readonly Destination[];
  readonly scheduledAt: Date | null;
  /** `null`: no policy applies, or none has to. */
  readonly approval: (RequiredApproval & { readonly authors: readonly UserId[] }) | null;
  readonly events: readonly EventKind[];
  readonly caller: Caller;
  readonly now: Date;
}

/** Begins a run of a post's process: its rows, its place in the outbox and its events, in the caller's transaction. */
export async function startProcess(trx: TenantTransaction, start: Start): Promise<void> {
  const { post, scheduledAt, caller, now } = start;
  const { tenantId } = caller;
  const run = post.run + 1;
  const holds = await holdsOn(trx, start);
  const approval = await openApproval(trx, start);
  const connectionIds = start.destinations.map((destination) => destination.id);
  await alignTargets(trx, { tenantId, postId: post.id, connectionIds });
  await resetTargets(trx, post.id);
  const status = approval !== null ? 'in_review' : scheduledAt !== null ? 'scheduled' : 'approved';
  await beginRun(trx, { id: post.id, run, status, scheduledAt, now });
  const input: PostInput = {
    v: 1,
    tenantId,
    postId: post.id,
    run,
    revisionId: post.revisionId,
    targets: await targetsOf(trx, start),
    scheduledAt: scheduledAt?.getTime() ?? null,
    approval,
    holds,
  };
  await enqueue(trx, {
    tenantId,
    workflowId: postWorkflowId(tenantId, post.id, run),
    message: { kind: 'start_post', input },
    now,
  });
  await tell(trx, start, { run, approvalId: approval?.approvalId ?? null });
}

/** What holds the post back from its beginning. Past the gate, whatever comes later reaches it as a message. */
async function holdsOn(trx: TenantTransaction, { post, destinations, caller }: Start): Promise<readonly Hold[]> {
  await passGate(trx, caller.tenantId);
  return [
    ...((await isHalted(trx, post.id)) ? [{ kind: 'halt' } as const] : []),
    ...destinations.flatMap(({ id: connectionId, problem, suspended }): readonly Hold[] => [
      ...(suspended ? [{ kind: 'suspension', connectionId } as const] : []),
      ...(problem === null ? [] : [{ kind: 'grant', connectionId, problem } as const]),
    ]),
  ];
}

async function openApproval(
  trx: TenantTransaction,
  { post, approval, caller, now }: Start,
): Promise<PostApproval | null> {
  if (approval === null) return null;
  const { authors, authorsMayVote, steps } = approval;
  const id = newId<ApprovalId>();
  await insertApproval(trx, {
    ...approval,
    tenantId: caller.tenantId,
    id,
    subject: { kind: 'post', postId: post.id, revisionId: post.revisionId },
    contentHash: post.contentHash,
    by: caller.userId,
    now,
  });
  const { contentHash, revisionId } = post;
  return { v: 2, approvalId: id, contentHash, revisionId, authors, authorsMayVote, steps };
}

async function targetsOf(trx: TenantTransaction, { post, destinations }: Start): Promise<PostInput['targets']> {
  const rows = await selectTargets(trx, post.id);
  return destinations.map(({ id: connectionId, network }) => {
    const row = rows.find((target) => target.connection_id === connectionId);
    if (row === undefined) throw new Error('a connection of the content has no target');
    return { targetId: row.id, connectionId, network };
  });
}

async function tell(
  trx: TenantTransaction,
  { post, events, scheduledAt, caller, now }: Start,
  { run, approvalId }: { run: number; approvalId: ApprovalId | null },
): Promise<void> {
  const data = {
    run,
    revision: post.revisionNumber,
    ...(approvalId === null ? {} : { approvalId }),
    ...(scheduledAt === null ? {} : { scheduledAt: scheduledAt.toISOString() }),
  };
  await appendEvents(
    trx,
    events.map((kind) => ({
      tenantId: caller.tenantId,
      at: now,
      kind,
      entity: 'post' as const,
      entityId: post.id,
      actor: { kind: 'user' as const, id: caller.userId },
      data,
    })),
  );
}

import type { Opening, Settlement } from './approval.ts';
import type { Hold, PassedSlot } from './hold.ts';
import type { ApprovalId, ConnectionId, Instant, PostId, RevisionId, TargetId, TenantId, UserId } from './ids.ts';
import type { PublishingNetwork } from './network.ts';

export const postStatuses = [
  'draft',
  'in_review',
  'changes_requested',
  'rejected',
  'approved',
  'scheduled',
  'publishing',
  'published',
  'partially_published',
  'failed',
  'expired',
  'cancelled',
] as const;

export type PostStatus = (typeof postStatuses)[number];

/** While a post is in one of these no process runs, and its author may change it. */
export const editableStatuses = ['draft', 'changes_requested'] as const satisfies readonly PostStatus[];

/** While a post is in one of these its process runs and takes commands. */
export const runningStatuses = [
  'in_review',
  'approved',
  'scheduled',
  'publishing',
] as const satisfies readonly PostStatus[];

export function isEditable(status: PostStatus): boolean {
  return editableStatuses.some((editable) => editable === status);
}

export function isRunning(status: PostStatus): boolean {
  return runningStatuses.some((running) => running === status);
}

/** One submission of a post is one run: submitted again after changes, it is another. */
export const postWorkflowId = (tenantId: TenantId, postId: PostId, run: number): string =>
  `tenant/${tenantId}/post/${postId}/${run}`;

/** What the process of a post is started with: ids, instants and hashes only. */
export interface PostInput {
  readonly v: 1;
  readonly tenantId: TenantId;
  readonly postId: PostId;
  /** Counts the submissions of this post; part of the workflow id. */
  readonly run: number;
  readonly revisionId: RevisionId;
  readonly targets: readonly PostTarget[];
  readonly scheduledAt: Instant | null;
  /** `null`: no policy applies, whoever started it may publish. */
  readonly approval: PostApproval | null;
  /** What its targets have to wait for besides the slot; absent in runs that began before there were holds. */
  readonly holds?: readonly Hold[];
}

export interface PostTarget {
  readonly targetId: TargetId;
  readonly connectionId: ConnectionId;
  readonly network: PublishingNetwork;
}

export interface PostApproval extends Opening {
  /** Absent in posts that were submitted before steps had limits: their approvals wait for people only. */
  readonly v?: 2;
  readonly approvalId: ApprovalId;
}

/** Where a running post stands. The workflow holds one of these; the functions below are all of its decisions. */
export interface PostProcess {
  readonly phase: 'in_review' | 'approved' | 'scheduled' | 'publishing' | 'settled';
  /** When to publish; `null` while nobody has said. */
  readonly slot: Instant | null;
  /** True when approval came after the slot: then only a person may set a new one. */
  readonly missedSlot: boolean;
  readonly cancelled: { readonly by: UserId; readonly at: Instant } | null;
  /** Who said that it is to go out at once; nobody can take that back. */
  readonly publishingNow: { readonly by: UserId; readonly at: Instant } | null;
  /** When the first irreversible call began. */
  readonly firstCallAt: Instant | null;
}

export type PostCommand = 'reschedule' | 'cancel' | 'publish_now' | 'edit';

/** Why a command on a running post is refused; `at` is when what stands in its way happened. */
export type PostRefusal =
  | { readonly code: 'wrong_state'; readonly phase: PostProcess['phase'] }
  | { readonly code: 'too_late'; readonly at: Instant }
  | { readonly code: 'already_cancelled'; readonly by: UserId; readonly at: Instant }
  | { readonly code: 'already_publishing'; readonly by: UserId; readonly at: Instant }
  /** The approval ended otherwise before it could be withdrawn. */
  | ({ readonly code: 'settled' } & Settlement)
  | { readonly code: 'slot_in_past' }
  /** The tenant is stopped: nothing can be sent at once. */
  | { readonly code: 'halted' }
  /** Another edit was adopted since the content was read that this one changes. */
  | { readonly code: 'stale_version' }
  /** Nothing is to be resolved there, or not in this way. */
  | { readonly code: 'target_not_open' }
  /** Another target owns that post of the network. */
  | { readonly code: 'post_claimed' };

export function openPost({ approval, scheduledAt }: PostInput, now: Instant): PostProcess {
  const opened = {
    slot: scheduledAt,
    missedSlot: false,
    cancelled: null,
    publishingNow: null,
    firstCallAt: null,
  } as const;
  return approval === null
    ? approved({ ...opened, phase: 'approved' }, now, { late: 'publish' })
    : { ...opened, phase: 'in_review' };
}

/**
 * The post once nothing stands between it and its slot. A slot that passed while people reviewed is missed: the post
 * waits for a new one, since nobody expects a publication that comes late by itself.
 */
export function approved(process: PostProcess, now: Instant, { late }: { late: 'miss' | 'publish' }): PostProcess {
  if (process.slot === null) return { ...process, phase: 'approved' };
  if (process.slot <= now && late === 'miss') return { ...process, phase: 'approved', slot: null, missedSlot: true };
  return { ...process, phase: 'scheduled' };
}

/** Why a command cannot be taken, or null. */
export function refuseCommand(process: PostProcess, command: PostCommand): PostRefusal | null {
  if (process.cancelled !== null) return { code: 'already_cancelled', ...process.cancelled };
  if (process.publishingNow !== null) return { code: 'already_publishing', ...process.publishingNow };
  if (process.firstCallAt !== null) return { code: 'too_late', at: process.firstCallAt };
  if (process.phase === 'settled' || process.phase === 'publishing')
    return { code: 'wrong_state', phase: process.phase };
  if (command === 'publish_now' && process.phase === 'in_review') return { code: 'wrong_state', phase: 'in_review' };
  return null;
}

/** The post with a new slot; while it is in review the slot only waits. */
export function rescheduled(process: PostProcess, slot: Instant): PostProcess {
  const phase = process.phase === 'in_review' ? 'in_review' : 'scheduled';
  return { ...process, phase, slot, missedSlot: false };
}

/** The post on its way without waiting for a slot. Of this and a cancel at the same moment, the first one settles it. */
export function sentNow(process: PostProcess, by: UserId, at: Instant): PostProcess {
  return { ...rescheduled(process, at), publishingNow: { by, at } };
}

/** The post taken back for good. */
export function takenBack(process: PostProcess, by: UserId, at: Instant): PostProcess {
  return { ...process, phase: 'settled', slot: null, cancelled: { by, at } };
}

/** The post sent back into review, with the slot that it has. */
export function sentBack(process: PostProcess): PostProcess {
  return { ...process, phase: 'in_review', missedSlot: false };
}

/**
 * The post after the stop of its tenant has ended, or null where that leaves it as it is. A slot that passed meanwhile
 * is never made up for by itself: it is missed, unless whoever ended the stop said when to publish instead.
 */
export function letGo(
  process: PostProcess,
  { passed, slot }: { passed: PassedSlot; slot: Instant | null },
  now: Instant,
): PostProcess | null {
  const { phase, slot: due, firstCallAt } = process;
  if (phase !== 'scheduled' || firstCallAt !== null || due === null || due > now) return null;
  if (slot !== null && slot > now) return { ...rescheduled(process, slot), publishingNow: null };
  if (passed === 'now') return rescheduled(process, now);
  return { ...process, phase: 'approved', slot: null, missedSlot: true, publishingNow: null };
}

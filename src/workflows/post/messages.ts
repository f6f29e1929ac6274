import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { NewReview } from '../../domain/edit.ts';
import type { Hold, PassedSlot } from '../../domain/hold.ts';
import type { ConnectionId, ContentHash, Instant, RevisionId, TargetId, UserId } from '../../domain/ids.ts';
import type { PostProcess, PostTarget } from '../../domain/post.ts';
import type { Resolution } from '../../domain/publication.ts';

export { postWorkflowId } from '../../domain/post.ts';

/** What a command answers: where the post stands now. */
export interface PostStanding {
  readonly phase: PostProcess['phase'];
  readonly slot: Instant | null;
}

/**
 * Sets or moves the instant of publication. An update, because the caller must hear whether it came in time: it is
 * refused with a `PostRefusal` as failure type and detail once the first irreversible call has begun.
 */
export const reschedule = defineUpdate<PostStanding, [{ readonly slot: Instant; readonly by: UserId }]>('reschedule');

/** Publishes an approved post without waiting for its slot. Refused like `reschedule`, and while in review. */
export const publishNow = defineUpdate<PostStanding, [{ readonly by: UserId }]>('publishNow');

/** Takes the post back for good; an open approval is withdrawn. Refused like `reschedule`. */
export const cancel = defineUpdate<PostStanding, [{ readonly by: UserId }]>('cancel');

/** A person's word on a target whose fate the network does not tell, or that waits for a connection. */
export const resolveTarget = defineUpdate<
  PostStanding,
  [{ readonly targetId: TargetId; readonly resolution: Resolution; readonly by: UserId }]
>('resolveTarget');

/** A revision that is written and waits to be adopted, and the approval that it needs. */
export interface PostEdit {
  readonly revisionId: RevisionId;
  readonly contentHash: ContentHash;
  /** The revision that it was made from: adopted only while that one is the post's. */
  readonly ifRevision: RevisionId;
  /** Whether readers will see something else. */
  readonly changed: boolean;
  /** All targets of the new content; those that are new have ids already, their rows are written on adoption. */
  readonly targets: readonly PostTarget[];
  /** Everybody who had a hand in the content: they may not vote on it. */
  readonly authors: readonly UserId[];
  /** The approval that the new content needs, if it has to be opened; `null` where no policy binds the content. */
  readonly review: NewReview | null;
  /** Whether the approval that is open is under the same policy, and can go on. */
  readonly samePolicy: boolean;
  /** Moves the slot too; `null`: it stays. */
  readonly slot: Instant | null;
  readonly by: UserId;
}

/**
 * Changes what a running post says or where it goes. Answers where the post stands then; refused like `reschedule`,
 * with `settled` if a vote has ended the review first, and with `stale_version` if another edit has been adopted since.
 */
export const edit = defineUpdate<PostStanding, [PostEdit]>('edit');

/**
 * A connection works again: what it parked goes on. Carries its outbox id, so that a repeated delivery is dropped.
 * `passed` is absent in signals from before it could be said: then all goes on, however late.
 */
export const connectionRepaired =
  defineSignal<[{ readonly connectionId: ConnectionId; readonly passed?: PassedSlot; readonly outboxId: string }]>(
    'connectionRepaired',
  );

/** Nothing more may go out for this reason: targets that wait are parked. */
export const held = defineSignal<[{ readonly hold: Hold; readonly outboxId: string }]>('held');

/** The reason is gone. `passed` says what becomes of what is late, `slot` when to publish it instead. */
export const released = defineSignal<
  [
    {
      readonly hold: Hold;
      readonly passed: PassedSlot;
      readonly slot: Instant | null;
      readonly outboxId: string;
    },
  ]
>('released');

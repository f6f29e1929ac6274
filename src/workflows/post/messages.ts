import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ConnectionId, Instant, PostId, TargetId, TenantId, UserId } from '../../domain/ids.ts';
import type { PostProcess } from '../../domain/post.ts';
import type { Resolution } from '../../domain/publication.ts';

/** One submission of a post is one run: submitted again after changes, it is another. */
export const postWorkflowId = (tenantId: TenantId, postId: PostId, run: number): string =>
  `tenant/${tenantId}/post/${postId}/${run}`;

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

/** A connection works again: what it parked goes on. Carries its outbox id, so that a repeated delivery is dropped. */
export const connectionRepaired =
  defineSignal<[{ readonly connectionId: ConnectionId; readonly outboxId: string }]>('connectionRepaired');

import type { CancellationScope } from '@temporalio/workflow';
import type { Hold, PassedSlot } from '../../domain/hold.ts';
import type { ConnectionId, RevisionId, TargetId } from '../../domain/ids.ts';
import type { PostInput, PostProcess, PostTarget } from '../../domain/post.ts';
import type { Resolution } from '../../domain/publication.ts';
import type { Review } from './review.ts';

/** What the post says, and where it goes. */
export interface Content {
  readonly revisionId: RevisionId;
  readonly targets: readonly PostTarget[];
}

/** What one running post knows, shared by its main line, its targets and its message handlers. */
export interface Standing {
  process: PostProcess;
  /** Another object after every edit that was adopted. */
  content: Content;
  /** The approval that is open, or opening; null where none has to be waited for. */
  review: Promise<Review> | null;
  /** True while a command finds out whether it comes in time: no new attempt may be handed out. */
  holding: boolean;
  /** The targets' work towards the present slot; cancelled when the slot or the content changes. */
  round: CancellationScope | null;
  /** The number of the newest attempt of each target, and whether a worker may still hold it. */
  readonly attempts: Map<TargetId, { readonly n: number; readonly out: boolean }>;
  /** How often each connection was repaired since the start. */
  readonly repairs: Map<ConnectionId, number>;
  /** What keeps targets from going out, by its name. */
  readonly holds: Map<string, Hold>;
  /** How often each hold was released since the start, and what the last release said of passed slots. */
  readonly releases: Map<string, { readonly times: number; readonly passed: PassedSlot }>;
  /** Outbox ids of signals already seen. */
  readonly seen: Set<string>;
  /** Targets that a person may resolve; one that is `late` may also be sent after all. */
  readonly stuck: Map<TargetId, 'unconfirmed' | 'parked' | 'late'>;
  /** What a person said of a stuck target. */
  readonly resolved: Map<TargetId, Resolution['kind']>;
}

export function newStanding(
  { revisionId, targets }: PostInput,
  { process, review, holds }: Pick<Standing, 'process' | 'review' | 'holds'>,
): Standing {
  return {
    process,
    content: { revisionId, targets },
    review,
    holding: false,
    round: null,
    attempts: new Map(),
    repairs: new Map(),
    holds,
    releases: new Map(),
    seen: new Set(),
    stuck: new Map(),
    resolved: new Map(),
  };
}

import type { CancellationScope } from '@temporalio/workflow';
import type { ConnectionId, TargetId } from '../../domain/ids.ts';
import type { PostProcess } from '../../domain/post.ts';
import type { Resolution } from '../../domain/publication.ts';

/** What one running post knows, shared by its main line, its targets and its message handlers. */
export interface Standing {
  process: PostProcess;
  /** True while a command finds out whether it comes in time: no new attempt may be handed out. */
  holding: boolean;
  /** The targets' work towards the present slot; cancelled when the slot changes. */
  round: CancellationScope | null;
  /** The number of the newest attempt of each target, and whether a worker may still hold it. */
  readonly attempts: Map<TargetId, { readonly n: number; readonly out: boolean }>;
  /** How often each connection was repaired since the start. */
  readonly repairs: Map<ConnectionId, number>;
  /** Outbox ids of signals already seen. */
  readonly seen: Set<string>;
  /** Targets that a person may resolve. */
  readonly stuck: Map<TargetId, 'unconfirmed' | 'parked'>;
  /** What a person said of a stuck target. */
  readonly resolved: Map<TargetId, Resolution['kind']>;
}

export function newStanding(process: PostProcess): Standing {
  return {
    process,
    holding: false,
    round: null,
    attempts: new Map(),
    repairs: new Map(),
    seen: new Set(),
    stuck: new Map(),
    resolved: new Map(),
  };
}

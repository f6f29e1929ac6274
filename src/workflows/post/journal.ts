import { proxyActivities, upsertSearchAttributes } from '@temporalio/workflow';
import type { PostActivities } from '../../activities/post.ts';
import type { Adoption } from '../../domain/edit.ts';
import type { EventKind } from '../../domain/event.ts';
import type { UserId } from '../../domain/ids.ts';
import type { PostInput, PostProcess, PostStatus } from '../../domain/post.ts';
import { dbOp } from '../activity-options.ts';
import { searchAttributes } from '../search-attributes.ts';

const { recordPost, adoptEdit } = proxyActivities<PostActivities>(dbOp);

export interface Entry {
  readonly status: PostStatus;
  readonly process: PostProcess;
  readonly event: EventKind;
  /** `null`: the process itself. */
  readonly by: UserId | null;
  /** The edit that brings this about: written with it, or neither is. */
  readonly adoption?: Adoption;
}

export type Journal = (entry: Entry) => Promise<void>;

/** Writes where the post stands to Postgres and to the run's search attributes, each write with a number of its own. */
export function journal({ tenantId, postId, run }: PostInput): Journal {
  let seq = 0;
  return async ({ status, process: { slot, missedSlot }, event, by, adoption }) => {
    seq += 1;
    upsertSearchAttributes([
      { key: searchAttributes.phase, value: status },
      { key: searchAttributes.dueAt, value: slot === null ? null : new Date(slot) },
    ]);
    const entry = { tenantId, postId, run, seq, status, slot, missedSlot, event, by, at: Date.now() };
    if (adoption === undefined) await recordPost.executeWithOptions({ summary: `Record: ${status}` }, [entry]);
    else await adoptEdit.executeWithOptions({ summary: `Adopt an edit: ${adoption.effect}` }, [{ entry, adoption }]);
  };
}

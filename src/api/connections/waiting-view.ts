import { z } from 'zod';
import type { WaitingPosition, WaitingTarget } from '../../db/connection-impact.ts';
import { postStatuses } from '../../domain/post.ts';
import { targetStates } from '../../domain/publication.ts';
import { cursorCodec } from '../paging.ts';
import { instantView } from '../schemas.ts';

/** Something that waits for a connection. Kinds are added as campaigns and origins come to depend on connections. */
export const waitingView = z
  .object({
    kind: z.literal('post').meta({ description: 'What waits; others may be added.' }),
    postId: z.string().meta({ description: 'The post.' }),
    status: z.enum(postStatuses).meta({ description: 'Where the post stands.' }),
    excerpt: z.string().meta({ description: 'The beginning of its text.' }),
    scheduledAt: instantView('Its slot, passed or not; null: it has none yet.').nullable(),
    target: z.object({
      id: z.string().meta({ description: 'The target: the post on this page.' }),
      state: z
        .enum(targetStates)
        .meta({ description: 'Where the target stands; `parked`: it waits for the connection, or for a person.' }),
      reason: z
        .string()
        .nullable()
        .meta({ description: 'Why it waits, as a code, for example `grant_gone`; null: only for its slot.' }),
    }),
    otherTargets: z.int().meta({ description: 'How many other pages the post goes to: those are not held up.' }),
  })
  .meta({ id: 'WaitingForConnection', description: 'A post that has yet to go out through the connection.' });

export function presentWaiting(row: WaitingTarget): z.input<typeof waitingView> {
  return {
    kind: 'post',
    postId: row.post_id,
    status: row.post_status,
    excerpt: row.excerpt,
    scheduledAt: row.scheduled_at?.toISOString() ?? null,
    target: { id: row.id, state: row.state, reason: row.reason?.code ?? null },
    otherTargets: row.other_targets,
  };
}

/** The cursors of a list of what waits, by slot. */
export function waitingCursors(kind: string) {
  return cursorCodec<WaitingPosition>(kind, z.tuple([z.union([z.literal('infinity'), z.iso.datetime()]), z.uuid()]));
}

export function positionOf({ scheduled_at: slot, id }: WaitingTarget): WaitingPosition {
  return [slot?.toISOString() ?? 'infinity', id];
}

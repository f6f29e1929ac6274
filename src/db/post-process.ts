import { sql } from 'kysely';
import type { EventKind } from '../domain/event.ts';
import type { Instant, PostId, TenantId, UserId } from '../domain/ids.ts';
import type { PostStatus } from '../domain/post.ts';
import { appendEvents } from './event.ts';
import type { TenantTransaction } from './tenant.ts';

export interface PostEntry {
  readonly tenantId: TenantId;
  readonly postId: PostId;
  /** The submission that this process runs for. */
  readonly run: number;
  /** Counts the process's writes from 1: a repeated or overtaken write changes nothing. */
  readonly seq: number;
  readonly status: PostStatus;
  readonly slot: Instant | null;
  readonly missedSlot: boolean;
  readonly event: EventKind;
  /** `null`: the process itself. */
  readonly by: UserId | null;
  readonly at: Instant;
  /** More for the timeline: ids, codes and instants. */
  readonly data?: Record<string, unknown>;
}

/** Writes where the process of a post stands. Targets before the post, in the order that every writer takes its locks. */
export async function recordPost(trx: TenantTransaction, entry: PostEntry): Promise<void> {
  const { tenantId, postId, status } = entry;
  const at = new Date(entry.at);
  // A slot that passed while the post was held is missed: its targets wait for nothing but a new one.
  if (status === 'cancelled' || status === 'scheduled' || entry.missedSlot) {
    await trx
      .updateTable('post_target')
      .set({ state: status === 'cancelled' ? 'cancelled' : 'waiting', reason: null })
      .where('tenant_id', '=', tenantId)
      .where('post_id', '=', postId)
      .where('state', 'in', ['waiting', 'processing', 'rejected', 'parked'])
      .execute();
  }
  await waitForTurn(trx, { tenantId, postId });
  const written = await trx
    .updateTable('post')
    .set((eb) => ({
      status,
      run_seq: entry.seq,
      scheduled_at: status === 'cancelled' ? eb.ref('scheduled_at') : slotOrKept(entry),
      missed_slot: entry.missedSlot,
      attention: attentionOf(tenantId, postId),
      published_at:
        status === 'published' || status === 'partially_published' ? firstPublishedAt(tenantId, postId) : null,
      version: eb('version', '+', 1),
      updated_at: at,
    }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', postId)
    .where('run', '=', entry.run)
    .where('run_seq', '<', entry.seq)
    .returning('id')
    .executeTakeFirst();
  if (written === undefined) return;
  await appendEvents(trx, [
    {
      tenantId,
      at,
      kind: entry.event,
      entity: 'post',
      entityId: postId,
      actor: entry.by === null ? { kind: 'process' } : { kind: 'user', id: entry.by },
      data: { ...entry.data, ...(entry.slot === null ? {} : { scheduledAt: new Date(entry.slot).toISOString() }) },
    },
  ]);
}

/** After a change to one of its targets: whether the post needs a person, and a new entity tag. */
export async function touchPost(
  trx: TenantTransaction,
  { tenantId, postId, now }: { tenantId: TenantId; postId: PostId; now: Date },
): Promise<void> {
  await waitForTurn(trx, { tenantId, postId });
  await trx
    .updateTable('post')
    .set((eb) => ({ attention: attentionOf(tenantId, postId), version: eb('version', '+', 1), updated_at: now }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', postId)
    .execute();
}

/**
 * Locks the post in a statement of its own. Targets settle at the same instant: a statement that waits for the lock
 * itself would look at the other targets as they were before it began to wait.
 */
async function waitForTurn(
  trx: TenantTransaction,
  { tenantId, postId }: { tenantId: TenantId; postId: PostId },
): Promise<void> {
  await trx
    .selectFrom('post')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', postId)
    .forUpdate()
    .execute();
}

/** A missed slot stays readable: the author must see which one it was. */
function slotOrKept({ slot, missedSlot }: PostEntry) {
  return missedSlot ? sql<Date | null>`scheduled_at` : slot === null ? null : new Date(slot);
}

function attentionOf(tenantId: TenantId, postId: PostId) {
  return sql<boolean>`(exists (select 1 from post_target where tenant_id = ${tenantId} and post_id = ${postId}
                               and state in ('unconfirmed', 'parked'))
                       or exists (select 1 from approval where tenant_id = ${tenantId} and post_id = ${postId}
                                  and outcome is null and stranded))`;
}

function firstPublishedAt(tenantId: TenantId, postId: PostId) {
  return sql<Date | null>`(select min(published_at) from post_target
                           where tenant_id = ${tenantId} and post_id = ${postId})`;
}

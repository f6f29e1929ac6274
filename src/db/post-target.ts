import { sql } from 'kysely';
import type { EventKind } from '../domain/event.ts';
import type { ConnectionId, PostId, RevisionId, TargetId, TenantId, UserId } from '../domain/ids.ts';
import type { PreparedMedia, TargetReason, TargetState } from '../domain/publication.ts';
import { appendEvents } from './event.ts';
import { touchPost } from './post-process.ts';
import type { TenantTransaction } from './tenant.ts';

export interface TargetKey {
  readonly tenantId: TenantId;
  readonly postId: PostId;
  readonly targetId: TargetId;
}

export interface TargetChange {
  readonly state: TargetState;
  readonly reason: TargetReason | null;
  readonly event: EventKind;
  /** `null`: the process itself. */
  readonly by?: UserId | null;
  /** Ids, codes and instants for the timeline. */
  readonly data?: Record<string, unknown>;
  readonly published?: { readonly providerPostId: string; readonly permalink: string | null };
  /** The network's id of a post that it has taken and still works on. */
  readonly accepted?: { readonly providerPostId: string };
  readonly now: Date;
}

/** Writes where a target stands, with its line in the post's timeline. A target that is published stays so. */
export async function changeTarget(trx: TenantTransaction, key: TargetKey, change: TargetChange): Promise<void> {
  const { tenantId, postId, targetId } = key;
  const { now, published, accepted } = change;
  const changed = await trx
    .updateTable('post_target')
    .set({
      state: change.state,
      reason: change.reason === null ? null : JSON.stringify(change.reason),
      ...(published === undefined
        ? {}
        : { provider_post_id: published.providerPostId, permalink: published.permalink, published_at: now }),
      ...(accepted === undefined ? {} : { provider_post_id: accepted.providerPostId }),
    })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', targetId)
    .where('state', '<>', 'published')
    .returning('connection_id')
    .executeTakeFirst();
  if (changed === undefined) return;
  await touchPost(trx, { tenantId, postId, now });
  await appendEvents(trx, [
    {
      tenantId,
      at: now,
      kind: change.event,
      entity: 'post',
      entityId: postId,
      actor: change.by === undefined || change.by === null ? { kind: 'process' } : { kind: 'user', id: change.by },
      data: { targetId, connectionId: changed.connection_id, ...reasonData(change.reason), ...change.data },
    },
  ]);
}

/**
 * Keeps what was prepared at the network: the anchor that survives a lost answer. A parked target goes on with it, unless
 * it waits for something else than its connection's grant. What was made for a content that the post has no more is
 * forgotten.
 */
export async function savePrepared(
  trx: TenantTransaction,
  key: TargetKey & { readonly revisionId: RevisionId },
  { prepared, now }: { prepared: PreparedMedia; now: Date },
): Promise<void> {
  const { tenantId, targetId } = key;
  const state = prepared.state === 'processing' ? 'processing' : 'waiting';
  const before = await lockTarget(trx, key);
  if (!preparable.some((open) => open === before.state)) return;
  // A statement of its own after the lock: an edit that was adopted meanwhile is seen.
  if (!(await isCurrent(trx, key))) return;
  await trx
    .updateTable('post_target')
    .set({ prepared: JSON.stringify(prepared) })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', targetId)
    .execute();
  if (before.state === 'parked' && heldReasons.has(before.reason?.code ?? '')) return;
  if (before.state === 'parked') return changeTarget(trx, key, { state, reason: null, event: 'target.released', now });
  await trx
    .updateTable('post_target')
    .set({ state })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', targetId)
    .execute();
}

/** Whether the post still has the content that the work was done for. */
export async function isCurrent(
  trx: TenantTransaction,
  { tenantId, postId, revisionId }: Omit<TargetKey, 'targetId'> & { readonly revisionId: RevisionId },
): Promise<boolean> {
  const row = await trx
    .selectFrom('post')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', postId)
    .where('revision_id', '=', revisionId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Parked for these, a target is released by its process, whatever becomes ready meanwhile. */
const heldReasons: ReadonlySet<string> = new Set<TargetReason['code']>(['halted', 'suspended', 'slot_passed']);

/** Parks a target that waits; one that is parked for the same reason already stays as it is. */
export async function parkTarget(
  trx: TenantTransaction,
  key: TargetKey,
  { reason, now }: { reason: TargetReason['code']; now: Date },
): Promise<void> {
  const before = await lockTarget(trx, key);
  if (!preparable.some((open) => open === before.state)) return;
  if (before.state === 'parked' && before.reason?.code === reason) return;
  await changeTarget(trx, key, { state: 'parked', reason: bare(reason), event: 'target.parked', now });
}

/** Ends the parking of a target: it waits for its slot, for a person since the slot has passed, or for nothing more. */
export async function unparkTarget(
  trx: TenantTransaction,
  key: TargetKey,
  { to, now }: { to: 'waiting' | 'late' | 'dropped'; now: Date },
): Promise<void> {
  const before = await lockTarget(trx, key);
  if (before.state !== 'parked') return;
  switch (to) {
    case 'waiting': {
      const data = { after: before.reason?.code ?? null };
      return changeTarget(trx, key, { state: 'waiting', reason: null, event: 'target.released', data, now });
    }
    case 'late':
      return parkTarget(trx, key, { reason: 'slot_passed', now });
    case 'dropped':
      return changeTarget(trx, key, { state: 'rejected', reason: bare('given_up'), event: 'target.rejected', now });
  }
}

function bare(code: TargetReason['code']): TargetReason {
  return { code, providerCode: null, providerMessage: null };
}

function lockTarget(trx: TenantTransaction, { tenantId, targetId }: TargetKey) {
  return trx
    .selectFrom('post_target')
    .select(['state', 'reason'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', targetId)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

/** Says that a target waits because its page may publish no more for now; once, however often that is found. */
export async function noteQuota(
  trx: TenantTransaction,
  key: TargetKey,
  { now, afterMs }: { now: Date; afterMs: number | null },
): Promise<void> {
  const { state, code } = await trx
    .selectFrom('post_target')
    .select(['state', sql<string | null>`reason ->> 'code'`.as('code')])
    .where('tenant_id', '=', key.tenantId)
    .where('id', '=', key.targetId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (code === 'quota' || (state !== 'waiting' && state !== 'processing')) return;
  const reason = { code: 'quota', providerCode: null, providerMessage: null } as const;
  const data = afterMs === null ? {} : { afterMs };
  await changeTarget(trx, key, { state, reason, event: 'target.retrying', data, now });
}

const preparable = ['waiting', 'processing', 'parked'] as const satisfies readonly TargetState[];

/** The network's id of a target's published post. */
export async function selectPublishedId(trx: TenantTransaction, key: TargetKey): Promise<string | null> {
  const row = await trx
    .selectFrom('post_target')
    .select('provider_post_id')
    .where('tenant_id', '=', key.tenantId)
    .where('id', '=', key.targetId)
    .executeTakeFirst();
  return row?.provider_post_id ?? null;
}

export async function savePermalink(
  trx: TenantTransaction,
  key: TargetKey,
  { permalink, now }: { permalink: string; now: Date },
): Promise<void> {
  await trx
    .updateTable('post_target')
    .set({ permalink })
    .where('tenant_id', '=', key.tenantId)
    .where('id', '=', key.targetId)
    .execute();
  await touchPost(trx, { tenantId: key.tenantId, postId: key.postId, now });
}

/** Those of the network's post ids that some target of the page has claimed already. */
export async function claimedPosts(
  trx: TenantTransaction,
  { tenantId, connectionId, targetId }: { tenantId: TenantId; connectionId: ConnectionId; targetId: TargetId },
  providerPostIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (providerPostIds.length === 0) return new Set();
  const rows = await trx
    .selectFrom('post_target')
    .select(sql<string>`provider_post_id`.as('id'))
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .where('id', '<>', targetId)
    .where('provider_post_id', 'in', providerPostIds)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

function reasonData(reason: TargetReason | null): Record<string, unknown> {
  return reason === null ? {} : { reason: reason.code, providerCode: reason.providerCode };
}

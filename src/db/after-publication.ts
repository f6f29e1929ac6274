import type { PostContent } from '../domain/content.ts';
import type { ConnectionId, PostId, RevisionId, TargetId, UserId } from '../domain/ids.ts';
import type { PublishingNetwork } from '../domain/network.ts';
import type { TargetState } from '../domain/publication.ts';
import { appendEvents } from './event.ts';
import { touchPost } from './post-process.ts';
import { wholeContent } from './post-revision.ts';
import type { TargetKey } from './post-target.ts';
import type { TenantTransaction } from './tenant.ts';

/** A target as far as what is published of it can be changed. */
export interface PublishedTarget {
  readonly id: TargetId;
  readonly postId: PostId;
  readonly connectionId: ConnectionId;
  readonly network: PublishingNetwork;
  readonly state: TargetState;
  readonly providerPostId: string | null;
  readonly removedAt: Date | null;
  readonly changingUntil: Date | null;
  /** What its page shows, if its text was changed after publication. */
  readonly editedContent: PostContent | null;
}

/** One target, which nobody else may change before this transaction ends. */
export async function lockPublished(
  trx: TenantTransaction,
  postId: PostId,
  targetId: TargetId,
): Promise<PublishedTarget | null> {
  const row = await trx
    .selectFrom('post_target as target')
    .innerJoin('connection', (join) =>
      join.onRef('connection.tenant_id', '=', 'target.tenant_id').onRef('connection.id', '=', 'target.connection_id'),
    )
    .leftJoin('post_revision as edited', (join) =>
      join.onRef('edited.tenant_id', '=', 'target.tenant_id').onRef('edited.id', '=', 'target.edited_revision_id'),
    )
    .select([
      'target.id',
      'target.post_id as postId',
      'target.connection_id as connectionId',
      'connection.network',
      'target.state',
      'target.provider_post_id as providerPostId',
      'target.removed_at as removedAt',
      'target.changing_until as changingUntil',
      'edited.content as editedContent',
    ])
    .where('target.post_id', '=', postId)
    .where('target.id', '=', targetId)
    .forUpdate('target')
    .$narrowType<{ network: PublishingNetwork }>()
    .executeTakeFirst();
  if (row === undefined) return null;
  return { ...row, editedContent: row.editedContent === null ? null : wholeContent(row.editedContent) };
}

/** Notes until when the caller is changing the publication; null: it no longer is. The caller holds the row's lock. */
export async function setChanging(trx: TenantTransaction, targetId: TargetId, until: Date | null): Promise<void> {
  await trx.updateTable('post_target').set({ changing_until: until }).where('id', '=', targetId).execute();
}

interface Change extends TargetKey {
  readonly connectionId: ConnectionId;
  readonly by: UserId;
  readonly now: Date;
}

/** Notes that the network no longer shows it. */
export async function recordRemoval(trx: TenantTransaction, change: Change): Promise<void> {
  const { tenantId, postId, targetId, by, now } = change;
  await trx.updateTable('post_target').set({ removed_at: now, removed_by: by }).where('id', '=', targetId).execute();
  await touchPost(trx, { tenantId, postId, now });
  await append(trx, change, { kind: 'target.removed' });
}

/** Notes that the network shows what the revision says; `revision` has been inserted in this transaction. */
export async function recordEdit(
  trx: TenantTransaction,
  change: Change,
  revision: { readonly id: RevisionId; readonly number: number },
): Promise<void> {
  const { tenantId, postId, targetId, by, now } = change;
  await trx
    .updateTable('post_target')
    .set({ edited_at: now, edited_by: by, edited_revision_id: revision.id })
    .where('id', '=', targetId)
    .execute();
  await touchPost(trx, { tenantId, postId, now });
  await append(trx, change, { kind: 'target.edited', data: { revision: revision.number } });
}

function append(
  trx: TenantTransaction,
  { tenantId, postId, targetId, connectionId, by, now }: Change,
  { kind, data = {} }: { kind: 'target.removed' | 'target.edited'; data?: Record<string, unknown> },
): Promise<void> {
  const actor = { kind: 'user', id: by } as const;
  const event = { tenantId, at: now, kind, entity: 'post', entityId: postId, actor } as const;
  return appendEvents(trx, [{ ...event, data: { targetId, connectionId, ...data } }]);
}

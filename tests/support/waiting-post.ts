import type { ConnectionId, ContentHash, PostId, RevisionId, TargetId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import type { TenantApi } from './tenant-api.ts';

/** The rows of a post whose process runs, with one target in this state. */
export async function insertRunningPost(
  own: TenantApi,
  connectionId: ConnectionId,
  state: 'parked' | 'waiting',
): Promise<PostId> {
  const [id, revisionId, now] = [newId<PostId>(), newId<RevisionId>(), new Date()];
  const author = own.tenant.people.elena;
  const common = { tenant_id: own.tenant.id, created_at: now };
  const post = { status: 'publishing', run: 1, scheduled_at: null, updated_at: now, published_at: null } as const;
  const revision = { number: 1, content: '{}', content_hash: 'a'.repeat(64) as ContentHash, search_text: '' };
  const target = { id: newId<TargetId>(), post_id: id, connection_id: connectionId, state };
  await own.inTenant(async (trx) => {
    await trx
      .insertInto('post')
      .values({ ...common, ...post, id, revision_id: revisionId, created_by: author })
      .execute();
    await trx
      .insertInto('post_revision')
      .values({ ...common, ...revision, id: revisionId, post_id: id, author_id: author })
      .execute();
    await trx
      .insertInto('post_target')
      .values({ tenant_id: own.tenant.id, ...target })
      .execute();
  });
  return id;
}

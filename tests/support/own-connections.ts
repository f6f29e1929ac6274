import { randomUUID } from 'node:crypto';
import type { Insertable, Kysely } from 'kysely';
import type { Database } from '../../src/db/schema.ts';
import { withTenant } from '../../src/db/tenant.ts';
import { usualGrantKind } from '../../src/domain/grant.ts';
import type { AdminProfileId, ConnectionId, ContentHash, PostId, RevisionId, TargetId } from '../../src/domain/ids.ts';
import type { PublishingNetwork } from '../../src/domain/network.ts';
import type { PostStatus } from '../../src/domain/post.ts';
import type { TargetState } from '../../src/domain/publication.ts';
import { newId } from '../../src/platform/new-id.ts';
import type { OwnTenant } from './own-tenant.ts';

type ConnectionValues = Insertable<Database['connection']>;

/** Writes rows about the connections of a test's own tenant, as processes and other tests would have. */
export function ownConnections(db: Kysely<Database>, { tenantId, users }: OwnTenant) {
  const now = new Date();
  const connection = async (on: PublishingNetwork, given: Partial<ConnectionValues> = {}): Promise<ConnectionId> => {
    const id = newId<ConnectionId>();
    await withTenant(db, tenantId, (trx) =>
      trx
        .insertInto('connection')
        .values({
          tenant_id: tenantId,
          id,
          network: on,
          external_id: randomUUID(),
          name: `Pagina ${id}`,
          state: 'connected',
          grant_kind: usualGrantKind(on),
          connected_at: now,
          ...given,
        })
        .execute(),
    );
    return id;
  };

  const secret = (
    connectionId: ConnectionId,
    { accessToken = 'v1.sealed', expiresAt = null }: { accessToken?: string; expiresAt?: Date | null } = {},
  ) =>
    withTenant(db, tenantId, (trx) =>
      trx
        .insertInto('connection_secret')
        .values({ tenant_id: tenantId, connection_id: connectionId, access_token: accessToken, expires_at: expiresAt })
        .execute(),
    );

  const adminProfile = async (
    name: string,
    family: Database['admin_profile']['family'] = 'meta',
  ): Promise<AdminProfileId> => {
    const id = newId<AdminProfileId>();
    const granted = { first_granted_at: now, last_granted_at: now };
    await withTenant(db, tenantId, (trx) =>
      trx
        .insertInto('admin_profile')
        .values({ tenant_id: tenantId, id, family, external_id: randomUUID(), name, ...granted })
        .execute(),
    );
    return id;
  };

  /** A post of which each target is as given. */
  const post = async (
    status: PostStatus,
    targets: readonly { on: ConnectionId; state: TargetState }[],
    { slot = null, text = 'Testo', run = 1 }: { slot?: Date | null; text?: string; run?: number } = {},
  ): Promise<PostId> => {
    const [id, revisionId] = [newId<PostId>(), newId<RevisionId>()];
    const common = { tenant_id: tenantId, created_at: now };
    await withTenant(db, tenantId, async (trx) => {
      await trx
        .insertInto('post')
        .values({
          ...common,
          id,
          status,
          revision_id: revisionId,
          scheduled_at: slot,
          run,
          created_by: users.editor,
          updated_at: now,
          published_at: null,
        })
        .execute();
      const named = targets.map(({ on }) => ({ connectionId: on, text: null, mediaIds: null, format: 'feed' }));
      await trx
        .insertInto('post_revision')
        .values({
          ...common,
          id: revisionId,
          post_id: id,
          number: 1,
          content: JSON.stringify({ text, mediaIds: [], link: null, targets: named }),
          content_hash: 'a'.repeat(64) as ContentHash,
          search_text: text,
          author_id: users.editor,
        })
        .execute();
      const rows = targets.map(({ on, state }) => ({
        tenant_id: tenantId,
        id: newId<TargetId>(),
        post_id: id,
        connection_id: on,
        state,
      }));
      await trx.insertInto('post_target').values(rows).execute();
    });
    return id;
  };

  return { connection, secret, adminProfile, post };
}

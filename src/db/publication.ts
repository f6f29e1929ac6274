import { type PostContent, effective, type MediaFacts } from '../domain/content.ts';
import type { ConnectionState } from '../domain/connection.ts';
import type { ConnectionId, MediaId, PostId, RevisionId, TargetId, TenantId } from '../domain/ids.ts';
import type { Network } from '../domain/network.ts';
import type { PreparedMedia } from '../domain/publication.ts';
import type { TenantTransaction } from './tenant.ts';

export interface PublicationKey {
  readonly tenantId: TenantId;
  readonly postId: PostId;
  readonly revisionId: RevisionId;
  readonly targetId: TargetId;
  readonly connectionId: ConnectionId;
  readonly network: Network;
}

/** Everything that is needed to bring one post to one page. */
export interface Publication {
  readonly content: PostContent;
  readonly text: string;
  readonly media: readonly PublicationMedia[];
  readonly page: {
    readonly externalId: string;
    readonly state: ConnectionState;
    readonly grantVersion: number;
    readonly sealedToken: string | null;
  };
  readonly prepared: PreparedMedia | null;
}

export interface PublicationMedia {
  readonly id: MediaId;
  readonly altText: string | null;
  readonly facts: MediaFacts;
}

export async function selectPublication(trx: TenantTransaction, key: PublicationKey): Promise<Publication> {
  const row = await trx
    .selectFrom('post_target as target')
    .innerJoin('connection', (join) =>
      join.onRef('connection.tenant_id', '=', 'target.tenant_id').onRef('connection.id', '=', 'target.connection_id'),
    )
    .innerJoin('post_revision as revision', (join) =>
      join.onRef('revision.tenant_id', '=', 'target.tenant_id').onRef('revision.post_id', '=', 'target.post_id'),
    )
    .leftJoin('connection_secret as secret', (join) =>
      join.onRef('secret.tenant_id', '=', 'connection.tenant_id').onRef('secret.connection_id', '=', 'connection.id'),
    )
    .select([
      'revision.content',
      'target.prepared',
      'connection.external_id',
      'connection.state',
      'connection.grant_version',
      'secret.access_token',
    ])
    .where('target.tenant_id', '=', key.tenantId)
    .where('target.id', '=', key.targetId)
    .where('revision.id', '=', key.revisionId)
    .executeTakeFirstOrThrow();
  const target = row.content.targets.find(({ connectionId }) => connectionId === key.connectionId);
  if (target === undefined) throw new Error('the revision does not name this target');
  const { text, mediaIds } = effective(row.content, target);
  return {
    content: { ...row.content, targets: [target] },
    text,
    media: await selectMedia(trx, key.tenantId, mediaIds),
    page: {
      externalId: row.external_id,
      state: row.state,
      grantVersion: row.grant_version,
      sealedToken: row.access_token,
    },
    prepared: row.prepared,
  };
}

async function selectMedia(
  trx: TenantTransaction,
  tenantId: TenantId,
  ids: readonly MediaId[],
): Promise<readonly PublicationMedia[]> {
  if (ids.length === 0) return [];
  const [originals, renditions] = await Promise.all([
    trx.selectFrom('media').selectAll().where('tenant_id', '=', tenantId).where('id', 'in', ids).execute(),
    trx
      .selectFrom('media_rendition')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('media_id', 'in', ids)
      .where('kind', '=', 'jpeg')
      .execute(),
  ]);
  return ids.map((id) => {
    const original = originals.find((row) => row.id === id);
    if (original === undefined) throw new Error('the revision names a file that is gone');
    const jpeg = renditions.find((row) => row.media_id === id);
    return {
      id,
      altText: original.alt_text,
      facts: { original: factsOf(original), jpeg: jpeg === undefined ? null : factsOf(jpeg) },
    };
  });
}

function factsOf(row: {
  sha256: MediaFacts['original']['sha256'];
  mime_type: string;
  bytes: string;
  width_px: number;
  height_px: number;
}): MediaFacts['original'] {
  return {
    sha256: row.sha256,
    mimeType: row.mime_type,
    bytes: Number(row.bytes),
    widthPx: row.width_px,
    heightPx: row.height_px,
  };
}

import { type PostContent, type EffectiveContent, effective } from '../domain/content.ts';
import { problemOf } from '../domain/connection-health.ts';
import type { GrantKind } from '../domain/grant.ts';
import type { ConnectionId, MediaId, PostId, RevisionId, TargetId, TenantId } from '../domain/ids.ts';
import type { MediaFacts } from '../domain/media.ts';
import type { PublishingNetwork } from '../domain/network.ts';
import type { GrantProblem, PreparedMedia } from '../domain/publication.ts';
import { standingOf } from './connection-standing.ts';
import { selectMediaFacts } from './media.ts';
import { wholeContent } from './post-revision.ts';
import type { TenantTransaction } from './tenant.ts';

export interface PublicationKey {
  readonly tenantId: TenantId;
  readonly postId: PostId;
  readonly revisionId: RevisionId;
  readonly targetId: TargetId;
  readonly connectionId: ConnectionId;
  readonly network: PublishingNetwork;
}

/** Everything that is needed to bring one post to one page. */
export interface Publication {
  readonly content: PostContent;
  /** What this page's readers will see. */
  readonly shown: EffectiveContent;
  /** The files that are shown, in their order. */
  readonly media: readonly PublicationMedia[];
  /** The picture of the link card; `null` where there is none. */
  readonly linkImage: PublicationMedia | null;
  readonly page: {
    readonly externalId: string;
    readonly grantKind: GrantKind;
    /** What keeps posts from going there; `null`: nothing that is known. */
    readonly problem: GrantProblem | null;
    readonly grantVersion: number;
    readonly sealedToken: string | null;
    /** Of no meaning where there is no token. */
    readonly tokenVersion: number;
  };
  readonly prepared: PreparedMedia | null;
}

export interface PublicationMedia {
  readonly id: MediaId;
  readonly fileName: string;
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
      'connection.network',
      'connection.grant_kind',
      'connection.state',
      'connection.missing_scopes',
      'connection.last_error',
      'connection.grant_version',
      'secret.access_token',
      'secret.token_version',
    ])
    .where('target.tenant_id', '=', key.tenantId)
    .where('target.id', '=', key.targetId)
    .where('revision.id', '=', key.revisionId)
    .executeTakeFirstOrThrow();
  const content = wholeContent(row.content);
  const target = content.targets.find(({ connectionId }) => connectionId === key.connectionId);
  if (target === undefined) throw new Error('the revision does not name this target');
  const shown = effective(content, target);
  const [linkImage = null] = await selectMedia(trx, key.tenantId, shown.link?.mediaId ? [shown.link.mediaId] : []);
  return {
    content: { ...content, targets: [target] },
    shown,
    media: await selectMedia(trx, key.tenantId, shown.mediaIds),
    linkImage,
    page: {
      externalId: row.external_id,
      grantKind: row.grant_kind,
      problem: problemOf('publish', standingOf(row)),
      grantVersion: row.grant_version,
      sealedToken: row.access_token,
      tokenVersion: row.token_version ?? 0,
    },
    prepared: row.prepared === null ? null : wholePrepared(row.prepared),
  };
}

/** What was prepared before there were albums has no parts. */
function wholePrepared(prepared: StoredPrepared): PreparedMedia {
  return { ...prepared, parts: prepared.parts ?? [] };
}

/** As it stands in the table. */
export type StoredPrepared = Omit<PreparedMedia, 'parts'> & Partial<Pick<PreparedMedia, 'parts'>>;

async function selectMedia(
  trx: TenantTransaction,
  tenantId: TenantId,
  ids: readonly MediaId[],
): Promise<readonly PublicationMedia[]> {
  if (ids.length === 0) return [];
  const words = await trx
    .selectFrom('media')
    .select(['id', 'file_name', 'alt_text'])
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', ids)
    .execute();
  const known = await selectMediaFacts(trx, ids);
  return ids.map((id) => {
    const row = words.find((candidate) => candidate.id === id);
    const facts = known.get(id);
    if (row === undefined || facts === undefined) throw new Error('the revision names a file that is gone');
    return { id, fileName: row.file_name, altText: row.alt_text, facts };
  });
}

import { sql } from 'kysely';
import type { MediaId, PostId, Sha256, TenantId, UserId } from '../domain/ids.ts';
import type { FileFacts, ImageFacts, MediaFacts } from '../domain/media.ts';
import type { PostStatus } from '../domain/post.ts';
import type { RenditionKind } from '../domain/rendition.ts';
import { likePattern } from './like-pattern.ts';
import { columnsOf, factColumns, factsOf, renditionFacts } from './media-facts.ts';
import type { TenantTransaction } from './tenant.ts';

export type Renditions = Readonly<Partial<Record<RenditionKind, ImageFacts>>>;

export interface NewMedia {
  readonly tenantId: TenantId;
  readonly id: MediaId;
  readonly fileName: string;
  readonly altText: string | null;
  readonly original: FileFacts;
  readonly renditions: Renditions;
  readonly by: UserId;
  readonly now: Date;
}

/** Writes an uploaded file and its renditions, whose bytes have been claimed and are in the store already. */
export async function insertMedia(trx: TenantTransaction, media: NewMedia): Promise<void> {
  const { tenantId, id } = media;
  await trx
    .insertInto('media')
    .values({
      tenant_id: tenantId,
      id,
      ...columnsOf(media.original),
      file_name: media.fileName,
      alt_text: media.altText,
      created_by: media.by,
      created_at: media.now,
    })
    .execute();
  const renditions = Object.entries(media.renditions) as [RenditionKind, ImageFacts][];
  if (renditions.length === 0) return;
  await trx
    .insertInto('media_rendition')
    .values(
      renditions.map(([kind, { sha256, mimeType, bytes, widthPx, heightPx }]) => ({
        tenant_id: tenantId,
        media_id: id,
        kind,
        sha256,
        mime_type: mimeType,
        bytes,
        width_px: widthPx,
        height_px: heightPx,
      })),
    )
    .execute();
}

export type MediaRow = Awaited<ReturnType<typeof selectMediaPage>>[number];

export interface MediaFilter {
  readonly kind: FileFacts['kind'] | null;
  /** Part of the file's name. */
  readonly search: string | null;
  /** Whether no post names it. */
  readonly unused: boolean | null;
}

/** Files of the tenant, newest first, `limit + 1` at most, those after `before` in that order. */
export function selectMediaPage(
  trx: TenantTransaction,
  { before, limit, kind, search, unused }: MediaFilter & { before: MediaId | null; limit: number },
) {
  return mediaRows(trx)
    .$if(before !== null, (query) => query.where('media.id', '<', before))
    .$if(kind !== null, (query) => query.where('media.kind', '=', kind))
    .$if(search !== null, (query) => query.where('media.file_name', 'ilike', likePattern(search ?? '')))
    .$if(unused !== null, (query) =>
      query.where(({ exists, not, selectFrom }) => {
        const used = exists(
          selectFrom('post_revision_media as use')
            .select('use.media_id')
            .whereRef('use.tenant_id', '=', 'media.tenant_id')
            .whereRef('use.media_id', '=', 'media.id'),
        );
        return unused === true ? not(used) : used;
      }),
    )
    .orderBy('media.id', 'desc')
    .limit(limit + 1)
    .execute();
}

export function selectMedia(trx: TenantTransaction, id: MediaId): Promise<MediaRow | undefined> {
  return mediaRows(trx).where('media.id', '=', id).executeTakeFirst();
}

function mediaRows(trx: TenantTransaction) {
  return trx
    .selectFrom('media')
    .innerJoin('tenant_member as member', (join) =>
      join.onRef('member.tenant_id', '=', 'media.tenant_id').onRef('member.user_id', '=', 'media.created_by'),
    )
    .select(factColumns)
    .select([
      'media.id',
      'media.file_name',
      'media.alt_text',
      'media.created_by',
      'media.created_at',
      'member.display_name as created_by_name',
    ])
    .select(({ selectFrom }) => [
      selectFrom('media_rendition as rendition')
        .select(sql<RenditionKind[]>`coalesce(array_agg(rendition.kind), '{}')`.as('kinds'))
        .whereRef('rendition.tenant_id', '=', 'media.tenant_id')
        .whereRef('rendition.media_id', '=', 'media.id')
        .as('rendition_kinds'),
      selectFrom('post_revision_media as use')
        .innerJoin('post_revision as revision', (join) =>
          join.onRef('revision.tenant_id', '=', 'use.tenant_id').onRef('revision.id', '=', 'use.revision_id'),
        )
        .select(sql<number>`count(distinct revision.post_id)::int`.as('posts'))
        .whereRef('use.tenant_id', '=', 'media.tenant_id')
        .whereRef('use.media_id', '=', 'media.id')
        .as('used_by'),
    ]);
}

/** One stored file of a media row: the original, or a rendition of it. */
export function selectMediaFile(
  trx: TenantTransaction,
  { id, kind }: { id: MediaId; kind: 'original' | RenditionKind },
): Promise<{ sha256: Sha256; mime_type: string } | undefined> {
  return kind === 'original'
    ? trx.selectFrom('media').select(['sha256', 'mime_type']).where('id', '=', id).executeTakeFirst()
    : trx
        .selectFrom('media_rendition')
        .select(['sha256', 'mime_type'])
        .where('media_id', '=', id)
        .where('kind', '=', kind)
        .executeTakeFirst();
}

/** Keeps these files, as far as they are there, from being deleted until the transaction ends. */
export async function holdMedia(trx: TenantTransaction, ids: readonly MediaId[]): Promise<void> {
  if (ids.length === 0) return;
  await trx.selectFrom('media').select('id').where('id', 'in', ids).orderBy('id').forKeyShare().execute();
}

/** What is known of each of these files; one that the tenant does not have is absent. */
export async function selectMediaFacts(
  trx: TenantTransaction,
  ids: readonly MediaId[],
): Promise<ReadonlyMap<MediaId, MediaFacts>> {
  if (ids.length === 0) return new Map();
  const wanted = [...new Set(ids)];
  const originals = await trx
    .selectFrom('media')
    .select(factColumns)
    .select('media.id')
    .where('media.id', 'in', wanted)
    .execute();
  const renditions = await trx
    .selectFrom('media_rendition')
    .selectAll()
    .where('media_id', 'in', wanted)
    .where('kind', '=', 'jpeg')
    .execute();
  const jpegs = new Map(renditions.map((row) => [row.media_id, renditionFacts(row)]));
  return new Map(originals.map((row) => [row.id, { original: factsOf(row), jpeg: jpegs.get(row.id) ?? null }]));
}

/** A post that names a file, in any of its revisions. */
export interface MediaUse {
  readonly postId: PostId;
  readonly status: PostStatus;
  /** Whether it names the file today, or only did in the past. */
  readonly current: boolean;
}

export async function selectMediaUses(trx: TenantTransaction, id: MediaId): Promise<readonly MediaUse[]> {
  return trx
    .selectFrom('post_revision_media as use')
    .innerJoin('post_revision as revision', (join) =>
      join.onRef('revision.tenant_id', '=', 'use.tenant_id').onRef('revision.id', '=', 'use.revision_id'),
    )
    .innerJoin('post', (join) =>
      join.onRef('post.tenant_id', '=', 'revision.tenant_id').onRef('post.id', '=', 'revision.post_id'),
    )
    .select(['post.id as postId', 'post.status'])
    .select(sql<boolean>`bool_or(post.revision_id = revision.id)`.as('current'))
    .where('use.media_id', '=', id)
    .groupBy(['post.id', 'post.status'])
    .orderBy('post.id')
    .execute();
}

/** The words that go with a file, for as long as the transaction lasts nobody else's to change. */
export function lockMedia(trx: TenantTransaction, id: MediaId) {
  return trx.selectFrom('media').select(['file_name', 'alt_text']).where('id', '=', id).forUpdate().executeTakeFirst();
}

export async function updateMediaWords(
  trx: TenantTransaction,
  { id, fileName, altText }: { id: MediaId; fileName: string; altText: string | null },
): Promise<void> {
  await trx.updateTable('media').set({ file_name: fileName, alt_text: altText }).where('id', '=', id).execute();
}

/** Removes a file that no revision names, with its renditions; the bytes are left to the sweep. */
export async function deleteMedia(trx: TenantTransaction, id: MediaId): Promise<void> {
  await trx.deleteFrom('media').where('id', '=', id).execute();
}

import { contentHash } from '../../db/content-hash.ts';
import { holdMedia, selectMediaFacts } from '../../db/media.ts';
import { alignTargets, selectDestinations } from '../../db/post-destination.ts';
import { insertRevision, mediaIdsOf, nextRevisionNumber } from '../../db/post-revision.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { PostContent } from '../../domain/content.ts';
import type { MediaId, PostId, RevisionId } from '../../domain/ids.ts';
import type { MediaFacts } from '../../domain/media.ts';
import type { FieldError } from '../problem.ts';
import type { HandleContext } from '../route-context.ts';
import { knownFacts } from './judge-content.ts';
import type { TargetsBody } from './post-schemas.ts';

type Writer = Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'caller' | 'now' | 'invalid'>;

/** The targets of a request as a content spells them. */
export function targetsOf(body: TargetsBody): PostContent['targets'] {
  return body.map(({ connectionId, text = null, mediaIds = null, format }) => ({
    connectionId,
    text,
    mediaIds,
    format,
  }));
}

interface Written {
  readonly id: RevisionId;
  readonly postId: PostId;
  readonly content: PostContent;
}

/** Writes a revision and brings the post's targets in step with it. Throws 422 for what the tenant does not have. */
export async function saveContent(
  writer: Writer,
  revision: Written,
): Promise<{ readonly id: RevisionId; readonly number: number }> {
  const { content, postId } = revision;
  const number = await writeRevision(writer, revision);
  await alignTargets(writer.trx, {
    tenantId: writer.caller.tenantId,
    postId,
    connectionIds: content.targets.map((target) => target.connectionId),
  });
  return { id: revision.id, number };
}

/** Writes a revision and nothing else. Returns its number. Throws 422 for what the tenant does not have. */
export async function writeRevision(
  { trx, caller, now, invalid }: Writer,
  revision: Written & { readonly pendingAfter?: RevisionId },
): Promise<number> {
  const { content, postId } = revision;
  const { tenantId, userId } = caller;
  const number = await nextRevisionNumber(trx, postId);
  // Nothing that is named here may be deleted before this is written.
  await holdMedia(trx, mediaIdsOf(content));
  const facts = await requireKnown({ trx, invalid }, content);
  await insertRevision(trx, {
    ...revision,
    number,
    tenantId,
    contentHash: contentHash(content, (id) => knownFacts(facts, id).original.sha256),
    by: userId,
    now,
  });
  return number;
}

/** What is known of the files that a content names. Throws 422 for files and connections that the tenant does not have. */
export async function requireKnown(
  { trx, invalid }: Pick<Writer, 'trx' | 'invalid'>,
  content: PostContent,
): Promise<ReadonlyMap<MediaId, MediaFacts>> {
  const facts = await selectMediaFacts(trx, mediaIdsOf(content));
  const unknown = [...unknownMedia(content, facts), ...(await unknownConnections(trx, content))];
  if (unknown.length > 0) throw invalid(unknown);
  return facts;
}

function unknownMedia(content: PostContent, known: ReadonlyMap<MediaId, unknown>): readonly FieldError[] {
  const within = (ids: readonly MediaId[], pointer: string) =>
    ids.flatMap((id, index) => (known.has(id) ? [] : [missing(`${pointer}/${index}`, id, 'file')]));
  const picture = content.link?.mediaId ?? null;
  return [
    ...within(content.mediaIds, '/mediaIds'),
    ...(picture === null || known.has(picture) ? [] : [missing('/link/mediaId', picture, 'file')]),
    ...content.targets.flatMap((target, index) => within(target.mediaIds ?? [], `/targets/${index}/mediaIds`)),
  ];
}

async function unknownConnections(trx: TenantTransaction, { targets }: PostContent): Promise<readonly FieldError[]> {
  const known = await selectDestinations(
    trx,
    targets.map((target) => target.connectionId),
  );
  return targets.flatMap(({ connectionId }, index) =>
    known.has(connectionId) ? [] : [missing(`/targets/${index}/connectionId`, connectionId, 'connection')],
  );
}

function missing(pointer: string, value: string, what: string): FieldError {
  return { pointer, rule: 'exists', limit: null, value, detail: `is not a ${what} of this tenant` };
}

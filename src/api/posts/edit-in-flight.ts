import { v5 as uuidv5 } from 'uuid';
import {
  deletePendingRevision,
  deleteStaleRevisions,
  selectOpenPolicy,
  selectPendingRevision,
} from '../../db/post-edit.ts';
import { selectDestinations, selectTargets } from '../../db/post-destination.ts';
import type { StoredPost } from '../../db/post.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { PostContent } from '../../domain/content.ts';
import type { ApprovalId, RevisionId, TargetId } from '../../domain/ids.ts';
import type { RequiredApproval } from '../../domain/policy.ts';
import type { PostTarget } from '../../domain/post.ts';
import type { PostEdit } from '../../workflows/post/messages.ts';
import { requiredApproval, requireFulfillable } from '../approvals/required-approval.ts';
import type { ActContext } from '../route-context.ts';
import { authorsOf } from './post-authors.ts';
import type { StartCode } from './post-problems.ts';
import { requirePublishable } from './publishable.ts';
import { requirePublish } from './require-publish.ts';
import { writeRevision } from './save-content.ts';

/** An edit on its way to the process of its post. */
export interface RunningEdit {
  readonly post: StoredPost;
  readonly change: PostEdit;
}

type Context = Pick<
  ActContext<unknown, unknown, unknown, StartCode>,
  'caller' | 'now' | 'refuse' | 'invalid' | 'commandId' | 'inTenant'
>;

const namespace = '7d0a3f6e-5b7b-4f0c-9c56-2f6d1a9b8e34';

/** The id of what this request writes: repeated with its key, it finds what it has written. */
export function revisionIdOf({ commandId }: Pick<Context, 'commandId'>): RevisionId {
  return uuidv5(commandId, namespace) as RevisionId;
}

/** Writes the revision, which is nobody's yet. Throws 422 for what cannot go out, before anything is written. */
export async function prepareEdit(
  ctx: Context,
  trx: TenantTransaction,
  { post, content, slot }: { post: StoredPost; content: PostContent; slot: Date | null },
): Promise<PostEdit> {
  const revisionId = revisionIdOf(ctx);
  await deleteStaleRevisions(trx, post.id, ctx.now);
  await writeRevision({ ...ctx, trx }, { id: revisionId, postId: post.id, content, pendingAfter: post.revisionId });
  return editOf(ctx, trx, { post, revisionId, slot });
}

/** The message about a revision that waits to be adopted: the same again if the request is repeated. */
export async function editOf(
  ctx: Context,
  trx: TenantTransaction,
  { post, revisionId, slot }: { post: StoredPost; revisionId: RevisionId; slot: Date | null },
): Promise<PostEdit> {
  const { caller } = ctx;
  const revision = await selectPendingRevision(trx, post.id, revisionId);
  if (revision === null) throw new Error('an edit has no revision');
  await requirePublishable(trx, ctx, { ...post, content: revision.content });
  const changed = revision.contentHash !== post.contentHash;
  const authors = await authorsOf(trx, post, caller);
  const binding = await policyOf(trx, post, revision.content);
  if (changed) requireFulfillable(ctx, binding.same ? binding.open : binding.required, authors);
  if (changed && binding.required === null) requirePublish(caller);
  const { contentHash } = revision;
  return {
    revisionId,
    contentHash,
    ifRevision: revision.basedOn ?? post.revisionId,
    changed,
    targets: await targetsFor(trx, post, revision),
    authors,
    review: binding.required && {
      ...binding.required,
      approvalId: uuidv5(`approval/${revisionId}`, namespace) as ApprovalId,
      contentHash,
      authors,
    },
    samePolicy: binding.same,
    slot: slot?.getTime() ?? null,
    by: caller.userId,
  };
}

/** Takes back the revision of an edit that was refused. */
export function discardRevision({ inTenant }: Context, revisionId: RevisionId): Promise<void> {
  return inTenant((trx) => deletePendingRevision(trx, revisionId));
}

interface Binding {
  readonly required: RequiredApproval | null;
  /** Whether the approval that is open is under it; then its own steps, of its own version, go on. */
  readonly same: boolean;
  readonly open: RequiredApproval | null;
}

/** A review that is under way is never lifted by an edit: where no policy binds the new content, its own goes on. */
async function policyOf(trx: TenantTransaction, post: StoredPost, { targets }: PostContent): Promise<Binding> {
  const connectionIds = targets.map(({ connectionId }) => connectionId);
  const [required, open] = [await requiredApproval(trx, connectionIds), await selectOpenPolicy(trx, post.id)];
  return { required: required ?? open, same: open !== null && (required ?? open).policyId === open.policyId, open };
}

/** Every target of the new content, by the id that its row has or will have. */
async function targetsFor(
  trx: TenantTransaction,
  post: StoredPost,
  { id, content }: { id: RevisionId; content: PostContent },
): Promise<readonly PostTarget[]> {
  const rows = new Map((await selectTargets(trx, post.id)).map((row) => [row.connection_id, row.id]));
  const destinations = await selectDestinations(
    trx,
    content.targets.map(({ connectionId }) => connectionId),
  );
  return content.targets.map(({ connectionId }) => {
    const destination = destinations.get(connectionId);
    if (destination === undefined) throw new Error('a revision names a connection that the tenant does not have');
    const targetId = rows.get(connectionId) ?? (uuidv5(`${id}/${connectionId}`, namespace) as TargetId);
    return { targetId, connectionId, network: destination.network };
  });
}

import { selectLastApproval } from '../../db/approval-read.ts';
import { loadBusinessCalendar } from '../../db/business-calendar.ts';
import { selectMemberNames } from '../../db/member-name.ts';
import { selectMediaFacts } from '../../db/media.ts';
import { selectDestinations, selectTargets, type TargetRow } from '../../db/post-destination.ts';
import { mediaIdsOf } from '../../db/post-revision.ts';
import { selectPost, type StoredPost } from '../../db/post.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { PostContent } from '../../domain/content.ts';
import { type Violation, violations } from '../../domain/content-violations.ts';
import type { ConnectionId, PostId } from '../../domain/ids.ts';
import { nextSlot } from '../../domain/next-slot.ts';
import type { PublishingNetwork } from '../../domain/network.ts';
import { postWorkflowId } from '../../workflows/post/messages.ts';
import { presentApprovals } from '../approvals/present-approval.ts';
import { entityTag } from '../entity-tag.ts';
import { type Answered, answer, type Caller, type HandleContext } from '../route-context.ts';
import { violationSentence } from './content-sentences.ts';
import { attentionSentence, pageSentence, reasonSentence, strandedSentence } from './sentences.ts';
import { knownFacts } from './judge-content.ts';
import type { PostView } from './post-view-schemas.ts';
import { othersIn, presentTimeline, timelineOf } from './timeline.ts';

type Reader = Pick<HandleContext<unknown, unknown, unknown, never>, 'caller' | 'services' | 'refuse'>;

/** The whole of a post, as the answer of a route, with its `ETag`. Throws 404. */
export async function presentPost(trx: TenantTransaction, reader: Reader, postId: PostId): Promise<Answered<PostView>> {
  const post = await selectPost(trx, postId);
  if (post === undefined) throw reader.refuse('not_found');
  const targets = await selectTargets(trx, postId);
  const destinations = await selectDestinations(
    trx,
    post.content.targets.map((target) => target.connectionId),
  );
  const events = await timelineOf(trx, post);
  const actors = events.flatMap((event) => (event.actor_id === null ? [] : [event.actor_id]));
  const others = events.flatMap((event) => othersIn(event.data));
  const people = await selectMemberNames(trx, [post.createdBy, ...actors, ...others]);
  const approval = await selectLastApproval(trx, postId);
  const [approvalShown = null] = approval === undefined ? [] : await presentApprovals(trx, [approval]);
  const view: PostView = {
    ...presentHead(post),
    nextSlot: await offeredSlot(trx, post, reader.services.clock()),
    author: { id: post.createdBy, name: people.get(post.createdBy) ?? '' },
    ...(await presentJudgement(trx, post.content, networkOf(destinations))),
    targets: inOrderOf(post.content, targets).map(presentTarget),
    attentionCauses: [...targets.flatMap(presentCause), ...strandedCause(approvalShown)],
    approval: approvalShown,
    timeline: presentTimeline(events, {
      people,
      pages: new Map(
        targets.map((target) => [target.connection_id, pageSentence(target.connection_name, target.network)]),
      ),
      timeZone: reader.caller.timeZone,
    }),
    run: runOf(post, reader),
  };
  return answer(view, { etag: entityTag(post.version) });
}

/** Made at reading, so that it always lies ahead. */
async function offeredSlot(trx: TenantTransaction, post: StoredPost, now: number): Promise<string | null> {
  if (!post.missedSlot || post.scheduledAt === null) return null;
  const calendar = await loadBusinessCalendar(trx, null, new Date(now));
  return new Date(nextSlot(calendar, post.scheduledAt.getTime(), now)).toISOString();
}

function presentHead(post: StoredPost) {
  return {
    id: post.id,
    status: post.status,
    version: post.version,
    content: presentContent(post.content),
    revision: post.revisionNumber,
    contentHash: post.contentHash,
    attention: post.attention,
    missedSlot: post.missedSlot,
    scheduledAt: post.scheduledAt?.toISOString() ?? null,
    publishedAt: post.publishedAt?.toISOString() ?? null,
    createdAt: post.createdAt.toISOString(),
    updatedAt: post.updatedAt.toISOString(),
  };
}

export function presentContent({ text, mediaIds, link, targets }: PostContent): PostView['content'] {
  return {
    text,
    mediaIds: [...mediaIds],
    link,
    targets: targets.map((target) => ({
      ...target,
      mediaIds: target.mediaIds === null ? null : [...target.mediaIds],
    })),
  };
}

async function presentJudgement(
  trx: TenantTransaction,
  content: PostContent,
  network: (id: ConnectionId) => PublishingNetwork,
): Promise<Pick<PostView, 'violations' | 'firstMediaKind'>> {
  const facts = await selectMediaFacts(trx, mediaIdsOf(content));
  const [first] = content.mediaIds;
  return {
    violations: violations(content, network, (id) => knownFacts(facts, id)).map(presentViolation),
    firstMediaKind: first === undefined ? null : knownFacts(facts, first).original.kind,
  };
}

export function presentViolation(violation: Violation): PostView['violations'][number] {
  return { ...violation, message: violationSentence(violation) };
}

/** Targets in the order in which the author put them. */
function inOrderOf({ targets }: PostContent, rows: readonly TargetRow[]): readonly TargetRow[] {
  const place = new Map(targets.map(({ connectionId }, index) => [connectionId, index]));
  return rows.toSorted((a, b) => (place.get(a.connection_id) ?? 0) - (place.get(b.connection_id) ?? 0));
}

function presentTarget(row: TargetRow): PostView['targets'][number] {
  return {
    id: row.id,
    connection: {
      id: row.connection_id,
      name: row.connection_name,
      network: row.network,
      state: row.connection_state,
    },
    state: row.state,
    reason: row.reason === null ? null : { ...row.reason, message: reasonSentence(row.reason.code) },
    permalink: row.permalink,
    publishedAt: row.published_at?.toISOString() ?? null,
    editedAt: row.edited_at?.toISOString() ?? null,
    editedText: row.edited_content?.targets.find((target) => target.connectionId === row.connection_id)?.text ?? null,
    removedAt: row.removed_at?.toISOString() ?? null,
  };
}

function presentCause(row: TargetRow): PostView['attentionCauses'] {
  if (row.state !== 'unconfirmed' && row.state !== 'parked') return [];
  return [
    {
      targetId: row.id,
      connectionId: row.connection_id,
      code: row.reason?.code ?? row.state,
      message: row.reason === null ? attentionSentence(row.state) : reasonSentence(row.reason.code),
    },
  ];
}

function strandedCause(approval: PostView['approval']): PostView['attentionCauses'] {
  if (approval === null || approval.outcome !== null || !approval.stranded) return [];
  const code = 'approval_stranded';
  return [{ targetId: null, connectionId: null, code, message: strandedSentence }];
}

/** The Temporal UI shows all tenants: its address is for the vendor's operators only. */
function runOf(
  { id, run }: StoredPost,
  { caller, services }: { caller: Caller; services: Reader['services'] },
): PostView['run'] {
  if (!caller.operator || run === 0) return null;
  const workflowId = postWorkflowId(caller.tenantId, id, run);
  const ui = services.temporalUi;
  const url = ui === null ? null : `${ui.url}/namespaces/${ui.namespace}/workflows/${encodeURIComponent(workflowId)}`;
  return { workflowId, url };
}

function networkOf(destinations: ReadonlyMap<ConnectionId, { network: PublishingNetwork }>) {
  return (id: ConnectionId): PublishingNetwork => {
    const destination = destinations.get(id);
    if (destination === undefined) throw new Error('a revision names a connection that the tenant does not have');
    return destination.network;
  };
}

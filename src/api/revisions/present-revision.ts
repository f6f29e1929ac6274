import { selectMemberNames } from '../../db/member-name.ts';
import type { StoredPost } from '../../db/post.ts';
import { type Decisions, type RevisionRow, selectDecisions, selectRevisionHashes } from '../../db/revision-read.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { UserId } from '../../domain/ids.ts';
import { revisionVotedOn } from '../../domain/revision.ts';
import { presentContent } from '../posts/present-post.ts';
import type { RevisionView } from './revision-schemas.ts';

/** Revisions of a post as callers see them, each with what was decided on it. */
export async function presentRevisions(
  trx: TenantTransaction,
  post: StoredPost,
  rows: readonly RevisionRow[],
): Promise<RevisionView[]> {
  const decisions = await selectDecisions(trx, post.id);
  const hashes = await selectRevisionHashes(trx, post.id);
  const names = await selectMemberNames(trx, peopleIn(decisions));
  const named = (id: UserId) => ({ id, name: names.get(id) ?? '' });
  const votes = decisions.votes.map((vote) => ({ ...vote, revision: revisionVotedOn(hashes, vote)?.number ?? null }));
  return rows.map((row) => ({
    number: row.number,
    current: row.number === post.revisionNumber,
    author: { id: row.author_id, name: row.author_name },
    createdAt: row.createdAt.toISOString(),
    contentHash: row.contentHash,
    content: presentContent(row.content),
    approvals: decisions.approvals
      .filter((approval) => approval.revision_number === row.number)
      .map((approval) => ({
        id: approval.id,
        outcome: approval.outcome,
        openedBy: named(approval.opened_by),
        openedAt: approval.opened_at.toISOString(),
        settledBy: approval.settled_by === null ? null : named(approval.settled_by),
        settledAt: approval.settled_at?.toISOString() ?? null,
      })),
    votes: votes
      .filter(({ revision }) => revision === row.number)
      .map((vote) => ({
        approvalId: vote.approval_id,
        step: vote.step_key,
        by: named(vote.user_id),
        verdict: vote.verdict,
        at: vote.at.toISOString(),
      })),
  }));
}

function peopleIn({ approvals, votes }: Decisions): readonly UserId[] {
  return [
    ...approvals.flatMap(({ opened_by: opener, settled_by: settler }) =>
      settler === null ? [opener] : [opener, settler],
    ),
    ...votes.map((vote) => vote.user_id),
  ];
}

import type { ContentHash } from './ids.ts';

interface Written {
  readonly number: number;
  readonly contentHash: ContentHash;
  readonly createdAt: Date;
}

/**
 * Which revision a vote was cast on: the latest one at that moment that says what the vote is bound to. Revisions that
 * say the same (one was restored, or a change taken back) are told apart by when they were written. Null if none says it.
 */
export function revisionVotedOn<Revision extends Written>(
  revisions: readonly Revision[],
  vote: { readonly contentHash: ContentHash; readonly at: Date },
): Revision | null {
  const saying = revisions.filter(({ contentHash }) => contentHash === vote.contentHash);
  const written = saying.filter(({ createdAt }) => createdAt <= vote.at);
  const candidates = written.length > 0 ? written : saying;
  return candidates.reduce<Revision | null>(
    (latest, revision) => (latest === null || revision.number > latest.number ? revision : latest),
    null,
  );
}

import type { ApprovalOutcome, Verdict } from '../../domain/approval.ts';
import type { EventKind } from '../../domain/event.ts';
import { type PublishingNetwork, networkNames } from '../../domain/network.ts';
import type { TargetReason, TargetState } from '../../domain/publication.ts';

/**
 * Every code that a reader of posts meets, as an English sentence. Only codes are stored: these sentences are made
 * late, here and in `content-sentences.ts`, so that another language is another pair of files.
 */

export function reasonSentence(code: TargetReason['code']): string {
  switch (code) {
    case 'content_refused':
      return 'The network refused the content.';
    case 'duplicate':
      return 'The network takes it for a copy of an earlier post.';
    case 'media_refused':
      return 'The network refused a picture, film or document.';
    case 'policy':
      return 'The network says that the post breaks its rules.';
    case 'quota':
      return 'The page has published as many posts as the network allows for now: it goes on by itself when it may.';
    case 'processing_failed':
      return 'The network could not process a picture, film or document.';
    case 'limits':
      return 'The content exceeds the limits of the network.';
    case 'no_answer':
      return 'The network did not answer for too long.';
    case 'given_up':
      return 'Somebody decided not to publish here any more.';
    case 'grant_gone':
      return 'The network no longer accepts the connection’s access: it has to be renewed.';
    case 'permission_lost':
      return 'The connection has lost a permission that publishing needs.';
    case 'answer_lost':
      return 'The network’s answer was lost: whether the post is out is being found out.';
    case 'halted':
      return 'All publication is stopped for now.';
    case 'suspended':
      return 'The connection is suspended: somebody has to resume it.';
    case 'slot_passed':
      return 'Its time passed while it was held back: somebody has to say whether it still goes out.';
    case 'ambiguous':
      return 'Several posts on the page could be this one: somebody has to say which.';
  }
}

/** Why a target that nobody gave a reason for needs a person. */
export function attentionSentence(state: TargetState): string {
  return state === 'parked'
    ? 'Waits until its connection works again.'
    : 'It is not known whether the network has published it.';
}

export const strandedSentence = 'Nobody is left who could approve the post.';

/** A page as people call it: several networks may have one of the same name. */
export function pageSentence(name: string, network: PublishingNetwork): string {
  return `${name} (${networkNames[network]})`;
}

export function outcomeWords(outcome: ApprovalOutcome): string {
  return outcome === 'changes_requested' ? 'sent back for changes' : outcome;
}

const verdictWords: Readonly<Record<Verdict, string>> = {
  approve: 'approved the post',
  reject: 'rejected the post',
  request_changes: 'asked for changes',
};

/** What an entry of the timeline tells, names filled in. `actor` is null for the process or a network. */
export interface Telling {
  readonly actor: string | null;
  /** The page that the entry is about. */
  readonly page: string | null;
  /** An instant that the entry speaks of, in the reader's time zone. */
  readonly instant: string | null;
  readonly verdict: Verdict | null;
  readonly reason: TargetReason['code'] | null;
  /** Of a duplication: whether this post is the copy. */
  readonly isCopy: boolean;
  /** Of a comment: whether it answers another. */
  readonly isAnswer: boolean;
  /** Somebody else whom the entry speaks of. */
  readonly other: string | null;
}

/** What can stand in the timeline of a post: each has its sentence, or this file does not compile. */
type TimelineKind = Extract<
  EventKind,
  `post.${string}` | `comment.${string}` | `target.${string}` | `approval.${string}`
>;

export function timelineSentence(
  kind: EventKind,
  { actor, page, instant, verdict, reason, isCopy, isAnswer, other }: Telling,
): string {
  const who = actor ?? 'Chorally';
  const where = page ?? 'a page';
  const why = reason === null ? '' : ` ${reasonSentence(reason)}`;
  const when = instant === null ? '' : ` for ${instant}`;
  const until = instant === null ? '' : `, until ${instant}`;
  const sentences: Partial<Record<EventKind, string>> & Record<TimelineKind, string> = {
    'post.created': `${who} wrote the draft.`,
    'post.edited': `${who} changed the post.`,
    'post.deleted': `${who} deleted the draft.`,
    'post.submitted': `${who} submitted the post.`,
    'post.approved': `The post was approved.`,
    'post.changes_requested': 'The post went back to its author for changes.',
    'post.rejected': 'The post was rejected.',
    'post.expired': 'The approval took too long: the post has expired.',
    'post.scheduled': actor === null ? `The post was scheduled${when}.` : `${actor} scheduled the post${when}.`,
    'post.rescheduled': `${who} moved the post${instant === null ? '' : ` to ${instant}`}.`,
    'post.cancelled': `${who} cancelled the post.`,
    'post.publish_now': `${who} asked to publish the post at once.`,
    'post.missed_slot': 'The planned time passed before the post could go out: it waits for a new one.',
    'post.publishing': 'Publication began.',
    'post.published': 'The post is published everywhere.',
    'post.partially_published': 'The post is published, but not everywhere.',
    'post.failed': 'The post was published nowhere.',
    'post.duplicated': isCopy ? `${who} made this draft from another post.` : `${who} copied the post to a new draft.`,
    'comment.created': isAnswer ? `${who} answered a comment.` : `${who} commented on the post.`,
    'comment.edited': `${who} changed a comment.`,
    'comment.deleted': `${who} deleted a comment.`,
    'target.sending': `The post is on its way to ${where}.`,
    'target.processing': `${where} has taken the post and is processing it.`,
    'target.published': `Published on ${where}.`,
    'target.rejected': `Not published on ${where}.${why}`,
    'target.unconfirmed': `Whether it is out on ${where} is not known yet.${why}`,
    'target.parked': `Publication on ${where} waits.${why}`,
    'target.released': `Publication on ${where} goes on.`,
    'target.edited': `${who} changed the text on ${where}.`,
    'target.removed': `${who} took the post down from ${where}.`,
    'target.retrying': `${where} asked to come again later.${why}`,
    'target.resolved': `${who} decided what happens on ${where}.`,
    'approval.vote': `${who} ${verdict === null ? 'voted' : verdictWords[verdict]}${other === null ? '' : ` for ${other}`}.`,
    'approval.requested': `The approvers were asked${until}.`,
    'approval.reopened': `The content has changed: its approvers were asked again${until}.`,
    'approval.reminded': 'The approvers were reminded.',
    'approval.escalated': 'The approval needs help: those named for that case may vote, too.',
    'approval.overdue': 'The time for the approval has run out; it goes on waiting.',
    'approval.expired': 'The time for the approval has run out.',
    'approval.stranded': strandedSentence,
    'approval.reassessed': 'The approval was judged again, since an approver has left or come back.',
    'approval.delegated': `${who} lets ${other ?? 'a colleague'} vote.`,
    'approval.skipped': `${who} went on without the votes that were missing, and said why.`,
  };
  return sentences[kind] ?? kind;
}

import { contentLimits } from './content-limits.ts';
import type { Instant } from './ids.ts';
import type { PublishingNetwork } from './network.ts';

export const targetStates = [
  'waiting',
  'sending',
  'processing',
  'published',
  'rejected',
  'unconfirmed',
  'parked',
  'cancelled',
] as const;

export type TargetState = (typeof targetStates)[number];

/** In these a target has yet to end: something goes out for it still, or may. */
export const openTargetStates = [
  'waiting',
  'sending',
  'processing',
  'unconfirmed',
  'parked',
] as const satisfies readonly TargetState[];

/** `armed` may still become anything; once `calling` the call may have gone out; the rest is over. */
export type AttemptState = 'armed' | 'calling' | 'done' | 'cancelled' | 'released';

/** What became of a grant that the network no longer honours: `gone` needs a new consent, `permission` a wider one. */
export type GrantProblem = 'gone' | 'permission';

/** Why a content will not go out, as a code that is turned into a sentence late. */
export interface PublishRefusal {
  readonly code:
    | 'content_refused'
    | 'duplicate'
    | 'media_refused'
    | 'policy'
    | 'quota'
    | 'processing_failed'
    | 'limits'
    | 'no_answer'
    | 'given_up';
  /** The network's own code, as text; its words are in Postgres only. */
  readonly providerCode: string | null;
}

/** What the API shows of a target that is not simply under way. */
export interface TargetReason {
  readonly code:
    | PublishRefusal['code']
    | 'grant_gone'
    | 'permission_lost'
    | 'answer_lost'
    | 'ambiguous'
    /** The tenant is stopped; the connection is suspended. */
    | 'halted'
    | 'suspended'
    /** The slot passed while the target was held: a person says whether it still goes out. */
    | 'slot_passed';
  readonly providerCode: string | null;
  readonly providerMessage: string | null;
}

/**
 * What `prepare` left at the network, as it is stored: ids and instants only. `anchor` is the one thing that the post
 * itself will show or be made of; `parts` are the uploads behind it, in the order of the media. An album has parts and
 * no anchor; a carousel has both. While parts are still being made it is `processing`, and `prepare` goes on from them.
 */
export type PreparedMedia =
  | { readonly state: 'ready'; readonly anchor: MediaAnchor | null; readonly parts: readonly MediaAnchor[] }
  | {
      readonly state: 'processing';
      readonly anchor: MediaAnchor | null;
      readonly parts: readonly MediaAnchor[];
      /** There is more to hand over: `prepare` goes on from here, and asking alone would change nothing. */
      readonly unfinished?: true;
    };

/** The network's id of an upload or container, which survives a lost answer. */
export interface MediaAnchor {
  readonly kind: 'photo' | 'container' | 'image' | 'video' | 'reel' | 'document';
  readonly id: string;
  /** Epoch milliseconds when it was made; networks forget it after a while. */
  readonly madeAt: Instant;
}

/** How far the preparation of a target came. */
export type PrepareResult =
  | { readonly kind: 'ready' }
  | { readonly kind: 'processing' }
  | { readonly kind: 'refused'; readonly refusal: PublishRefusal }
  | { readonly kind: 'grant_refused' };

/** What came of one attempt to publish. */
export type AttemptResult =
  /** `permalink` is false where the network has yet to tell it. */
  | { readonly kind: 'published'; readonly permalink?: boolean }
  /** The network has taken it and still works on it: nobody sees it yet, and no second call may go out. */
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly refusal: PublishRefusal }
  /** The network said that it has not taken the post and when to come again. `lapsed`: for its token, which is renewed. */
  | { readonly kind: 'retry_later'; readonly afterMs: number; readonly lapsed?: true }
  | { readonly kind: 'grant_refused' }
  /** The call may have gone out and no answer came. */
  | { readonly kind: 'unconfirmed'; readonly callingAt: Instant }
  /**
   * Nothing was called: the attempt was taken back by a shutdown or fence, or by cancel, reschedule and edit; or the page
   * may publish no more for now, and the next attempt is due after `afterMs`.
   */
  | { readonly kind: 'not_sent'; readonly afterMs?: number }
  /** It was due while its tenant was stopped or its connection suspended: nothing was sent. */
  | { readonly kind: 'held'; readonly by: 'halt' | 'suspension' };

export type AttemptAnswer = AttemptResult | { readonly kind: 'absent' } | { readonly kind: 'resolved' };

/** What asking the network for a post with a lost answer brought. */
export type LookResult =
  | { readonly kind: 'published' }
  /** The call did arrive, and the network still works on what it brought. */
  | { readonly kind: 'accepted' }
  | { readonly kind: 'absent' }
  /** Several posts could be ours: a person decides. */
  | { readonly kind: 'ambiguous' }
  /** A person has resolved it meanwhile: their word is on its way to the process. */
  | { readonly kind: 'resolved' }
  /** The attempt turned out to have an answer of another kind after all. */
  | { readonly kind: 'answered'; readonly result: AttemptResult };

/** How far the network is with a post that it has accepted. */
export type FollowResult =
  | { readonly kind: 'published' }
  | { readonly kind: 'processing' }
  /** It has been processing for too long: a person decides. */
  | { readonly kind: 'doubtful' }
  | { readonly kind: 'refused'; readonly refusal: PublishRefusal };

export type Resolution =
  | { readonly kind: 'published'; readonly providerPostId: string; readonly permalink: string }
  | { readonly kind: 'send_again' }
  | { readonly kind: 'give_up' };

/** When the network is asked for a post whose answer was lost, counted from the call. */
export const lookAfterMs: readonly number[] = [5_000, 30_000, 120_000, 600_000];

/** How long before the instant uploads and containers are made, and the span over which targets are spread. */
export const prepareLeadMs = 15 * 60_000;
const prepareSpreadMs = 5 * 60_000;

/** How long before the instant an attempt is handed to a worker, which then waits for the instant itself. */
const armLeadMs = 60_000;
const armSpreadMs = 35_000;

/** When to prepare and when to arm a post due at `slot`. `spread` in [0, 1) keeps posts of one instant apart. */
export function leadTimes(slot: Instant, spread: number): { prepareAt: Instant; armAt: Instant } {
  return {
    prepareAt: Math.round(slot - prepareLeadMs + spread * prepareSpreadMs),
    armAt: Math.round(slot - armLeadMs + spread * armSpreadMs),
  };
}

/** A number in [0, 1) that is always the same for one id (FNV-1a). */
export function spreadOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i += 1) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}

/**
 * Whether an unanswered call may be repeated without a person once the network has shown no trace of it: only where a
 * second copy would be refused.
 */
export function repeatsByItself(network: PublishingNetwork): boolean {
  return contentLimits[network].refusesDuplicates;
}

export type PublicationOutcome = 'published' | 'partially_published' | 'failed';

/** How the whole post ended, from the ends of its targets. */
export function publicationOutcome(targets: readonly ('published' | 'rejected')[]): PublicationOutcome {
  const published = targets.filter((target) => target === 'published').length;
  if (published === 0) return 'failed';
  return published === targets.length ? 'published' : 'partially_published';
}

/** How long to wait before asking a network again whether it has processed what it was given. */
export function prepareWaitMs(round: number): number {
  return Math.min(60_000, 2_000 * 2 ** Math.min(round, 10));
}

/** How long a network may work on what it has accepted before a person is asked to look. */
export const acceptedPatienceMs = 24 * 60 * 60_000;

/** How long to wait before asking again whether a page that has used up its posts may publish: its window slides. */
export const quotaWaitMs = 10 * 60_000;

/** How long to wait before trying again what failed `round` times: 2 s doubling to 5 minutes. */
export function retryWaitMs(round: number): number {
  return Math.min(300_000, 1_000 * 2 ** Math.min(Math.max(round, 1), 10));
}

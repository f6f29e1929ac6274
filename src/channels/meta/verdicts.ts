import type { ChannelErrorClass } from '../channel.ts';
import type { GrantProblem, PublishRefusal } from '../../domain/publication.ts';

/** What an error code of the Graph API means for us. */
export interface MetaVerdict {
  readonly class: ChannelErrorClass | 'trouble';
  readonly grantProblem?: GrantProblem;
  readonly refusal?: PublishRefusal['code'];
  /** Where the code itself says for how long, and no header does. */
  readonly retryAfterMs?: number;
}

/**
 * The meaning of `code` and `error_subcode`; `null` for what nobody has documented. The subcode, where known, is more
 * exact than the code; the HTTP status says nothing (throttling comes as 400 and 403, lost permissions as 500). The
 * words count only where the code for a wrong parameter stands for a permission.
 *
 * Sources: Meta's error handling, content publishing, rate limit and WhatsApp error pages; subcodes also as met in the
 * field.
 */
export function metaVerdict(code: number | null, subcode: number | null, words = ''): MetaVerdict | null {
  if (code === tokenInvalid) return tokenSubcodes.get(subcode ?? 0) ?? tokenLapsed;
  const bySubcode = subcode === null ? undefined : subcodes.get(subcode);
  if (bySubcode !== undefined) return bySubcode;
  if (code === null) return null;
  // Business use cases throttle with a code each.
  if (code >= 80_000 && code <= 80_014) return throttled;
  if (code >= 200 && code <= 299) return permissionLost;
  if (code === 100 && /^\(#100\) Missing permissions?\b/i.test(words)) return permissionLost;
  return codes.get(code) ?? null;
}

/** The object that a request addressed is gone, or was never there for this token. */
export function isObjectGone(code: number | null, subcode: number | null): boolean {
  return (code === 100 && subcode === 33) || code === 803;
}

const tokenInvalid = 190;
const tokenLapsed: MetaVerdict = { class: 'refresh_token', grantProblem: 'gone' };
const permissionLost: MetaVerdict = { class: 'refresh_token', grantProblem: 'permission' };
const grantGone: MetaVerdict = { class: 'disconnected', grantProblem: 'gone' };
const throttled: MetaVerdict = { class: 'retry_later' };
const passing: MetaVerdict = { class: 'retry_later' };
const refused = (refusal: PublishRefusal['code']): MetaVerdict => ({ class: 'content_refused', refusal });

const tokenSubcodes: ReadonlyMap<number, MetaVerdict> = new Map([
  [458, grantGone], // the person removed the app
  [460, grantGone], // password changed
  [492, grantGone], // no role on the page any more
  [459, tokenLapsed], // the person must pass a check at Facebook
  [463, tokenLapsed],
  [464, tokenLapsed],
  [467, tokenLapsed],
]);

const codes: ReadonlyMap<number, MetaVerdict> = new Map([
  // WhatsApp's word for a token that has lapsed or was taken back.
  [0, tokenLapsed],
  [1, { class: 'trouble' }],
  [2, { class: 'trouble' }],
  [3, permissionLost],
  [4, throttled],
  [17, throttled],
  [32, throttled],
  [341, throttled],
  [613, throttled],
  [10, permissionLost],
  [102, tokenLapsed],
  [100, refused('content_refused')],
  // Blocked for a while: Meta says to wait, not for how long.
  [368, { class: 'retry_later', retryAfterMs: 60 * 60_000 }],
  [506, refused('duplicate')],
  [352, refused('media_refused')], // a film in a format that is not taken
  [389, refused('media_refused')], // a film that could not be fetched
  [6000, refused('media_refused')], // a film that is broken
  [9004, refused('media_refused')], // the image could not be fetched
  [36_003, refused('media_refused')], // its proportions

  // WhatsApp.
  [130_429, throttled], // by number
  [131_048, throttled], // for spam
  [131_056, throttled], // by number and recipient
  [131_057, { class: 'trouble' }], // the number is being moved
  [133_016, throttled], // registrations of a number
  [131_016, { class: 'trouble' }],
  [131_005, permissionLost],
]);

const subcodes: ReadonlyMap<number, MetaVerdict> = new Map<number, MetaVerdict>([
  // Any object: gone, or not ours any more.
  [33, grantGone],

  // Facebook pages.
  [1_363_040, refused('media_refused')], // a reel: its proportions
  [1_363_127, refused('media_refused')], // its resolution
  [1_363_128, refused('media_refused')], // its length
  [1_363_129, refused('media_refused')], // its frame rate
  [1_366_046, refused('media_refused')], // over 4 MB, or neither JPEG nor PNG
  [2_069_019, refused('media_refused')],
  [1_366_051, refused('duplicate')],
  [1_346_003, refused('policy')],
  [1_404_102, refused('policy')],
  [1_404_006, refused('policy')],
  [1_404_112, refused('policy')],
  [1_609_008, refused('content_refused')], // links to facebook.com
  [2_061_006, refused('content_refused')],
  [1_349_125, refused('content_refused')],
  [1_390_008, { class: 'retry_later', retryAfterMs: 15 * 60_000 }], // too fast
  [1_363_047, passing],
  [1_609_010, passing],
  [1_404_078, permissionLost], // the page needs publishing authorisation
  [4_854_002, permissionLost],

  // Instagram.
  // Nothing is wrong with the post: the page may publish again when its window has moved on.
  [2_207_042, { class: 'retry_later', refusal: 'quota' }],
  [2_207_001, refused('policy')], // held for spam
  [2_207_050, refused('policy')], // account restricted
  [2_207_051, refused('policy')], // action blocked
  [2_207_004, refused('media_refused')],
  [2_207_005, refused('media_refused')],
  [2_207_009, refused('media_refused')],
  [2_207_023, refused('media_refused')],
  [2_207_026, refused('media_refused')],
  [2_207_028, refused('media_refused')], // a carousel of fewer than 2 or more than 10
  [2_207_057, refused('media_refused')], // a cover from outside the film
  [2_207_010, refused('content_refused')], // caption
  [2_207_003, passing], // fetching the media took too long
  [2_207_006, passing], // container unknown: it is made anew
  [2_207_008, passing], // container expired: likewise
  [2_207_020, passing],
  [2_207_027, passing], // container not ready yet
  [2_207_032, passing],
  [2_207_052, passing],
  [2_207_053, passing],
  [2_207_082, passing],
]);

import type { GrantProblem } from '../../domain/publication.ts';
import type { ChannelErrorClass, ProviderAnswer } from '../channel.ts';

/** What an error of Google means for us. */
export interface GoogleVerdict {
  readonly class: ChannelErrorClass;
  readonly grantProblem?: GrantProblem;
  /** The quota is counted by the day: nothing comes before it is counted anew. */
  readonly untilReset?: true;
}

/**
 * The meaning of an error; `null` where only the status can be judged. The reason is more exact than the status:
 * throttling comes as 403 and 429, a missing role as 401 and 403.
 *
 * Sources: Google's error pages for YouTube, Gmail, Business Profile and OAuth, and bodies met in the field.
 */
export function googleVerdict({ status, code, message }: ProviderAnswer): GoogleVerdict | null {
  if (code === 'invalid_grant') return isAboutClock(message) ? null : grantGone;
  if (isOurs(code, message)) return null;
  const byCode = code === null ? undefined : codes.get(code);
  if (byCode !== undefined) return byCode;
  if (code === 'failedPrecondition') return isAboutNoMailbox(message) ? permissionLost : null;
  // Whatever else a 401 says: this token is not honoured, and a new one may be.
  return status === 401 ? tokenLapsed : null;
}

/** How long until the quotas that are counted by the day are counted anew: at midnight in California. */
export function msUntilQuotaReset(nowMs: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/Los_Angeles',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(nowMs);
  const part = (type: 'hour' | 'minute' | 'second'): number =>
    Number(parts.find((candidate) => candidate.type === type)?.value);
  const passedMs = ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1_000;
  // On the two days a year that are not 24 hours long it is an hour off, which the next answer mends.
  return 24 * 60 * 60_000 - passedMs;
}

const tokenLapsed: GoogleVerdict = { class: 'refresh_token', grantProblem: 'gone' };
const permissionLost: GoogleVerdict = { class: 'refresh_token', grantProblem: 'permission' };
const grantGone: GoogleVerdict = { class: 'disconnected', grantProblem: 'gone' };
const throttled: GoogleVerdict = { class: 'retry_later' };
const usedUp: GoogleVerdict = { class: 'retry_later', untilReset: true };

const codes: ReadonlyMap<string, GoogleVerdict> = new Map([
  ['invalid_token', tokenLapsed],
  ['UNAUTHENTICATED', tokenLapsed],
  ['authError', tokenLapsed],

  ['ACCESS_TOKEN_SCOPE_INSUFFICIENT', permissionLost],
  ['insufficientPermissions', permissionLost],
  ['PERMISSION_DENIED', permissionLost],
  ['forbidden', permissionLost],
  ['permissionDenied', permissionLost], // Google Play says it as 401
  ['domainPolicy', permissionLost], // an administrator has closed Gmail to apps

  ['authenticatedUserAccountClosed', grantGone],
  ['authenticatedUserAccountSuspended', grantGone],

  ['rateLimitExceeded', throttled],
  ['userRateLimitExceeded', throttled],
  ['concurrentLimitExceeded', throttled],
  ['RATE_LIMIT_EXCEEDED', throttled],
  ['RESOURCE_EXHAUSTED', throttled],
  ['quotaExceeded', usedUp],
  ['dailyLimitExceeded', usedUp],
]);

/** Errors that speak of our client, our project or our request, not of the grant. */
function isOurs(code: string | null, message: string | null): boolean {
  if (code === 'forbidden' || code === 'PERMISSION_DENIED') return message?.includes('Cloud PubSub') === true;
  return code !== null && ourMistakes.has(code);
}

const ourMistakes: ReadonlySet<string> = new Set([
  'invalid_client',
  'deleted_client',
  'unauthorized_client',
  'redirect_uri_mismatch',
  'invalid_scope',
  'unsupported_grant_type',
  'SERVICE_DISABLED',
  'accessNotConfigured',
  'projectNotLinked',
]);

/** A signed request of a clock that is wrong is refused like a key that is gone. */
const isAboutClock = (message: string | null): boolean => message?.includes('reasonable timeframe') === true;

/** The company's administrator has taken the mailbox away, or there never was one. */
const isAboutNoMailbox = (message: string | null): boolean => message?.includes('Mail service not enabled') === true;

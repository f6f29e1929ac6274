import { z } from 'zod';
import { ChannelError, type ChannelErrorFacts, type ProviderAnswer } from '../channel.ts';
import type { HttpAnswer } from '../http.ts';
import { type Repeat, unexplained } from '../server-trouble.ts';
import type { Sender } from './api.ts';

/** The API's own form. */
const problemBody = z.object({
  type: z.string(),
  title: z.string().optional(),
  detail: z.string().optional(),
  errors: z.array(z.object({ message: z.string().optional() })).optional(),
});

/** The token endpoint speaks OAuth. */
const oauthBody = z.object({ error: z.string(), error_description: z.string().optional() });

/** The error that an unsuccessful answer of X stands for. */
export function xError(
  answer: HttpAnswer,
  { sender, repeat, nowMs }: { readonly sender: Sender['kind']; readonly repeat: Repeat; readonly nowMs: number },
): ChannelError {
  const provider = providerAnswer(answer);
  if (answer.status === 429) return throttled(answer, provider, nowMs);
  const facts = factsOf(answer.status, sender, provider);
  if (facts === null) return unexplained('x', answer, repeat, provider, nowMs);
  return new ChannelError(`x refused the request (${provider.code ?? `HTTP ${answer.status}`}).`, {
    ...facts,
    mayHaveActed: false,
    provider,
  });
}

/** Whether X says that it knows no such token, in the words that it has for a spent one as well. */
export function saysTokenGone(error: unknown): boolean {
  return error instanceof ChannelError && error.grantProblem === 'gone';
}

function providerAnswer(answer: HttpAnswer): ProviderAnswer {
  const oauth = oauthBody.safeParse(answer.json);
  if (oauth.success) return said(answer, oauth.data.error, oauth.data.error_description);
  const problem = problemBody.safeParse(answer.json);
  if (!problem.success) return said(answer, null, undefined);
  const { type, detail, title, errors = [] } = problem.data;
  // The types' host has changed from api.twitter.com to api.x.com; their last part has not.
  const code = /\/problems\/([\w-]+)$/.exec(type)?.[1] ?? null;
  return said(answer, code, errors.find(({ message }) => message !== undefined)?.message ?? detail ?? title);
}

function said({ status, quote }: HttpAnswer, code: string | null, words: string | undefined): ProviderAnswer {
  return { status, code, message: words === undefined ? null : quote(words) };
}

/** What status and words mean for the grant; `null` where they mean nothing for it. */
function factsOf(
  status: number,
  sender: Sender['kind'],
  { code, message }: ProviderAnswer,
): Omit<ChannelErrorFacts, 'mayHaveActed'> | null {
  if (sender === 'client') {
    const gone = code === 'invalid_grant' || (code === 'invalid_request' && message === unknownToken);
    return gone ? { class: 'disconnected', grantProblem: 'gone' } : null;
  }
  // What is wrong with the app's own token is nothing that anybody's consent could mend.
  if (sender === 'app' || (code !== null && ourMistakes.has(code))) return null;
  if (status === 401) return { class: 'refresh_token', grantProblem: 'gone' };
  if (status === 403) return { class: 'refresh_token', grantProblem: 'permission' };
  return null;
}

/**
 * X has no code of its own for a refresh token that is spent, revoked or expired: only these words under
 * `invalid_request`, which it also says when a parameter is missing.
 */
const unknownToken = 'Value passed for the token was invalid.';

/** Problems that speak of our app or our request: a person who consents again changes nothing. */
const ourMistakes: ReadonlySet<string> = new Set(['client-forbidden', 'invalid-request', 'unsupported-authentication']);

/** X names the instant at which the window ends. A used-up monthly cap (`usage-capped`) has none. */
function throttled(answer: HttpAnswer, provider: ProviderAnswer, nowMs: number): ChannelError {
  const resetS = Number(answer.headers['x-rate-limit-reset'] ?? Number.NaN);
  const known = Number.isFinite(resetS) && provider.code !== 'usage-capped';
  return new ChannelError('x asks for a pause.', {
    class: 'retry_later',
    mayHaveActed: false,
    retryAfterMs: known ? Math.max(0, resetS * 1000 - nowMs) : null,
    provider,
  });
}

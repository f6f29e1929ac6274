import { z } from 'zod';
import { ChannelError, type ProviderAnswer } from '../channel.ts';
import type { HttpAnswer } from '../http.ts';
import { retryAfterMs } from '../http/retry.ts';
import { type Repeat, unexplained } from '../server-trouble.ts';
import type { GoogleNetwork } from './rest.ts';
import { googleVerdict, msUntilQuotaReset } from './verdicts.ts';

/**
 * Google's APIs have two forms of the same error: the older ones list `errors` with a `reason`, the newer ones say a
 * `status` and, in `details`, an `ErrorInfo` with a `reason` of its own. Some send both.
 */
const apiBody = z.object({
  error: z.object({
    message: z.string().optional(),
    status: z.string().optional(),
    errors: z.array(z.object({ reason: z.string().optional() })).optional(),
    details: z
      .array(z.object({ reason: z.string().optional(), metadata: z.record(z.string(), z.unknown()).optional() }))
      .optional(),
  }),
});

/** The authorisation server speaks OAuth. */
const oauthBody = z.object({ error: z.string(), error_description: z.string().optional() });

/** The error that an unsuccessful answer of Google stands for. */
export function googleError(network: GoogleNetwork, answer: HttpAnswer, repeat: Repeat, nowMs: number): ChannelError {
  const provider = providerAnswer(answer);
  if (hasNoQuotaAtAll(answer)) {
    return new ChannelError(`${network} has not opened its API to our project: its quota is 0.`, {
      class: 'unknown',
      mayHaveActed: false,
      provider,
    });
  }
  const verdict = googleVerdict(provider);
  if (verdict === null) return unexplained(network, answer, repeat, provider, nowMs);
  return new ChannelError(`${network} refused the request (${provider.code ?? `HTTP ${answer.status}`}).`, {
    class: verdict.class,
    mayHaveActed: false,
    grantProblem: verdict.grantProblem ?? null,
    retryAfterMs:
      verdict.class === 'retry_later'
        ? (retryAfterMs(answer.headers, nowMs) ?? (verdict.untilReset === true ? msUntilQuotaReset(nowMs) : null))
        : null,
    provider,
  });
}

/** Whether an error says that the addressed object is gone, or out of this token's sight. */
export function saysGone(error: unknown): error is ChannelError {
  return error instanceof ChannelError && error.provider?.status === 404 && goneCodes.has(error.provider.code ?? '');
}

/** The same, for an object that the token could act for before: what was granted is gone. */
export function withoutObject(network: GoogleNetwork, { provider }: ChannelError): ChannelError {
  return new ChannelError(`${network} no longer has what was connected.`, {
    class: 'disconnected',
    mayHaveActed: false,
    grantProblem: 'gone',
    provider,
  });
}

const goneCodes: ReadonlySet<string> = new Set(['NOT_FOUND', 'notFound', 'applicationNotFound']);

function providerAnswer(answer: HttpAnswer): ProviderAnswer {
  const oauth = oauthBody.safeParse(answer.json);
  if (oauth.success) {
    const words = oauth.data.error_description;
    return { status: answer.status, code: oauth.data.error, message: words === undefined ? null : answer.quote(words) };
  }
  const body = apiBody.safeParse(answer.json);
  if (!body.success) return { status: answer.status, code: null, message: null };
  const { message, status, errors, details } = body.data.error;
  return {
    status: answer.status,
    // From the most exact to the least.
    code:
      details?.find(({ reason }) => reason !== undefined)?.reason ??
      errors?.find(({ reason }) => reason !== undefined)?.reason ??
      status ??
      null,
    message: message === undefined ? null : answer.quote(message),
  };
}

/** Business Profile's APIs give a project that Google has not approved yet a quota of 0, and answer 429 for ever. */
function hasNoQuotaAtAll(answer: HttpAnswer): boolean {
  const body = apiBody.safeParse(answer.json);
  return (
    body.success && body.data.error.details?.some(({ metadata }) => metadata?.['quota_limit_value'] === '0') === true
  );
}

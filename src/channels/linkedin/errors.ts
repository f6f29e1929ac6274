import { z } from 'zod';
import { ChannelError, type ChannelErrorFacts, type ProviderAnswer } from '../channel.ts';
import type { HttpAnswer } from '../http.ts';
import { type Repeat, unexplained } from '../server-trouble.ts';

const apiBody = z.object({
  message: z.string().optional(),
  code: z.string().optional(),
  serviceErrorCode: z.number().optional(),
  errorDetails: z.object({ inputErrors: z.array(z.object({ code: z.string().optional() })).optional() }).optional(),
});

/** The token endpoint speaks OAuth, not LinkedIn's own form. */
const oauthBody = z.object({ error: z.string(), error_description: z.string().optional() });

/** The error that an unsuccessful answer of LinkedIn stands for. */
export function linkedinError(answer: HttpAnswer, repeat: Repeat, nowMs: number): ChannelError {
  const provider = providerAnswer(answer);
  const facts = factsOf(answer.status, provider);
  if (facts === null) return unexplained('linkedin', answer, repeat, provider, nowMs);
  return new ChannelError(`linkedin refused the request (${provider.code ?? `HTTP ${answer.status}`}).`, {
    ...facts,
    mayHaveActed: false,
    provider,
  });
}

/** Whether an error says that the addressed object is gone. */
export function saysGone(error: unknown): error is ChannelError {
  return error instanceof ChannelError && (error.provider?.status === 404 || error.provider?.status === 410);
}

function providerAnswer(answer: HttpAnswer): ProviderAnswer {
  const oauth = oauthBody.safeParse(answer.json);
  if (oauth.success) {
    const words = oauth.data.error_description;
    return {
      status: answer.status,
      code: oauth.data.error,
      message: words === undefined ? null : answer.quote(words),
    };
  }
  const body = apiBody.safeParse(answer.json);
  if (!body.success) return { status: answer.status, code: null, message: null };
  const { code, serviceErrorCode, message, errorDetails } = body.data;
  const detail = errorDetails?.inputErrors?.find((error) => error.code !== undefined)?.code;
  return {
    status: answer.status,
    // From the most exact to the least.
    code: detail ?? code ?? (serviceErrorCode === undefined ? null : String(serviceErrorCode)),
    message: message === undefined ? null : answer.quote(message),
  };
}

/** What status and code mean; `null` where only the status can be judged. */
function factsOf(status: number, { code, message }: ProviderAnswer): Omit<ChannelErrorFacts, 'mayHaveActed'> | null {
  if (code !== null && deadGrants.has(code)) return { class: 'disconnected', grantProblem: 'gone' };
  if (code !== null && ourMistakes.has(code)) return null;
  if (status === 401) return { class: 'refresh_token', grantProblem: 'gone' };
  if (status === 403) return { class: 'refresh_token', grantProblem: 'permission' };
  if (code === 'DUPLICATE_POST') {
    return {
      class: 'content_refused',
      refusal: { code: 'duplicate', providerCode: code },
      duplicateOf: message?.match(/urn:li:(?:share|ugcPost):\d+/)?.[0] ?? null,
    };
  }
  if (status === 400 || status === 413 || status === 422) {
    return { class: 'content_refused', refusal: { code: 'content_refused', providerCode: code } };
  }
  return null;
}

/**
 * The refresh token is of no use any more. A `REVOKED_ACCESS_TOKEN` is no proof of that: LinkedIn says it of a new token,
 * too, for some seconds after it has given it (as met in the field). Whether the grant is gone shows when it is renewed.
 */
const deadGrants: ReadonlySet<string> = new Set(['invalid_grant']);

/** OAuth codes that speak of our app or our request, not of the grant. */
const ourMistakes: ReadonlySet<string> = new Set([
  'invalid_client',
  'invalid_client_id',
  'unauthorized_client',
  'invalid_request',
  'unsupported_grant_type',
]);

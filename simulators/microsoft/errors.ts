import { randomUUID } from 'node:crypto';
import { Refused } from '../kernel/operation.ts';

/** A refusal of Graph. */
export const graphRefused = (status: number, code: string, message: string): Refused =>
  new Refused({ status, body: graphBody(code, message) });

function graphBody(code: string, message: string): unknown {
  const innerError = {
    date: new Date().toISOString().slice(0, 19),
    'request-id': randomUUID(),
    'client-request-id': randomUUID(),
  };
  return { error: { code, message, innerError } };
}

/** A refusal of the login service, by its number; `suberror` where there is one. */
export function loginRefused(number: keyof typeof sentences): Refused {
  const { error, sentence, suberror }: Sentence = sentences[number];
  const trace = randomUUID();
  const correlation = randomUUID();
  const timestamp = `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const body = {
    error,
    error_description: `AADSTS${number}: ${sentence} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
    error_codes: [number],
    timestamp,
    trace_id: trace,
    correlation_id: correlation,
    error_uri: `https://login.microsoftonline.com/error?code=${number}`,
    ...(suberror === undefined ? {} : { suberror }),
  };
  return new Refused({ status: error === 'invalid_client' ? 401 : 400, body });
}

interface Sentence {
  readonly error: string;
  readonly sentence: string;
  readonly suberror?: string;
}

const invalidGrant = (sentence: string, suberror?: string): Sentence => ({
  error: 'invalid_grant',
  sentence,
  ...(suberror === undefined ? {} : { suberror }),
});

/** Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const sentences = {
  50_173: invalidGrant(
    'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
    'bad_token',
  ),
  65_001: invalidGrant(
    'The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.',
    'consent_required',
  ),
  70_000: invalidGrant('The provided value for the input parameter is not valid.'),
  54_005: invalidGrant(
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  ),
  70_008: invalidGrant(
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  ),
  700_082: invalidGrant('The refresh token has expired due to inactivity.'),
  500_112: invalidGrant(
    'The reply address does not match the reply address that was provided when requesting Authorization code.',
  ),
  501_481: invalidGrant('The Code_Verifier does not match the code_challenge supplied in the authorization request.'),
  700_005: invalidGrant('The provided authorization code is intended to be used with another client.'),
  7_000_215: {
    error: 'invalid_client',
    sentence:
      'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.',
  },
  70_003: { error: 'unsupported_grant_type', sentence: 'The app returned an unsupported grant type.' },
} as const satisfies Readonly<Record<number, Sentence>>;

/** What Microsoft says of its own accord when it answers with `status`. */
export function microsoftTrouble(status: number): unknown {
  if (status === 429) return graphBody('TooManyRequests', 'Too many requests. Please retry after some time.');
  if (status >= 500) return graphBody('ServiceUnavailable', 'The service is temporarily unavailable.');
  return graphBody('BadRequest', 'Bad request.');
}

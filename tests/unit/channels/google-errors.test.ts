import { describe, expect, it } from 'vitest';
import { googleError, saysGone } from '../../../src/channels/google/errors.ts';
import { noon } from './channel-http.ts';
import { received } from './received-answer.ts';

/** The older form, a reason in a list. */
const reason = (code: number, name: string, message = 'Words') => ({
  error: { code, message, errors: [{ message, domain: 'global', reason: name }] },
});
/** The newer form, a status and perhaps an ErrorInfo. */
const status = (code: number, name: string, info?: string, metadata: Readonly<Record<string, string>> = {}) => ({
  error: {
    code,
    message: 'Words',
    status: name,
    ...(info === undefined
      ? {}
      : { details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: info, metadata }] }),
  },
});
const oauth = (error: string, description = 'Words') => ({ error, error_description: description });

describe('an error of Google', () => {
  it.each([
    // [HTTP status, body, class, grant problem]
    [401, status(401, 'UNAUTHENTICATED'), 'refresh_token', 'gone'],
    [401, reason(401, 'authError'), 'refresh_token', 'gone'],
    [401, reason(401, 'required'), 'refresh_token', 'gone'],
    // So says the server that tells who somebody is.
    [401, oauth('invalid_request', 'Invalid Credentials'), 'refresh_token', 'gone'],
    [400, oauth('invalid_token', 'Invalid Value'), 'refresh_token', 'gone'],

    [401, reason(401, 'permissionDenied'), 'refresh_token', 'permission'],
    [403, reason(403, 'insufficientPermissions'), 'refresh_token', 'permission'],
    [403, status(403, 'PERMISSION_DENIED'), 'refresh_token', 'permission'],
    [403, status(403, 'PERMISSION_DENIED', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'), 'refresh_token', 'permission'],
    [403, reason(403, 'domainPolicy'), 'refresh_token', 'permission'],
    [400, reason(400, 'failedPrecondition', 'Mail service not enabled'), 'refresh_token', 'permission'],

    [400, oauth('invalid_grant', 'Token has been expired or revoked.'), 'disconnected', 'gone'],
    [400, oauth('invalid_grant', 'Bad Request'), 'disconnected', 'gone'],
    [400, oauth('invalid_grant', 'Account has been deleted'), 'disconnected', 'gone'],
    [400, oauth('invalid_grant', 'reauth related error (invalid_rapt)'), 'disconnected', 'gone'],
    [403, reason(403, 'authenticatedUserAccountSuspended'), 'disconnected', 'gone'],

    [403, reason(403, 'rateLimitExceeded'), 'retry_later', null],
    [403, reason(403, 'userRateLimitExceeded'), 'retry_later', null],
    [403, reason(403, 'quotaExceeded'), 'retry_later', null],
    [429, status(429, 'RESOURCE_EXHAUSTED'), 'retry_later', null],
    [429, status(429, 'RESOURCE_EXHAUSTED', 'RATE_LIMIT_EXCEEDED', { quota_limit_value: '300' }), 'retry_later', null],

    // What is wrong with our client, our project or our clock says nothing about a grant.
    [401, oauth('invalid_client', 'Unauthorized'), 'unknown', null],
    [401, oauth('deleted_client', 'The OAuth client was deleted.'), 'unknown', null],
    [403, status(403, 'PERMISSION_DENIED', 'SERVICE_DISABLED'), 'unknown', null],
    [403, reason(403, 'accessNotConfigured'), 'unknown', null],
    [429, status(429, 'RESOURCE_EXHAUSTED', 'RATE_LIMIT_EXCEEDED', { quota_limit_value: '0' }), 'unknown', null],
    [
      400,
      oauth(
        'invalid_grant',
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.',
      ),
      'unknown',
      null,
    ],
    [403, reason(403, 'forbidden', 'Error sending test message to Cloud PubSub projects/p/topics/t'), 'unknown', null],

    // Nor does what nobody has taught us.
    [403, reason(403, 'somethingNew'), 'unknown', null],
    [403, '<html>Our systems have detected unusual traffic</html>', 'unknown', null],
    [400, reason(400, 'failedPrecondition', 'Precondition check failed.'), 'unknown', null],
  ] as const)('HTTP %i %j: %s, %s', (httpStatus, body, expected, grantProblem) => {
    const error = googleError('gmail', received(httpStatus, body), 'harmless', noon);

    expect(error).toMatchObject({ class: expected, grantProblem, mayHaveActed: false });
  });

  it('tells the most exact of its codes', () => {
    const body = {
      error: {
        code: 403,
        message: 'Request had insufficient authentication scopes.',
        errors: [{ message: 'Insufficient Permission', domain: 'global', reason: 'insufficientPermissions' }],
        status: 'PERMISSION_DENIED',
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' }],
      },
    };

    expect(googleError('gmail', received(403, body), 'harmless', noon).provider).toEqual({
      status: 403,
      code: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
      message: 'Request had insufficient authentication scopes.',
    });
  });

  it.each([
    // Midnight in California is 07:00 UTC in summer and 08:00 UTC in winter.
    ['2026-07-01T06:59:00Z', 60_000],
    ['2026-07-01T07:00:00Z', 24 * 60 * 60_000],
    ['2026-12-01T05:30:00Z', 2.5 * 60 * 60_000],
  ])('a daily quota that is used up at %s begins anew in %i ms', (now, expected) => {
    const answer = received(403, reason(403, 'quotaExceeded'));

    expect(googleError('youtube', answer, 'harmless', Date.parse(now)).retryAfterMs).toBe(expected);
  });

  it('carries the wish of Retry-After', () => {
    const answer = received(429, status(429, 'RESOURCE_EXHAUSTED'), { 'retry-after': '90' });

    expect(googleError('google_play', answer, 'harmless', noon).retryAfterMs).toBe(90_000);
  });

  it.each([500, 502, 503, 504])('HTTP %i is trouble that passes', (httpStatus) => {
    const answer = received(httpStatus, reason(httpStatus, 'backendError'));

    expect(googleError('youtube', answer, 'harmless', noon)).toMatchObject({
      class: 'retry_later',
      grantProblem: null,
    });
    expect(googleError('youtube', answer, 'never', noon)).toMatchObject({ class: 'unknown', mayHaveActed: true });
  });

  it('says that an object is gone only in the words of its API', () => {
    const gone = (body: unknown) => saysGone(googleError('google_business', received(404, body), 'harmless', noon));

    expect(gone(status(404, 'NOT_FOUND'))).toBe(true);
    expect(gone(reason(404, 'applicationNotFound'))).toBe(true);
    // An address that Google's front does not know.
    expect(gone('<html>Error 404 (Not Found)!!1</html>')).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { linkedinError, saysGone } from '../../../src/channels/linkedin/errors.ts';
import { noon } from './channel-http.ts';
import { received } from './received-answer.ts';

describe('an error of LinkedIn', () => {
  it.each([
    // [status, body, class, grant problem, refusal]
    [401, { serviceErrorCode: 65_601, code: 'REVOKED_ACCESS_TOKEN' }, 'refresh_token', 'gone', null],
    [401, { serviceErrorCode: 65_601 }, 'refresh_token', 'gone', null],
    [401, { serviceErrorCode: 65_602, code: 'EXPIRED_ACCESS_TOKEN' }, 'refresh_token', 'gone', null],
    [401, { code: 'INVALID_ACCESS_TOKEN' }, 'refresh_token', 'gone', null],
    [400, { error: 'invalid_grant', error_description: 'The token is revoked' }, 'disconnected', 'gone', null],
    [401, { error: 'invalid_client' }, 'unknown', null, null],
    [403, { serviceErrorCode: 100, code: 'ACCESS_DENIED' }, 'refresh_token', 'permission', null],
    [429, { code: 'TOO_MANY_REQUESTS' }, 'retry_later', null, null],
    [400, { code: 'ILLEGAL_ARGUMENT' }, 'content_refused', null, 'content_refused'],
    [422, { errorDetails: { inputErrors: [{ code: 'FIELD_TOO_LONG' }] } }, 'content_refused', null, 'content_refused'],
    [404, { code: 'NOT_FOUND' }, 'unknown', null, null],
    [426, { code: 'NONEXISTENT_VERSION' }, 'unknown', null, null],
  ] as const)('HTTP %i %o: %s', (status, body, expected, grantProblem, refusal) => {
    const error = linkedinError(received(status, { message: 'Words', ...body }), 'never', noon);

    expect(error).toMatchObject({ class: expected, grantProblem, mayHaveActed: false });
    expect(error.refusal?.code ?? null).toBe(refusal);
  });

  it('names the post that a duplicate repeats', () => {
    const body = {
      errorDetailType: 'com.linkedin.common.error.BadRequest',
      message:
        'com.linkedin.content.common.exception.BadRequestResponseException: Content is a duplicate of urn:li:share:7141138937766391808',
      errorDetails: { inputErrors: [{ description: 'Duplicate post is detected', input: {}, code: 'DUPLICATE_POST' }] },
      status: 422,
    };

    expect(linkedinError(received(422, body), 'never', noon)).toMatchObject({
      class: 'content_refused',
      mayHaveActed: false,
      refusal: { code: 'duplicate', providerCode: 'DUPLICATE_POST' },
      duplicateOf: 'urn:li:share:7141138937766391808',
    });
  });

  it.each([500, 502, 503, 504])('HTTP %i leaves an irreversible call open', (status) => {
    const answer = received(status, { message: 'Internal Server Error', status });

    expect(linkedinError(answer, 'never', noon)).toMatchObject({ class: 'unknown', mayHaveActed: true });
    expect(linkedinError(answer, 'harmless', noon).class).toBe('retry_later');
  });

  it('carries the wish of Retry-After', () => {
    const answer = received(429, { code: 'TOO_MANY_REQUESTS' }, { 'retry-after': '90' });

    expect(linkedinError(answer, 'never', noon).retryAfterMs).toBe(90_000);
  });

  it('says when a post is gone', () => {
    expect(saysGone(linkedinError(received(404, {}), 'harmless', noon))).toBe(true);
    expect(saysGone(linkedinError(received(403, {}), 'harmless', noon))).toBe(false);
  });
});

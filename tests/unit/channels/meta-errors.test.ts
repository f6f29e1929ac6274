import { describe, expect, it } from 'vitest';
import { metaError, saysGone } from '../../../src/channels/meta/errors.ts';
import { metaRetryAfterMs } from '../../../src/channels/meta/usage.ts';
import { noon } from './channel-http.ts';
import { received } from './received-answer.ts';

describe('an error of the Graph API is judged by its code, not by its status', () => {
  it.each([
    // [status, code, subcode, class, grant problem, refusal]
    [400, 190, undefined, 'refresh_token', 'gone', null],
    [401, 0, undefined, 'refresh_token', 'gone', null],
    [401, 190, 464, 'refresh_token', 'gone', null],
    [401, 190, 463, 'refresh_token', 'gone', null],
    [401, 190, 467, 'refresh_token', 'gone', null],
    [401, 190, 459, 'refresh_token', 'gone', null],
    [401, 190, 458, 'disconnected', 'gone', null],
    [401, 190, 460, 'disconnected', 'gone', null],
    [401, 190, 492, 'disconnected', 'gone', null],
    [400, 102, undefined, 'refresh_token', 'gone', null],
    [400, 100, 33, 'disconnected', 'gone', null],
    [403, 10, undefined, 'refresh_token', 'permission', null],
    [403, 200, undefined, 'refresh_token', 'permission', null],
    [403, 299, undefined, 'refresh_token', 'permission', null],
    [500, 3, undefined, 'refresh_token', 'permission', null],
    [400, 4, undefined, 'retry_later', null, null],
    [403, 17, undefined, 'retry_later', null, null],
    [400, 32, undefined, 'retry_later', null, null],
    [400, 341, undefined, 'retry_later', null, null],
    [400, 613, undefined, 'retry_later', null, null],
    [400, 80_001, undefined, 'retry_later', null, null],
    [400, 80_004, undefined, 'retry_later', null, null],
    [400, 130_429, undefined, 'retry_later', null, null],
    [400, 131_056, undefined, 'retry_later', null, null],
    [403, 131_005, undefined, 'refresh_token', 'permission', null],
    [400, 368, undefined, 'retry_later', null, null],
    [400, 368, 1_390_008, 'retry_later', null, null],
    [400, 368, 1_346_003, 'content_refused', null, 'policy'],
    [400, 100, undefined, 'content_refused', null, 'content_refused'],
    [400, 506, undefined, 'content_refused', null, 'duplicate'],
    [400, 100, 1_366_051, 'content_refused', null, 'duplicate'],
    [400, 324, 1_366_046, 'content_refused', null, 'media_refused'],
    [400, 9, 2_207_042, 'retry_later', null, 'quota'],
    [400, 36_003, 2_207_009, 'content_refused', null, 'media_refused'],
    [400, 25, 2_207_050, 'content_refused', null, 'policy'],
    [400, 9007, 2_207_027, 'retry_later', null, null],
    [400, 24, 2_207_008, 'retry_later', null, null],
    [400, -1, 2_207_032, 'retry_later', null, null],
  ] as const)('HTTP %i, %i/%s: %s', (status, code, subcode, expected, grantProblem, refusal) => {
    const error = metaError('facebook', graphAnswer(status, { code, error_subcode: subcode }), 'never', noon);

    const providerCode = subcode === undefined ? String(code) : `${code}/${subcode}`;
    expect(error).toMatchObject({ class: expected, grantProblem, mayHaveActed: false });
    expect(error.refusal).toEqual(refusal === null ? null : { code: refusal, providerCode });
    expect(error.provider).toEqual({ status, code: providerCode, message: 'Words of the network' });
  });
});

describe('a lost permission', () => {
  it.each([
    ['(#200) Requires pages_manage_metadata permission to manage the object', 200, ['pages_manage_metadata']],
    [
      "(#10) This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access' feature.",
      10,
      ['pages_read_engagement'],
    ],
    [
      '(#200) To subscribe to the messages field, one of these permissions is needed: pages_messaging. ' +
        'To subscribe to the message_reads field, one of these permissions is needed: pages_messaging',
      200,
      ['pages_messaging'],
    ],
    ['(#10) Application does not have permission for this action', 10, []],
    ['(#100) Missing Permissions', 100, []],
  ])('is named where Meta names it: %s', (message, code, missingScopes) => {
    const error = metaError('facebook', received(403, { error: { message, code } }), 'harmless', noon);

    expect(error).toMatchObject({ class: 'refresh_token', grantProblem: 'permission', missingScopes });
  });

  it('is not seen in other refusals, whatever they name', () => {
    const error = { message: '(#100) Param pages_messaging must be a string', code: 100 };

    expect(metaError('facebook', received(400, { error }), 'harmless', noon)).toMatchObject({
      class: 'content_refused',
      missingScopes: [],
    });
  });
});

describe('trouble at Meta', () => {
  it.each([
    [500, { code: 1 }],
    [503, { code: 2 }],
    [500, { code: 12_345 }],
    [400, { code: 12_345, is_transient: true }],
  ])('HTTP %i %o leaves an irreversible call open, and a harmless one to be repeated', (status, error) => {
    expect(metaError('facebook', graphAnswer(status, error), 'never', noon)).toMatchObject({
      class: 'unknown',
      mayHaveActed: true,
    });
    expect(metaError('facebook', graphAnswer(status, error), 'harmless', noon).class).toBe('retry_later');
  });

  it.each([
    [400, false],
    [404, false],
    [302, true],
    [502, true],
  ])('an answer of HTTP %i without an error of theirs: it may have acted: %s', (status, mayHaveActed) => {
    const error = metaError('facebook', received(status, '<html>'), 'never', noon);

    expect(error).toMatchObject({ class: 'unknown', mayHaveActed, provider: { status, code: null } });
  });
});

it('says when an object is gone', () => {
  expect(saysGone(metaError('facebook', graphAnswer(400, { code: 100, error_subcode: 33 }), 'harmless', noon))).toBe(
    true,
  );
  expect(saysGone(metaError('facebook', graphAnswer(400, { code: 100 }), 'harmless', noon))).toBe(false);
  expect(saysGone(new Error('100/33'))).toBe(false);
});

describe('how long Meta wants us to wait', () => {
  it('is the longest of Retry-After and the business use case estimates', () => {
    const usage = {
      '111': [{ type: 'pages', call_count: 100, estimated_time_to_regain_access: 5 }],
      '222': [{ type: 'instagram', call_count: 1, estimated_time_to_regain_access: 0 }],
    };

    expect(metaRetryAfterMs({ 'retry-after': '30' }, noon)).toBe(30_000);
    expect(metaRetryAfterMs({ 'x-business-use-case-usage': JSON.stringify(usage) }, noon)).toBe(300_000);
    expect(metaRetryAfterMs({ 'retry-after': '600', 'x-business-use-case-usage': JSON.stringify(usage) }, noon)).toBe(
      600_000,
    );
  });

  it('may be a date', () => {
    expect(metaRetryAfterMs({ 'retry-after': 'Sun, 22 Nov 2026 12:01:00 GMT' }, noon)).toBe(60_000);
  });

  it('is unknown without a time, or with nonsense', () => {
    expect(metaRetryAfterMs({ 'x-app-usage': '{"call_count":100}' }, noon)).toBeNull();
    expect(metaRetryAfterMs({ 'x-business-use-case-usage': 'nonsense' }, noon)).toBeNull();
    expect(metaRetryAfterMs({ 'x-business-use-case-usage': '{"1":[null]}' }, noon)).toBeNull();
  });

  it('comes with the error, and a block without a time has one of ours', () => {
    const headers = { 'x-business-use-case-usage': '{"1":[{"estimated_time_to_regain_access":2}]}' };

    expect(metaError('facebook', graphAnswer(400, { code: 32 }, headers), 'never', noon).retryAfterMs).toBe(120_000);
    expect(metaError('facebook', graphAnswer(400, { code: 368 }), 'never', noon).retryAfterMs).toBe(3_600_000);
    expect(metaError('facebook', graphAnswer(400, { code: 100 }, headers), 'never', noon).retryAfterMs).toBeNull();
  });
});

function graphAnswer(status: number, error: object, headers: Readonly<Record<string, string>> = {}) {
  return received(status, { error: { message: 'Words of the network', type: 'OAuthException', ...error } }, headers);
}

import { expect, test } from 'vitest';
import { askWithRenewal, errorAfter, hasLapsed } from '../../src/activities/renewed-access.ts';
import type { PublicationJob } from '../../src/activities/publication-job.ts';
import type { RefreshOutcome, RefreshRequest } from '../../src/activities/token-refresh.ts';
import { ChannelError, type ChannelErrorFacts, type PageAccess } from '../../src/channels/channel.ts';
import type { ConnectionError } from '../../src/domain/connection.ts';

const provider = { status: 401, code: 'EXPIRED_ACCESS_TOKEN', message: 'The token used in the request has expired' };
const lapsed = failure({ class: 'refresh_token', grantProblem: 'gone', provider });
const trouble: ConnectionError = {
  code: 'network_trouble',
  providerStatus: 503,
  providerCode: null,
  providerMessage: null,
  at: '2026-11-24T10:00:00.000Z',
};

test('a new token mends a token that has lapsed; not a grant that is gone, nor a lost permission', () => {
  expect(hasLapsed(lapsed)).toBe(true);
  expect(hasLapsed(failure({ class: 'disconnected', grantProblem: 'gone' }))).toBe(false);
  expect(hasLapsed(failure({ class: 'refresh_token', grantProblem: 'permission' }))).toBe(false);
  expect(hasLapsed(failure({ class: 'retry_later' }))).toBe(false);
  expect(hasLapsed(new Error('a fault of our own'))).toBe(false);
});

test('what may be asked twice is asked once more with the new token', async () => {
  const asked: string[] = [];
  const requests: RefreshRequest[] = [];
  const refresh = async (request: RefreshRequest): Promise<RefreshOutcome> => {
    requests.push(request);
    return { kind: 'fresh', accessToken: 'new', tokenVersion: 4 };
  };
  const answer = await askWithRenewal(refresh, job, async ({ accessToken }) => {
    asked.push(accessToken);
    if (accessToken === 'old') throw lapsed;
    return 'the page';
  });
  expect([answer, asked]).toEqual(['the page', ['old', 'new']]);
  expect(requests).toEqual([{ tenantId: 'tenant', connectionId: 'connection', usedVersion: 3 }]);
});

test('a new token that is refused too is tried again later: it says nothing of the grant', async () => {
  const refresh = async (): Promise<RefreshOutcome> => ({ kind: 'current', accessToken: 'new', tokenVersion: 4 });
  const asking = askWithRenewal(refresh, job, () => Promise.reject(lapsed));
  await expect(asking).rejects.toMatchObject({ class: 'retry_later', mayHaveActed: false, retryAfterMs: 60_000 });
});

test('anything else is not asked again', async () => {
  let asked = 0;
  const refresh = () => Promise.reject(new Error('nothing was to be renewed'));
  const busy = failure({ class: 'retry_later', retryAfterMs: 5_000 });
  const asking = askWithRenewal(refresh, job, () => {
    asked += 1;
    return Promise.reject(busy);
  });
  await expect(asking).rejects.toBe(busy);
  expect(asked).toBe(1);
});

test.each([
  [{ kind: 'fresh', accessToken: 'new', tokenVersion: 4 }, null],
  [{ kind: 'current', accessToken: 'new', tokenVersion: 4 }, null],
  [{ kind: 'not_renewable' }, { class: 'refresh_token', grantProblem: 'gone' }],
  [{ kind: 'grant_gone' }, { class: 'refresh_token', grantProblem: 'gone' }],
  [
    { kind: 'permission_lost', missing: ['pages_messaging'] },
    { class: 'refresh_token', grantProblem: 'permission', missingScopes: ['pages_messaging'] },
  ],
  [
    { kind: 'trouble', retryAfterMs: 9_000, error: trouble },
    { class: 'retry_later', grantProblem: null, retryAfterMs: 9_000, mayHaveActed: false },
  ],
] as const satisfies readonly (readonly [RefreshOutcome, object | null])[])('after %j stands %j', (outcome, stands) => {
  const error = errorAfter(outcome, lapsed);
  if (stands === null) expect(error).toBeNull();
  else expect(error).toMatchObject({ ...stands, provider });
});

const page: PageAccess = { externalId: 'page', accessToken: 'old' };
/** As much of a job as a renewal looks at. */
const job = {
  key: { tenantId: 'tenant', connectionId: 'connection' },
  publication: { page: { tokenVersion: 3 } },
  page,
} as unknown as PublicationJob & { readonly page: PageAccess };

function failure(facts: Partial<ChannelErrorFacts>): ChannelError {
  return new ChannelError('the network refused', { class: 'unknown', mayHaveActed: false, ...facts });
}

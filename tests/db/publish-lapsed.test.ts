import { beforeEach, expect, test } from 'vitest';
import type { PublicationDependencies, PublicationJob } from '../../src/activities/publication-job.ts';
import { afterLapse } from '../../src/activities/publish-lapsed.ts';
import type { RefreshOutcome } from '../../src/activities/token-refresh.ts';
import { ChannelError } from '../../src/channels/channel.ts';
import { selectAttempt } from '../../src/db/publish-attempt.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { AttemptResult } from '../../src/domain/publication.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

const app = databaseAs('app');
const now = Date.parse('2026-11-24T10:00:00Z');
const refused = new ChannelError('the network refused the token', {
  class: 'refresh_token',
  mayHaveActed: false,
  grantProblem: 'gone',
  provider: { status: 401, code: 'EXPIRED_ACCESS_TOKEN', message: 'The token used in the request has expired' },
});
const renewedToken: RefreshOutcome = { kind: 'fresh', accessToken: 'new', tokenVersion: 2 };

let rows: OneRowPerTable;
/** What the attempt was when the network was asked for a new token. */
let whileRenewing: string | undefined;

beforeEach(async () => {
  rows = oneRowPerTable();
  await inTenant((trx) => insertRows(trx, rows));
  await calling(1);
});

test('a call that was refused for its token is over before the token is renewed, and made anew at once', async () => {
  expect(await lapse(1, renewedToken)).toEqual({ kind: 'retry_later', afterMs: 1 });
  expect(whileRenewing).toBe('done');
  expect(await standing()).toMatchObject({ state: 'waiting', reason: null, connection: 'connected' });
});

test('a token that is refused although it is new waits a minute, and breaks nothing', async () => {
  await lapse(1, renewedToken);
  await calling(2);
  expect(await lapse(2, renewedToken)).toEqual({ kind: 'retry_later', afterMs: 60_000 });
  expect(await standing()).toMatchObject({ state: 'waiting', connection: 'connected' });
});

test('a network in trouble while it renews is waited for', async () => {
  const error = {
    code: 'network_trouble',
    providerStatus: 503,
    providerCode: null,
    providerMessage: null,
    at: '',
  } as const;
  expect(await lapse(1, { kind: 'trouble', retryAfterMs: 7_000, error })).toEqual({
    kind: 'retry_later',
    afterMs: 7_000,
  });
  expect(await standing()).toMatchObject({ state: 'waiting', connection: 'connected' });
});

test.each(['not_renewable', 'grant_gone'] as const)(
  'only where it is %s the target is parked and the connection expired',
  async (kind) => {
    expect(await lapse(1, { kind })).toEqual({ kind: 'grant_refused' });
    expect(await standing()).toMatchObject({
      state: 'parked',
      reason: { code: 'grant_gone' },
      connection: 'expired',
      missing_scopes: [],
    });
  },
);

test.each([
  [['pages_read_engagement'], ['pages_read_engagement']],
  [[], ['pages_manage_posts']],
])('a permission that is lost as the network renews is named: said %j, kept %j', async (missing, kept) => {
  expect(await lapse(1, { kind: 'permission_lost', missing })).toEqual({ kind: 'grant_refused' });
  expect(await standing()).toMatchObject({
    state: 'parked',
    reason: { code: 'permission_lost' },
    connection: 'refresh_required',
    missing_scopes: kept,
  });
});

test('an answer that is there already stands, and nothing is renewed', async () => {
  await inTenant((trx) =>
    trx
      .updateTable('publish_attempt')
      .set({ state: 'done', answer: JSON.stringify({ kind: 'resolved' }) })
      .where('target_id', '=', rows.post_target.id)
      .execute(),
  );
  expect(await lapse(1, renewedToken)).toEqual({ kind: 'not_sent' });
  expect(whileRenewing).toBeUndefined();
});

function lapse(n: number, outcome: RefreshOutcome): Promise<AttemptResult> {
  const { post, post_revision, post_target, connection } = rows;
  whileRenewing = undefined;
  const ids = { tenantId: rows.tenant.id, postId: post.id, revisionId: post_revision.id, targetId: post_target.id };
  const key = { ...ids, connectionId: connection.id, network: 'facebook' } as const;
  // As much of both as a lapse looks at.
  const job = {
    key,
    publication: { page: { tokenVersion: 1, grantVersion: 1, grantKind: 'facebook_login' } },
  } as unknown as PublicationJob;
  const dependencies = {
    db: app.db,
    clock: () => now,
    refresh: async () => {
      whileRenewing = (await inTenant((trx) => selectAttempt(trx, { ...key, n })))?.state;
      return outcome;
    },
  } as unknown as PublicationDependencies;
  return afterLapse(dependencies, job, { n, refused, callingAt: now });
}

/** The attempt's call is out. */
async function calling(n: number): Promise<void> {
  const attempt = { ...rows.publish_attempt, n, state: 'calling', calling_at: new Date(now) } as const;
  await inTenant((trx) =>
    trx
      .insertInto('publish_attempt')
      .values(attempt)
      .onConflict((conflict) => conflict.columns(['tenant_id', 'target_id', 'n']).doUpdateSet(attempt))
      .execute(),
  );
}

function standing() {
  return inTenant((trx) =>
    trx
      .selectFrom('post_target as target')
      .innerJoin('connection', 'connection.id', 'target.connection_id')
      .select(['target.state', 'target.reason', 'connection.state as connection', 'connection.missing_scopes'])
      .where('target.id', '=', rows.post_target.id)
      .executeTakeFirstOrThrow(),
  );
}

function inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(app.db, rows.tenant.id, work);
}

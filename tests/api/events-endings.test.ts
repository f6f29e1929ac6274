import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { streamDefaults } from '../../src/api/pipeline/event-stream.ts';
import { appendEvents } from '../../src/db/event.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { EntityKind, EventKind } from '../../src/domain/event.ts';
import type { Permission } from '../../src/domain/permission.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { type EventsClient, openEvents } from '../support/event-stream.ts';
import { createOwnTenant, type OwnTenant, ownTokens } from '../support/own-tenant.ts';

/** An API whose heart beats and that looks again at members every few moments. */
let api: TestApi;
let own: OwnTenant;
let tokenLifetimeMs: number;
let stopping: AbortController;
beforeEach(async () => {
  tokenLifetimeMs = 3_600_000;
  stopping = new AbortController();
  const tokens = {
    ...ownTokens,
    verify: async (token: string) => ({ ...(await ownTokens.verify(token)), expiresAt: Date.now() + tokenLifetimeMs }),
  };
  api = await startApi({
    services: { tokens, stopping: stopping.signal },
    settings: { streams: { ...streamDefaults, heartbeatMs: 50, recheckMs: 50 } },
  });
  own = await createOwnTenant(api.services.db);
});
afterEach(() => api.close());

test('its heart beats while nothing happens, and each beat says from where to go on', async () => {
  const stream = await follow();
  const first = stream.lastEventId();
  await stream.until('three beats', () => stream.comments.length >= 3);
  expect(new Set(stream.comments)).toEqual(new Set(['heartbeat']));
  expect(stream.events).toEqual([]);

  // Other transactions of this database have moved on: whoever was told nothing need not read all of that again.
  await write('post.edited');
  await stream.until('the event', () => stream.events.length === 1);
  const told = stream.lastEventId();
  await stream.until('a place after it', () => stream.lastEventId() !== told);
  expect(first).not.toBe(told);
  const again = await follow({ after: stream.lastEventId() });
  await write('post.published');
  await again.until('the next', () => again.events.length === 1);
  expect(again.events.map(({ kind }) => kind)).toEqual(['post.published']);
});

test('it ends when the token does', async () => {
  tokenLifetimeMs = 300;
  const stream = await follow();
  await stream.ended;
  tokenLifetimeMs = 3_600_000;
  await write('post.edited');
  const renewed = await follow({ after: stream.lastEventId() });
  await renewed.until('what came meanwhile', () => renewed.events.length === 1);
});

test('it ends soon after the member was removed', async () => {
  const stream = await follow();
  await inTenant((trx) =>
    trx.updateTable('tenant_member').set({ active: false }).where('user_id', '=', own.users.viewer).execute(),
  );
  await stream.ended;
  const refused = await api.call('/v1/events', { token: own.token('viewer') });
  expect([refused.status, refused.body.type]).toEqual([403, '/problems/not-a-member']);
});

test('it shows only what the member may see, and stops showing what they may not see any more', async () => {
  const [viewer, editor] = [await follow(), await openEvents(api.url, { token: own.token('editor') })];
  await write('post.edited', 'connection.broken', 'media.uploaded');
  await viewer.until('all', () => viewer.events.length === 3);

  await revoke('post.read');
  await expectEventually(async () => {
    const { status, body } = await api.call('/v1/posts', { token: own.token('viewer') });
    expect([status, body.permission]).toEqual([403, 'post.read']);
  });
  const fresh = await follow();
  await viewer.until('some beats', beats(viewer, 4));
  await write('post.published', 'approval.vote', 'target.sending', 'media.uploaded', 'connection.repaired');
  await Promise.all([
    viewer.until('the last', () => viewer.events.length === 4),
    fresh.until('the last', () => fresh.events.length === 1),
  ]);
  await editor.until('all', () => editor.events.length === 8);
  expect(viewer.events.slice(3).map(({ kind }) => kind)).toEqual(['connection.repaired']);
  expect(fresh.events.map(({ kind }) => kind)).toEqual(['connection.repaired']);
  await editor.close();
});

test('all streams end when the API is asked to stop', async () => {
  const streams = await Promise.all([follow(), follow(), openEvents(api.url, { token: own.token('editor') })]);
  stopping.abort();
  await Promise.all(streams.map(({ ended }) => ended));
  const late = await follow();
  await late.ended;
});

function follow({ after = null }: { after?: string | null } = {}): Promise<EventsClient> {
  return openEvents(api.url, { token: own.token('viewer'), after });
}

function beats(stream: EventsClient, more: number): () => boolean {
  const from = stream.comments.length;
  return () => stream.comments.length >= from + more;
}

function inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(api.services.db, own.tenantId, work);
}

function write(...kinds: readonly EventKind[]): Promise<void> {
  return inTenant((trx) =>
    appendEvents(
      trx,
      kinds.map((kind) => ({
        tenantId: own.tenantId,
        at: new Date(),
        kind,
        entity: entityOf(kind),
        entityId: randomUUID(),
        actor: { kind: 'process' },
      })),
    ),
  );
}

function entityOf(kind: EventKind): EntityKind {
  if (kind.startsWith('connection.')) return 'connection';
  return kind.startsWith('media.') ? 'media' : 'post';
}

async function revoke(permission: Permission): Promise<void> {
  await inTenant(async (trx) => {
    const role = await trx.selectFrom('role').select('id').where('key', '=', 'viewer').executeTakeFirstOrThrow();
    await trx
      .deleteFrom('role_permission')
      .where('role_id', '=', role.id)
      .where('permission', '=', permission)
      .execute();
  });
}

async function expectEventually(holds: () => Promise<void>): Promise<void> {
  await expect.poll(() => holds().then(() => true)).toBe(true);
}

import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { revisionIdOf } from '../../src/api/posts/edit-in-flight.ts';
import { insertRevision } from '../../src/db/post-revision.ts';
import { armAttempt, beginCalls } from '../../src/db/publish-attempt.ts';
import type { PostContent } from '../../src/domain/content.ts';
import type { ContentHash, PostId, TargetId } from '../../src/domain/ids.ts';
import { insertPage, insertPolicy, reviewStep } from '../support/fresh-tenant.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

describe('editing a post in review', () => {
  it('reopens the steps: a vote on the old content is stale, one on the new counts', async () => {
    const api = tenantApi();
    const post = await submitted(api);
    const { status, body } = await edit(api, post, { text: 'Nuovo testo' });
    expect([status, body.status, body.revision, body.content.text]).toEqual([200, 'in_review', 2, 'Nuovo testo']);
    expect(body.approval).toMatchObject({ id: post.approval.id, revision: 2, outcome: null });
    expect(body.timeline.map(({ code }: { code: string }) => code)).toEqual(
      expect.arrayContaining(['post.edited', 'approval.reopened']),
    );
    const stale = await decide(api, post, { contentHash: post.contentHash });
    expect([stale.status, stale.body.type, stale.body.revision]).toEqual([409, '/problems/stale-content', 2]);
    expect((await decide(api, post, { contentHash: body.contentHash })).body.outcome).toBe('approved');
  });

  it('makes the editor an author, who may not vote any more', async () => {
    const api = tenantApi();
    const post = await submitted(api);
    const { body } = await edit(api, post, { text: 'Von Paolo' }, 'paolo');
    const vote = await decide(api, post, { contentHash: body.contentHash }, 'paolo');
    expect([vote.status, vote.body.type]).toEqual([403, '/problems/own-content']);
  });

  it('that nobody but its editor could approve then is refused, and nothing is written', async () => {
    const api = await tenantApi().another({ policy: false });
    const { tenant } = api;
    const step = { ...reviewStep(tenant), users: [tenant.people.paolo], groups: [] };
    const guarded = await api.inTenant(async (trx) =>
      insertPage(trx, tenant, { network: 'facebook', policyId: await insertPolicy(trx, tenant, [step]) }),
    );
    const post = await submitted(api, { targets: [{ connectionId: guarded }] });
    const { status, body } = await edit(api, post, { text: 'Von Paolo' }, 'paolo');
    expect([status, body.type]).toEqual([422, '/problems/policy-unfulfillable']);
    expect(await revisionsOf(api, post)).toHaveLength(1);
  });

  it('that keeps what readers see keeps the votes', async () => {
    const api = tenantApi();
    const post = await submitted(api, { targets: [facebook(api), linkedin(api)] });
    const { body } = await edit(api, post, { targets: [linkedin(api), facebook(api)] });
    expect(body).toMatchObject({ revision: 2, contentHash: post.contentHash, status: 'in_review' });
    expect(body.approval.outcome).toBeNull();
    expect((await decide(api, post, { contentHash: post.contentHash })).body.outcome).toBe('approved');
  });

  it('adds and removes targets: new ones wait, those that are gone are cancelled', async () => {
    const api = tenantApi();
    const post = await submitted(api);
    const { body } = await edit(api, post, { targets: [linkedin(api)] });
    expect(statesOf(body)).toEqual({ facebook: 'cancelled', linkedin: 'waiting' });
    const back = await edit(api, body, { targets: [facebook(api), linkedin(api)] });
    expect(statesOf(back.body)).toEqual({ facebook: 'waiting', linkedin: 'waiting' });
    expect(back.body.targets).toHaveLength(2);
  });

  it('with targets under a stricter policy opens the approval of that policy', async () => {
    const api = tenantApi();
    const { tenant } = api;
    const steps = [reviewStep(tenant), { ...reviewStep(tenant), key: 'legal', name: 'Legale' }];
    const strict = await api.inTenant(async (trx) =>
      insertPage(trx, tenant, { network: 'facebook', policyId: await insertPolicy(trx, tenant, steps) }),
    );
    const post = await submitted(api);
    const { body } = await edit(api, post, { targets: [facebook(api), { connectionId: strict }] });
    expect(body.status).toBe('in_review');
    expect(body.approval.id).not.toBe(post.approval.id);
    expect(body.approval.steps.map(({ key }: { key: string }) => key)).toEqual(['review', 'legal']);
    const { body: old } = await api.as('irene', 'GET', `/v1/approvals/${post.approval.id}`);
    expect(old.outcome).toBe('withdrawn');
  });

  it('that the networks would refuse is refused as on submit, and nothing is written', async () => {
    const api = tenantApi();
    const post = await submitted(api);
    const { status, body } = await edit(api, post, { text: 'x'.repeat(63_207) });
    expect([status, body.type, body.violations[0].rule]).toEqual([422, '/problems/not-publishable', 'max_text_length']);
    expect((await read(api, post)).version).toBe(post.version);
    expect(await revisionsOf(api, post)).toHaveLength(1);
  });

  it('needs its version, and hears of a newer one', async () => {
    const api = tenantApi();
    const post = await submitted(api);
    const changed = (await edit(api, post, { text: 'Erste' })).body;
    const late = await edit(api, post, { text: 'Zweite' });
    expect([late.status, late.body.type, late.body.currentVersion]).toEqual([
      412,
      '/problems/stale-version',
      changed.version,
    ]);
  });

  it('by two at once: one is adopted, the other hears that it is stale, and leaves nothing behind', async () => {
    const api = tenantApi();
    const post = await submitted(api);
    const answers = await Promise.all([edit(api, post, { text: 'A' }), edit(api, post, { text: 'B' }, 'bruno')]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
    const now = await read(api, post);
    expect(now.content.text).toBe(answers[0]?.status === 200 ? 'A' : 'B');
    expect(await revisionsOf(api, post)).toHaveLength(2);
  });
});

describe('editing a scheduled post', () => {
  it('under a policy sends it back into review and keeps its slot', async () => {
    const api = tenantApi();
    const post = await scheduled(api);
    const { status, body } = await edit(api, post, { text: 'Doch anders' });
    expect([status, body.status, body.scheduledAt, body.missedSlot]).toEqual([200, 'in_review', slot, false]);
    expect(body.approval).toMatchObject({ outcome: null, revision: 2 });
    expect((await decide(api, post, { contentHash: body.contentHash })).body.outcome).toBe('approved');
    await expect.poll(async () => (await read(api, post)).status).toBe('scheduled');
    expect((await read(api, post)).scheduledAt).toBe(slot);
  });

  it('without a policy keeps it scheduled with the new content; that needs the right to publish', async () => {
    const api = await tenantApi().another({ policy: false });
    const post = await scheduled(api);
    const { body } = await edit(api, post, { text: 'Doch anders' });
    expect(body).toMatchObject({ status: 'scheduled', scheduledAt: slot, revision: 2, approval: null });
    await api.inTenant((trx) => trx.deleteFrom('role_permission').where('permission', '=', 'post.publish').execute());
    const refused = await edit(api, body, { text: 'Ohne Recht' });
    expect([refused.status, refused.body.permission]).toEqual([403, 'post.publish']);
    const moved = await edit(api, body, { scheduledAt: laterSlot });
    expect([moved.status, moved.body.permission]).toEqual([403, 'post.publish']);
  });

  it('of which only the time changes is a reschedule: no new revision, no vote lost', async () => {
    const api = tenantApi();
    const post = await scheduled(api);
    const { body } = await edit(api, post, { scheduledAt: laterSlot });
    expect(body).toMatchObject({ status: 'scheduled', scheduledAt: laterSlot, revision: 1 });
    expect(body.approval.outcome).toBe('approved');
    expect(body.timeline.at(-1).code).toBe('post.rescheduled');
  });

  it('moves the slot with the content, but never takes it away', async () => {
    const api = await tenantApi().another({ policy: false });
    const post = await scheduled(api);
    const { body } = await edit(api, post, { text: 'Später', scheduledAt: laterSlot });
    expect(body).toMatchObject({ status: 'scheduled', scheduledAt: laterSlot, revision: 2 });
    const { status, body: problem } = await edit(api, body, { scheduledAt: null });
    expect([status, problem.errors[0].pointer]).toEqual([422, '/scheduledAt']);
  });

  it('comes too late once a call has begun, names the time, and leaves nothing behind', async () => {
    const api = await tenantApi().another({ policy: false });
    const post = await scheduled(api);
    const callingAt = await pretendCall(api, post);
    const { status, body } = await edit(api, await read(api, post), { text: 'Zu spät' });
    expect([status, body.type, body.at]).toEqual([409, '/problems/too-late', callingAt.toISOString()]);
    expect(await revisionsOf(api, post)).toHaveLength(1);
  });

  it('drops what was prepared for the content that changed, and keeps it where nothing did', async () => {
    const api = await tenantApi().another({ policy: false });
    const post = await scheduled(api, { targets: [facebook(api), { ...linkedin(api), text: 'Eigener' }] });
    const prepared = JSON.stringify({ state: 'ready', anchor: null, parts: [] });
    await api.inTenant((trx) => trx.updateTable('post_target').set({ prepared }).execute());
    await edit(api, post, { text: 'Nur für Facebook neu' });
    const rows = await api.inTenant((trx) =>
      trx.selectFrom('post_target').select(['connection_id', 'prepared']).execute(),
    );
    const keptFor = rows.filter((row) => row.prepared !== null).map((row) => row.connection_id);
    expect(keptFor).toEqual([api.tenant.pages.linkedin]);
  });

  it('of a cancelled post says who cancelled it', async () => {
    const api = tenantApi();
    const post = await scheduled(api);
    await api.as('elena', 'POST', `/v1/posts/${post.id}/cancel`);
    const { status, body } = await edit(api, await read(api, post), { text: 'Zu spät' }, 'bruno');
    expect([status, body.type, body.by.name]).toEqual([409, '/problems/already-cancelled', 'Elena Conti']);
  });
});

describe('an edit whose answer was lost', () => {
  it('is repeated with its key: adopted once, and answered as the first time', async () => {
    const api = tenantApi();
    const post = await submitted(api);
    const key = { 'idempotency-key': randomUUID() };
    const first = await edit(api, post, { text: 'Einmal' }, 'elena', key);
    const again = await edit(api, post, { text: 'Einmal' }, 'elena', key);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(again.body).toEqual(first.body);
  });

  it.each(['in flight', 'a draft'])('has taken effect even where the API kept no answer: %s', async (which) => {
    const api = tenantApi();
    const post = which === 'a draft' ? await draft(api) : await submitted(api);
    const key = { 'idempotency-key': randomUUID() };
    const first = await edit(api, post, { text: 'Einmal' }, 'elena', key);
    await api.inTenant((trx) => trx.deleteFrom('idempotency_key').execute());
    const again = await edit(api, post, { text: 'Einmal' }, 'elena', key);
    expect([again.status, again.body.revision, again.body.version]).toEqual([200, 2, first.body.version]);
    expect(await revisionsOf(api, post)).toHaveLength(2);
  });

  it('and that never reached the process is sent by the repetition', async () => {
    const api = tenantApi();
    const post = await submitted(api);
    const key = randomUUID();
    // The API died between its transaction and the command: what it had written is there, and nobody's yet.
    await leavePending(api, post, key);
    expect((await read(api, post)).content.text).toBe('Buon Natale');
    const { status, body } = await edit(api, post, { text: 'Zwei' }, 'elena', { 'idempotency-key': key });
    expect([status, body.revision, body.content.text]).toEqual([200, 2, 'Zwei']);
    expect(await revisionsOf(api, post)).toEqual([
      { number: 1, pending: false },
      { number: 2, pending: false },
    ]);
  });
});

interface Story {
  readonly id: PostId;
  readonly content: PostContent;
}
interface Post {
  readonly id: string;
  readonly version: number;
}

const tenantApi = useTenantApi();
const slot = '2031-06-01T10:00:00.000Z';
const laterSlot = '2031-07-01T10:00:00.000Z';

const facebook = ({ tenant }: TenantApi) => ({ connectionId: tenant.pages.facebook });
const linkedin = ({ tenant }: TenantApi) => ({ connectionId: tenant.pages.linkedin });

function edit(
  { as }: TenantApi,
  { id, version }: Post,
  json: object,
  person: 'elena' | 'bruno' | 'paolo' = 'elena',
  headers: Record<string, string> = {},
) {
  return as(person, 'PATCH', `/v1/posts/${id}`, json, { headers: { 'if-match': `"${version}"`, ...headers } });
}

function decide({ as }: TenantApi, { id }: Post, read: object, person: 'marco' | 'paolo' = 'marco') {
  return as(person, 'POST', `/v1/posts/${id}/decisions`, { verdict: 'approve', ...read });
}

async function draft(api: TenantApi, json: object = {}) {
  const targets = [facebook(api)];
  return (await api.as('elena', 'POST', '/v1/posts', { text: 'Buon Natale', targets, ...json })).body;
}

async function submitted(api: TenantApi, json: object = {}) {
  const { id } = await draft(api, json);
  const { status, body } = await api.as('elena', 'POST', `/v1/posts/${id}/submit`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

/** Scheduled by the shortest way that the tenant's policy allows. */
async function scheduled(api: TenantApi, json: object = {}) {
  const post = await submitted(api, { scheduledAt: slot, ...json });
  if (post.status === 'scheduled') return post;
  await decide(api, post, {});
  await expect.poll(async () => (await read(api, post)).status).toBe('scheduled');
  return read(api, post);
}

async function read({ as }: TenantApi, { id }: { id: string }) {
  return (await as('irene', 'GET', `/v1/posts/${id}`)).body;
}

function revisionsOf({ inTenant }: TenantApi, { id }: { id: string }) {
  return inTenant((trx) =>
    trx
      .selectFrom('post_revision')
      .select(['number', 'pending'])
      .where('post_id', '=', id as PostId)
      .orderBy('number')
      .execute(),
  );
}

function statesOf(post: { targets: { connection: { network: string }; state: string }[] }) {
  return Object.fromEntries(post.targets.map(({ connection, state }) => [connection.network, state]));
}

/** The revision of an edit by Elena under this key, as the API leaves it when it dies before it asks the process. */
async function leavePending({ inTenant, tenant }: TenantApi, { id, content }: Story, key: string): Promise<void> {
  const path = `/v1/posts/${id}`;
  const scope = [tenant.id, tenant.people.elena, 'patch', '/v1/posts/{postId}', path, key];
  const commandId = createHash('sha256').update(JSON.stringify(scope)).digest('hex');
  await inTenant(async (trx) => {
    const { revision_id: pendingAfter } = await trx
      .selectFrom('post')
      .select('revision_id')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    await insertRevision(trx, {
      tenantId: tenant.id,
      id: revisionIdOf({ commandId }),
      postId: id,
      number: 2,
      content: { ...content, text: 'Zwei' },
      contentHash: 'c'.repeat(64) as ContentHash,
      by: tenant.people.elena,
      now: new Date(),
      pendingAfter,
    });
  });
}

/** What a worker writes just before it calls a network. */
async function pretendCall({ inTenant, tenant }: TenantApi, post: { id: string; targets: { id: string }[] }) {
  const key = { tenantId: tenant.id, targetId: (post.targets[0]?.id ?? '') as TargetId, n: 1 };
  const now = new Date('2026-11-22T10:00:00.500Z');
  await inTenant(async (trx) => {
    await armAttempt(trx, key, { dueAt: now, now });
    await beginCalls(trx, { tenantId: tenant.id, attempts: [key] }, now);
    await trx
      .updateTable('post')
      .set({ status: 'failed', updated_at: new Date('2026-01-01T00:00:00Z') })
      .where('id', '=', post.id as PostId)
      .execute();
  });
  return now;
}

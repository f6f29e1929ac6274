import { describe, expect, it } from 'vitest';
import { armAttempt, beginCalls } from '../../src/db/publish-attempt.ts';
import type { PostId, TargetId } from '../../src/domain/ids.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

describe('a running post', () => {
  it('is moved while it is in review, and stays there', async () => {
    const post = await submitted(tenantApi());
    const { status, body } = await command('elena', post, 'reschedule', { scheduledAt: slot });
    expect([status, body.status, body.scheduledAt]).toEqual([200, 'in_review', slot]);
    // The request to its approvers may be recorded after it.
    expect(body.timeline.map(({ sentence }: { sentence: string }) => sentence)).toContain(
      'Elena Conti scheduled the post for 1 June 2031 at 12:00 (Europe/Rome).',
    );
  });

  it('is scheduled once it is approved, and moved again', async () => {
    const post = await approved(tenantApi());
    const scheduled = await command('elena', post, 'schedule', { scheduledAt: slot });
    expect(scheduled.body).toMatchObject({ status: 'scheduled', scheduledAt: slot });
    const later = '2031-07-01T10:00:00.000Z';
    const moved = await command('elena', post, 'schedule', { scheduledAt: later });
    expect(moved.body).toMatchObject({ status: 'scheduled', scheduledAt: later });
    expect(moved.body.version).toBeGreaterThan(scheduled.body.version);
    expect(moved.headers.get('etag')).toBe(`"${moved.body.version}"`);
  });

  it('is not scheduled while it is in review: its slot can only be moved', async () => {
    const post = await submitted(tenantApi());
    const { status, body } = await command('elena', post, 'schedule', { scheduledAt: slot });
    expect([status, body.type, body.state]).toEqual([409, '/problems/wrong-state', 'in_review']);
  });

  it.each(['schedule', 'reschedule'])('takes no %s into the past', async (name) => {
    const post = await approved(tenantApi());
    const { status, body } = await command('elena', post, name, { scheduledAt: '2026-01-01T10:00:00Z' });
    expect([status, body.type, body.errors[0].rule]).toEqual([422, '/problems/slot-in-past', 'not_in_past']);
  });

  it('is not published while it is in review', async () => {
    const post = await submitted(tenantApi());
    const { status, body } = await command('elena', post, 'publish-now');
    expect([status, body.type, body.state]).toEqual([409, '/problems/wrong-state', 'in_review']);
  });

  it('is moved and published by those who may publish only', async () => {
    const post = await submitted(tenantApi());
    for (const name of ['schedule', 'reschedule', 'publish-now']) {
      const { status, body } = await command('marco', post, name, { scheduledAt: slot });
      expect([status, body.permission]).toEqual([403, 'post.publish']);
    }
  });
});

describe('cancelling', () => {
  it('takes a post in review back and withdraws its approval', async () => {
    const post = await submitted(tenantApi());
    const { status, body } = await command('elena', post, 'cancel');
    expect([status, body.status]).toEqual([200, 'cancelled']);
    await expect.poll(async () => (await read(post)).approval.outcome, { timeout: 5_000 }).toBe('withdrawn');
    const late = await tenantApi().as('marco', 'POST', `/v1/posts/${post.id}/decisions`, { verdict: 'approve' });
    expect(late).toMatchObject({ status: 409, body: { outcome: 'withdrawn', by: { name: 'Elena Conti' } } });
  });

  it('is told apart: the second is told who cancelled before, and when', async () => {
    const post = await approved(tenantApi());
    await command('elena', post, 'cancel');
    const { status, body } = await command('bruno', post, 'cancel');
    const entry = (await read(post)).timeline.find(({ code }: { code: string }) => code === 'post.cancelled');
    expect(status).toBe(409);
    expect(body).toMatchObject({ type: '/problems/already-cancelled', by: { name: 'Elena Conti' } });
    expect(Math.abs(Date.parse(body.at) - Date.parse(entry.at))).toBeLessThan(1_000);
    expect((await command('bruno', post, 'reschedule', { scheduledAt: slot })).body.by.name).toBe('Elena Conti');
  });

  it('by two at the same moment: one wins, the other is told', async () => {
    const post = await approved(tenantApi());
    const answers = await Promise.all([command('elena', post, 'cancel'), command('bruno', post, 'cancel')]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });

  it('comes too late once the first call has begun, and names the time', async () => {
    const free = await tenantApi().another({ policy: false });
    const draft = await free.as('elena', 'POST', '/v1/posts', {
      text: 'Läuft',
      targets: [{ connectionId: free.tenant.pages.facebook }],
    });
    const post = (await free.as('elena', 'POST', `/v1/posts/${draft.body.id}/schedule`, { scheduledAt: slot })).body;
    const callingAt = await pretendCall(free, post);
    const { status, body } = await free.as('elena', 'POST', `/v1/posts/${post.id}/cancel`);
    expect([status, body.type, body.at]).toEqual([409, '/problems/too-late', callingAt.toISOString()]);
  });

  it('is refused on a draft, which is deleted instead', async () => {
    const draft = await tenantApi().as('elena', 'POST', '/v1/posts', { text: 'Entwurf' });
    const { status, body } = await command('elena', draft.body, 'cancel');
    expect([status, body.type, body.state]).toEqual([409, '/problems/wrong-state', 'draft']);
  });

  it('after a request for changes names who asked for them', async () => {
    const post = await submitted(tenantApi());
    const decision = { verdict: 'request_changes', comment: 'Kürzer' };
    await tenantApi().as('sara', 'POST', `/v1/posts/${post.id}/decisions`, decision);
    const { status, body } = await command('elena', post, 'cancel');
    expect([status, body.type, body.outcome]).toEqual([409, '/problems/settled', 'changes_requested']);
    expect(body.by.name).toBe('Sara Fontana');
  });
});

describe('resolving a target', () => {
  it('is refused while nothing is open there', async () => {
    const post = await approved(tenantApi());
    const { status, body } = await resolve(post, { kind: 'give_up' });
    expect([status, body.type]).toEqual([409, '/problems/target-not-open']);
  });

  it.each(['https://example.com/posts/1', 'https://facebook.com.evil.test/x/posts/1', 'https://www.facebook.com/'])(
    'takes no address that cannot be of a post on its network: %s',
    async (url) => {
      const post = await approved(tenantApi());
      const { status, body } = await resolve(post, { kind: 'published', url });
      expect([status, body.errors[0].pointer]).toEqual([422, '/resolution/url']);
    },
  );

  it('is not found under another post', async () => {
    const [post, other] = [await approved(tenantApi()), await approved(tenantApi())];
    const { status } = await resolve({ ...post, targets: other.targets }, { kind: 'give_up' });
    expect(status).toBe(404);
  });

  it('is for those who may publish', async () => {
    const post = await approved(tenantApi());
    const path = `/v1/posts/${post.id}/targets/${post.targets[0].id}/resolve`;
    const { status } = await tenantApi().as('marco', 'POST', path, { resolution: { kind: 'give_up' } });
    expect(status).toBe(403);
  });
});

const tenantApi = useTenantApi();
const slot = '2031-06-01T10:00:00.000Z';

function command(person: 'elena' | 'bruno' | 'marco', post: { id: string }, name: string, body?: object) {
  return tenantApi().as(person, 'POST', `/v1/posts/${post.id}/${name}`, body);
}

function resolve(post: { id: string; targets: { id: string }[] }, resolution: object) {
  const path = `/v1/posts/${post.id}/targets/${post.targets[0]?.id}/resolve`;
  return tenantApi().as('elena', 'POST', path, { resolution });
}

async function submitted({ as, tenant }: TenantApi) {
  const targets = [{ connectionId: tenant.pages.facebook }];
  const draft = await as('elena', 'POST', '/v1/posts', { text: 'Buon Natale', targets });
  return (await as('elena', 'POST', `/v1/posts/${draft.body.id}/submit`)).body;
}

async function approved(api: TenantApi) {
  const post = await submitted(api);
  const { body } = await api.as('marco', 'POST', `/v1/posts/${post.id}/decisions`, { verdict: 'approve' });
  expect(body.post.status).toBe('approved');
  return post;
}

async function read(post: { id: string }) {
  return (await tenantApi().as('irene', 'GET', `/v1/posts/${post.id}`)).body;
}

/** What a worker writes just before it calls a network: from here on only Postgres knows. */
async function pretendCall({ inTenant, tenant }: TenantApi, post: { id: string; targets: { id: string }[] }) {
  const key = { tenantId: tenant.id, targetId: (post.targets[0]?.id ?? '') as TargetId, n: 1 };
  const now = new Date('2026-11-22T10:00:00.500Z');
  await inTenant(async (trx) => {
    await armAttempt(trx, key, { dueAt: now, now });
    await beginCalls(trx, { tenantId: tenant.id, attempts: [key] }, now);
    // The process of this test never armed anything: to the API it looks like one that ended long ago.
    await trx
      .updateTable('post')
      .set({ status: 'failed', updated_at: new Date('2026-01-01T00:00:00Z') })
      .where('id', '=', post.id as PostId)
      .execute();
  });
  return now;
}

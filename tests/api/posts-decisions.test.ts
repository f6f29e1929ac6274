import { describe, expect, it } from 'vitest';
import { setDefaultPolicy } from '../support/fresh-tenant.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

describe('voting on a post', () => {
  it('approves it, and the answer tells the outcome', async () => {
    const post = await submitted(tenantApi());
    const { status, body } = await vote('marco', post, { verdict: 'approve' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      outcome: 'approved',
      settledBy: { name: 'Marco Galli' },
      votes: [{ verdict: 'approve', comment: null, by: { name: 'Marco Galli' } }],
      post: { id: post.id, status: 'approved' },
    });
    expect((await read(post)).timeline.map((entry: { sentence: string }) => entry.sentence)).toContain(
      'Marco Galli approved the post.',
    );
  });

  it('schedules a post whose time was set, once it is approved', async () => {
    const post = await submitted(tenantApi(), { scheduledAt: '2031-05-01T10:00:00+02:00' });
    await vote('sara', post, { verdict: 'approve' });
    await expect.poll(async () => (await read(post)).status, { timeout: 5_000 }).toBe('scheduled');
  });

  it('that comes after the planned time publishes nothing: the post waits for a new time', async () => {
    const { as } = tenantApi();
    const scheduledAt = new Date(Date.now() + 2_000).toISOString();
    const post = await submitted(tenantApi(), { scheduledAt });
    await expect.poll(() => Date.now(), { timeout: 5_000 }).toBeGreaterThan(Date.parse(scheduledAt));
    await vote('marco', post, { verdict: 'approve' });
    await expect.poll(async () => (await read(post)).missedSlot, { timeout: 5_000 }).toBe(true);
    expect(await read(post)).toMatchObject({ status: 'approved', scheduledAt, attention: false });
    const later = (await read(post)).nextSlot;
    expect(Date.parse(later)).toBeGreaterThan(Date.now());
    expect(later.slice(16), 'the same second of the same minute').toBe(scheduledAt.slice(16));
    const moved = await as('elena', 'POST', `/v1/posts/${post.id}/schedule`, { scheduledAt: later });
    expect(moved.body).toMatchObject({ status: 'scheduled', missedSlot: false, scheduledAt: later, nextSlot: null });
  });

  it('sends it back with a comment; its author changes it and submits it again', async () => {
    const { as } = tenantApi();
    const post = await submitted(tenantApi(), { text: 'Refuso' });
    const asked = await vote('marco', post, { verdict: 'request_changes', comment: 'C’è un refuso.' });
    expect(asked.body).toMatchObject({ outcome: 'changes_requested', post: { status: 'changes_requested' } });
    const back = await read(post);
    expect(back.approval.votes[0]).toMatchObject({ comment: 'C’è un refuso.' });

    const edited = await as('elena', 'PATCH', `/v1/posts/${post.id}`, { text: 'Corretto' }, ifMatch(back.version));
    expect(edited.body).toMatchObject({ status: 'changes_requested', revision: 2 });
    const again = await as('elena', 'POST', `/v1/posts/${post.id}/submit`);
    expect(again.body).toMatchObject({ status: 'in_review', approval: { outcome: null, revision: 2, votes: [] } });
    expect((await vote('marco', post, { verdict: 'approve' })).body.outcome).toBe('approved');
  });

  it.each(['reject', 'request_changes'])('needs a comment to %s', async (verdict) => {
    const post = await submitted(tenantApi());
    for (const comment of [undefined, '   ']) {
      const { status, body } = await vote('marco', post, { verdict, comment });
      expect([status, body.errors[0].pointer]).toEqual([422, '/comment']);
    }
  });

  it('rejects it for good', async () => {
    const post = await submitted(tenantApi());
    await vote('marco', post, { verdict: 'reject', comment: 'No.' });
    expect((await read(post)).status).toBe('rejected');
    const { status, body } = await tenantApi().as('elena', 'POST', `/v1/posts/${post.id}/submit`);
    expect([status, body.state]).toEqual([409, 'rejected']);
  });

  it('counts once: of two that would settle it one wins, and the other is told who and when', async () => {
    const post = await submitted(tenantApi());
    const [marco, sara] = await Promise.all([
      vote('marco', post, { verdict: 'approve' }),
      vote('sara', post, { verdict: 'reject', comment: 'Anzi no.' }),
    ]);
    expect([marco.status, sara.status].toSorted(ascending)).toEqual([200, 409]);
    const [won, lost] = marco.status === 200 ? [marco, sara] : [sara, marco];
    expect(lost.body).toMatchObject({
      type: '/problems/settled',
      outcome: won.body.outcome,
      by: won.body.settledBy,
      at: won.body.settledAt,
    });
    const late = await vote('paolo', post, { verdict: 'approve' });
    expect(late).toMatchObject({ status: 409, body: { outcome: won.body.outcome, by: won.body.settledBy } });
  });

  it('leaves no words behind when it was refused', async () => {
    const { tenant, inTenant } = tenantApi();
    const post = await submitted(tenantApi());
    await vote('paolo', post, { verdict: 'reject', comment: 'Nicht gefragt' });
    const comments = await inTenant((trx) =>
      trx.selectFrom('approval_comment').selectAll().where('author_id', '=', tenant.people.paolo).execute(),
    );
    expect(comments).toEqual([]);
  });

  it('is bound to the content that was read', async () => {
    const post = await submitted(tenantApi());
    const hash = await vote('marco', post, { verdict: 'approve', contentHash: 'a'.repeat(64) });
    expect(hash).toMatchObject({ status: 409, body: { type: '/problems/stale-content', revision: 1 } });
    expect((await vote('marco', post, { verdict: 'approve', revision: 2 })).status).toBe(409);
    const right = await vote('marco', post, { verdict: 'approve', revision: 1, contentHash: post.contentHash });
    expect(right.status).toBe(200);
  });

  it('is refused to somebody who had a hand in the content', async () => {
    const own = await tenantApi().another();
    await own.inTenant((trx) =>
      setDefaultPolicy(trx, own.tenant, [
        {
          key: 'review',
          name: 'Revisione',
          users: [own.tenant.people.paolo, own.tenant.people.marco],
          groups: [],
          rule: { kind: 'any' },
        },
      ]),
    );
    const post = await submitted(own, {}, 'paolo');
    const refused = await own.as('paolo', 'POST', `/v1/posts/${post.id}/decisions`, { verdict: 'approve' });
    expect([refused.status, refused.body.type]).toEqual([403, '/problems/own-content']);
    const mine = await own.as('paolo', 'GET', '/v1/approvals?assignee=me&outcome=open');
    expect(mine.body.items).toEqual([]);
  });

  it('is refused to somebody who was not asked', async () => {
    const post = await submitted(tenantApi());
    const { status, body } = await vote('paolo', post, { verdict: 'approve' });
    expect([status, body.type]).toEqual([403, '/problems/not-an-approver']);
    expect((await vote('elena', post, { verdict: 'approve' })).body.permission).toBe('post.approve');
  });

  it('is refused on a draft, and on what is not there', async () => {
    const { as } = tenantApi();
    const draft = await as('elena', 'POST', '/v1/posts', { text: 'Entwurf' });
    expect(await vote('marco', draft.body, { verdict: 'approve' })).toMatchObject({
      status: 409,
      body: { type: '/problems/wrong-state', state: 'draft' },
    });
    const nowhere = { ...draft.body, id: '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77' };
    expect((await vote('marco', nowhere, { verdict: 'approve' })).status).toBe(404);
  });

  it('repeated with its key is one vote with one answer', async () => {
    const post = await submitted(tenantApi());
    const headers = { 'idempotency-key': 'the-same-key' };
    const body = { verdict: 'request_changes', comment: 'Bitte kürzer' };
    const first = await tenantApi().as('marco', 'POST', `/v1/posts/${post.id}/decisions`, body, { headers });
    const second = await tenantApi().as('marco', 'POST', `/v1/posts/${post.id}/decisions`, body, { headers });
    expect(second.body).toEqual(first.body);
    expect(first.body.votes).toHaveLength(1);
  });
});

describe('the list of approvals', () => {
  it('shows a reviewer what waits for their vote, newest first, in pages', async () => {
    const own = await tenantApi().another();
    const first = await submitted(own);
    const second = await submitted(own);
    const list = async (query: string) => (await own.as('marco', 'GET', `/v1/approvals?${query}`)).body;
    const page = await list('assignee=me&outcome=open&limit=1');
    expect(postsIn(page)).toEqual([second.id]);
    expect(postsIn(await list(`assignee=me&outcome=open&limit=1&cursor=${page.nextCursor}`))).toEqual([first.id]);

    await own.as('sara', 'POST', `/v1/posts/${first.id}/decisions`, { verdict: 'approve' });
    expect(postsIn(await list('assignee=me&outcome=open'))).toEqual([second.id]);
    expect(postsIn(await list('assignee=me&outcome=approved,rejected'))).toEqual([first.id]);
    expect(postsIn(await list(`assignee=${own.tenant.people.paolo}`))).toEqual([]);
    expect((await list('outcome=banana')).errors[0].parameter).toBe('outcome');
  });

  it('keeps one approval of another tenant out of sight', async () => {
    const post = await submitted(tenantApi());
    const { approval } = await read(post);
    expect((await tenantApi().as('irene', 'GET', `/v1/approvals/${approval.id}`)).body.id).toBe(approval.id);
    const other = await tenantApi().another();
    expect((await other.as('marco', 'GET', `/v1/approvals/${approval.id}`)).status).toBe(404);
  });
});

const tenantApi = useTenantApi();

const ifMatch = (version: number) => ({ headers: { 'if-match': `"${version}"` } });

const ascending = (a: number, b: number): number => a - b;

const postsIn = (page: { items: { post: { id: string } }[] }) => page.items.map((item) => item.post.id);

async function submitted({ as, tenant }: TenantApi, body: object = {}, by: 'elena' | 'paolo' = 'elena') {
  const targets = [{ connectionId: tenant.pages.facebook }];
  const draft = await as(by, 'POST', '/v1/posts', { text: 'Buon Natale', targets, ...body });
  const { status, body: post } = await as(by, 'POST', `/v1/posts/${draft.body.id}/submit`);
  expect(status).toBe(200);
  return post;
}

function vote(person: 'marco' | 'sara' | 'paolo' | 'elena', post: { id: string }, body: object) {
  return tenantApi().as(person, 'POST', `/v1/posts/${post.id}/decisions`, body);
}

async function read(post: { id: string }) {
  return (await tenantApi().as('irene', 'GET', `/v1/posts/${post.id}`)).body;
}

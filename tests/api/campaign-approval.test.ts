import { describe, expect, it } from 'vitest';
import type { CallAnswer } from '../support/api.ts';
import { editTemplate, eventsOf, sendableDraft, toldOf, withCampaignPolicy } from '../support/campaign-api.ts';
import { insertRole, type PersonName } from '../support/fresh-tenant.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

describe('a campaign that has to be approved', () => {
  it('waits on the list of those whose step is open, and is scheduled once the last step has passed', async () => {
    const own = await twoSteps();
    const { id, contentHash, approval } = await submitted(own);
    expect(await waitingFor(own, 'marco')).toEqual([id]);
    expect(await waitingFor(own, 'paolo')).toEqual([]);
    expect((await vote(own, 'elena', id)).body).toMatchObject({ status: 403, permission: 'post.approve' });
    expect((await vote(own, 'paolo', id)).body.type).toBe('/problems/not-an-approver');

    const first = await vote(own, 'marco', id, { contentHash });
    expect(first.body).toMatchObject({ id: approval.id, outcome: null, post: null, revision: null });
    expect([await waitingFor(own, 'marco'), await waitingFor(own, 'paolo')]).toEqual([[], [id]]);
    expect(await toldOf(own, id)).toEqual([]);

    const { status, body } = await vote(own, 'paolo', id, { contentHash });
    expect([status, body.outcome, body.campaign]).toMatchObject([200, 'approved', { id, state: 'scheduled' }]);
    expect((await read(own, id)).body).toMatchObject({
      state: 'scheduled',
      contentHash,
      approval: { id: approval.id },
    });
    expect(await toldOf(own, id)).toEqual(['campaign_changed']);
    const kinds = (await eventsOf(own, id)).map(({ kind }) => kind);
    expect([...kinds.slice(0, 2), kinds.at(-1)]).toEqual([
      'campaign.created',
      'campaign.submitted',
      'campaign.approved',
    ]);
    // A vote and the opening of the step after it are written side by side.
    const [requested, voted] = ['approval.requested', 'approval.vote'];
    expect(kinds.slice(2, -1).toSorted()).toEqual([requested, requested, voted, voted]);
  });

  it('tells its approvers that it waits for them, and its author how it ended', async () => {
    const own = await twoSteps();
    const { id } = await submitted(own);
    await expect.poll(() => toldTo(own, 'sara')).toEqual(['«Natale» attende la tua approvazione']);
    await vote(own, 'marco', id, { verdict: 'reject', comment: 'Troppo tardi.' });
    expect(await toldTo(own, 'elena')).toEqual(['«Natale» è stata respinta']);
    const { items } = (await own.as('elena', 'GET', '/v1/notifications')).body;
    expect(items[0].subject).toEqual({ kind: 'campaign', id });
  });

  it('is neither scheduled nor started by anybody who goes around it', async () => {
    const own = await twoSteps();
    const { body: draft } = await sendableDraft(own);
    const command = async (id: string, name: string) => (await own.as('paolo', 'POST', `${path(id)}/${name}`)).body;
    expect(await command(draft.id, 'schedule')).toMatchObject({ status: 409, type: '/problems/approval-required' });
    const { id } = await submitted(own);
    for (const name of ['schedule', 'start', 'resume']) {
      expect(await command(id, name)).toMatchObject({ status: 409, state: 'in_review' });
    }
  });

  it('becomes a draft with the reviewer’s words when it is sent back; submitted again, it passes every step again', async () => {
    const own = await twoSteps();
    const { id, approval } = await submitted(own);
    await vote(own, 'marco', id);
    const words = { verdict: 'request_changes', comment: 'Manca lo sconto.' };
    expect((await vote(own, 'paolo', id, { ...words, comment: undefined })).body.errors[0].pointer).toBe('/comment');
    await vote(own, 'paolo', id, words);
    expect((await read(own, id)).body).toMatchObject({
      state: 'draft',
      approval: { outcome: 'changes_requested', votes: [{ verdict: 'approve' }, words] },
    });
    expect(await toldOf(own, id)).toEqual([]);
    const { body: again } = await own.as('elena', 'POST', `${path(id)}/submit`);
    expect(again.approval.id).not.toBe(approval.id);
    expect(await waitingFor(own, 'marco')).toEqual([id]);
  });

  it('can be taken back by its author; a vote that comes later is told so', async () => {
    const own = await twoSteps();
    const { id } = await submitted(own);
    expect((await own.as('elena', 'POST', `${path(id)}/withdraw`)).body).toMatchObject({
      state: 'draft',
      approval: { outcome: 'withdrawn', settledBy: { name: 'Elena Conti' } },
    });
    expect(await waitingFor(own, 'marco')).toEqual([]);
    expect((await vote(own, 'marco', id)).body).toMatchObject({ status: 409, outcome: 'withdrawn' });
    expect((await read(own, id)).body.state).toBe('draft');
  });

  it('leaves its review when it is cancelled', async () => {
    const own = await twoSteps();
    const { id } = await submitted(own);
    expect((await own.as('paolo', 'POST', `${path(id)}/cancel`)).body.state).toBe('cancelled');
    expect((await vote(own, 'marco', id)).body).toMatchObject({ status: 409, outcome: 'withdrawn' });
  });

  it('has no vote on it before it is submitted', async () => {
    const own = await twoSteps();
    const { body } = await sendableDraft(own);
    expect((await vote(own, 'marco', body.id)).body).toMatchObject({ status: 409, state: 'draft' });
  });
});

describe('what was approved', () => {
  it('counts no more once a template says something else: the steps open again, without its author', async () => {
    const own = await twoSteps();
    const { id, contentHash, template } = await submitted(own);
    await vote(own, 'marco', id, { contentHash });
    await own.inTenant((trx) => editTemplate(trx, template, own.tenant.people.sara));
    const stale = await vote(own, 'paolo', id, { contentHash });
    expect([stale.status, stale.body.type]).toEqual([409, '/problems/stale-content']);
    const { contentHash: now } = stale.body;
    await expect.poll(async () => (await read(own, id)).body.approval).toMatchObject({ round: 2, contentHash: now });

    expect((await vote(own, 'sara', id)).body.type).toBe('/problems/own-content');
    const again = await vote(own, 'marco', id, { contentHash: now });
    expect(again.body).toMatchObject({ outcome: null, votes: [{ counts: false }, { counts: true }] });
    expect((await vote(own, 'paolo', id, { contentHash: now })).body).toMatchObject({ outcome: 'approved' });
  });

  it('does not start as something else', async () => {
    const own = await oneStep();
    const { id, template } = await submitted(own);
    await vote(own, 'marco', id);
    await own.inTenant((trx) => editTemplate(trx, template, null));
    const started = await own.as('paolo', 'POST', `${path(id)}/start`);
    expect([started.status, started.body.type]).toEqual([409, '/problems/stale-content']);
  });

  it('starts as it was approved, and is known by that hash from then on', async () => {
    const own = await oneStep();
    const { id, contentHash } = await submitted(own);
    await vote(own, 'marco', id);
    const started = await own.as('paolo', 'POST', `${path(id)}/start`);
    expect(started.body).toMatchObject({ state: 'running', startsAtLocal: null, contentHash });
    await own.as('paolo', 'POST', `${path(id)}/cancel`);
  });

  it('is approved only as far as it could be sent', async () => {
    const own = await oneStep();
    const { id, template } = await submitted(own);
    await own.inTenant((trx) =>
      trx.updateTable('template').set({ status: 'paused' }).where('id', '=', template).execute(),
    );
    const { status, body } = await vote(own, 'marco', id);
    expect([status, body.violations[0].code]).toEqual([409, 'template_not_approved']);
    expect((await vote(own, 'marco', id, { verdict: 'reject', comment: 'No' })).body.outcome).toBe('rejected');
  });
});

describe('who approves', () => {
  it('has not shaped the campaign', async () => {
    const own = await withCampaignPolicy(tenantApi(), [{ roles: ['supervisor', 'tenant_admin'] }]);
    const { body } = await sendableDraft(own, farAhead);
    await own.as('paolo', 'PATCH', path(body.id), { name: 'Mia' }, { headers: { 'if-match': '*' } });
    await own.as('elena', 'POST', `${path(body.id)}/submit`);
    expect((await vote(own, 'paolo', body.id)).body.type).toBe('/problems/own-content');
    expect((await vote(own, 'giulia', body.id)).body).toMatchObject({ campaign: { state: 'scheduled' } });
  });

  it('must be somebody: a policy that nobody could pass is told on submission', async () => {
    const own = await withCampaignPolicy(tenantApi(), [{ roles: ['supervisor'] }]);
    const { body } = await sendableDraft(own, farAhead);
    const { status, body: refused } = await own.as('paolo', 'POST', `${path(body.id)}/submit`);
    expect([status, refused.type]).toEqual([422, '/problems/policy-unfulfillable']);
  });

  it('may let a colleague vote, and be gone over with a right of its own', async () => {
    const own = await twoSteps();
    const { id, approval } = await submitted(own);
    const approvals = `/v1/approvals/${approval.id}`;
    const handed = await own.as('marco', 'POST', `${approvals}/delegations`, { to: own.tenant.people.giulia });
    expect(handed.status).toBe(200);
    expect(await waitingFor(own, 'giulia')).toEqual([id]);
    expect((await vote(own, 'giulia', id)).body.votes).toMatchObject([{ standsFor: [{ name: 'Marco Galli' }] }]);
    const skipped = await own.as('giulia', 'POST', `${approvals}/skip`, { scope: 'all', reason: 'Paolo è in ferie.' });
    expect(skipped.body).toMatchObject({ outcome: 'approved', campaign: { state: 'scheduled' } });
  });

  it('can read campaigns: to others they and their approvals are not there', async () => {
    const own = await oneStep();
    const { id, approval } = await submitted(own);
    const { marco } = own.tenant.people;
    await own.inTenant(async (trx) => {
      const role_id = await insertRole(trx, own.tenant, {
        key: 'posts-only',
        name: 'Solo post',
        permissions: ['post.read', 'post.approve'],
      });
      await trx.updateTable('member_role').set({ role_id }).where('user_id', '=', marco).execute();
    });
    expect(await waitingFor(own, 'marco')).toEqual([]);
    expect((await own.as('marco', 'GET', `/v1/approvals/${approval.id}`)).status).toBe(404);
    expect((await vote(own, 'marco', id)).status).toBe(404);
    expect(await toldTo(own, 'marco')).toEqual([]);
  });
});

describe('the policy of campaigns', () => {
  it('is shown with the policies and the settings, and is not archived while it is chosen', async () => {
    const own = await oneStep();
    const { approvalPolicyId: id } = (await own.as('irene', 'GET', '/v1/campaign-settings')).body;
    const policy = `/v1/approval-policies/${id}`;
    expect((await own.as('irene', 'GET', policy)).body).toMatchObject({ guardsCampaigns: true, isDefault: false });
    const archive = () => own.as('giulia', 'DELETE', policy, undefined, { headers: { 'if-match': '*' } });
    expect((await archive()).body).toMatchObject({ status: 409, guardsCampaigns: true });

    const { id: waiting } = await submitted(own);
    const choose = (by: PersonName, json: object) => own.as(by, 'PUT', '/v1/approval-policies/campaigns', json);
    expect((await choose('paolo', { policyId: null })).status).toBe(403);
    expect((await choose('giulia', { policyId: null })).body).toEqual({ policyId: null });
    expect((await archive()).status).toBe(204);
    expect((await choose('giulia', { policyId: id })).body.errors[0].pointer).toBe('/policyId');
    expect((await vote(own, 'marco', waiting)).body.outcome).toBe('approved');
  });
});

const tenantApi = useTenantApi();

const farAhead = { startsAtLocal: '2100-12-24T09:00' };
const path = (id: string): string => `/v1/campaigns/${id}`;
const read = (own: TenantApi, id: string): Promise<CallAnswer> => own.as('irene', 'GET', path(id));

/** First a reviewer, then a supervisor. */
const twoSteps = (): Promise<TenantApi> =>
  withCampaignPolicy(tenantApi(), [{ roles: ['reviewer'] }, { name: 'Firma', roles: ['supervisor'] }]);
const oneStep = (): Promise<TenantApi> => withCampaignPolicy(tenantApi(), [{ roles: ['reviewer'] }]);

async function submitted(own: TenantApi, change: object = {}) {
  const { body } = await sendableDraft(own, { ...farAhead, ...change });
  const answered = await own.as('elena', 'POST', `${path(body.id)}/submit`);
  expect([answered.status, answered.body.state, answered.body.submittedBy.name]).toEqual([
    200,
    'in_review',
    'Elena Conti',
  ]);
  return { ...answered.body, template: answered.body.variants[0].template.id };
}

function vote(own: TenantApi, by: PersonName, id: string, said: object = {}): Promise<CallAnswer> {
  return own.as(by, 'POST', `${path(id)}/decisions`, { verdict: 'approve', ...said });
}

async function waitingFor(own: TenantApi, person: PersonName): Promise<readonly string[]> {
  const { body } = await own.as(person, 'GET', '/v1/approvals?assignee=me&outcome=open');
  return body.items.map(({ campaign }: { campaign: { id: string } | null }) => campaign?.id);
}

async function toldTo(own: TenantApi, person: PersonName): Promise<readonly string[]> {
  const { body } = await own.as(person, 'GET', '/v1/notifications');
  return body.items.map(({ sentence }: { sentence: string }) => sentence);
}

import { describe, expect, it } from 'vitest';
import type { PolicyStep } from '../../src/domain/policy.ts';
import { insertPage, insertPolicy, reviewStep, setDefaultPolicy } from '../support/fresh-tenant.ts';
import { type TenantApi, uploadImage, useTenantApi } from '../support/tenant-api.ts';

describe('submitting under a policy', () => {
  it('opens one approval, with its approvers, for what was submitted', async () => {
    const { as, tenant } = guarded();
    const draft = await write(guarded(), { text: 'Saldi' });
    const { status, body } = await as('elena', 'POST', `/v1/posts/${draft.id}/submit`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'in_review',
      version: 2,
      approval: {
        outcome: null,
        revision: 1,
        contentHash: draft.contentHash,
        openedBy: { name: 'Elena Conti' },
        steps: [{ key: 'review', state: 'open', rule: { kind: 'any' } }],
        votes: [],
      },
    });
    const approvers = body.approval.steps[0].approvers.map((person: { id: string }) => person.id);
    expect(approvers).toEqual([tenant.people.marco, tenant.people.sara].toSorted());
    expect(body.timeline.map((entry: { code: string }) => entry.code)).toEqual(['post.created', 'post.submitted']);
  });

  it('is refused with every violation at once, and starts nothing', async () => {
    const { as, tenant } = guarded();
    const draft = await write(guarded(), {
      text: '#tag '.repeat(31),
      targets: [{ connectionId: tenant.pages.instagram }, { connectionId: tenant.pages.linkedin, text: '' }],
    });
    const { status, body } = await as('elena', 'POST', `/v1/posts/${draft.id}/submit`);
    expect([status, body.type]).toEqual([422, '/problems/not-publishable']);
    expect(body.violations.map((violation: { rule: string }) => violation.rule)).toEqual([
      'max_hashtags',
      'min_media',
      'required',
    ]);
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/text',
      '/mediaIds',
      '/targets/1/text',
    ]);
    const now = await as('elena', 'GET', `/v1/posts/${draft.id}`);
    expect(now.body).toMatchObject({ status: 'draft', approval: null, version: 1 });
  });

  it('twice at the same time starts one run: the second is told the state', async () => {
    const { as } = guarded();
    const draft = await write(guarded(), { text: 'Doppio' });
    const answers = await Promise.all(
      (['elena', 'bruno', 'paolo'] as const).map((person) => as(person, 'POST', `/v1/posts/${draft.id}/submit`)),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ state: 'in_review' });
  });

  it('is refused when nobody is left who could approve, naming the step', async () => {
    const tenantApi = await guarded().another();
    const onlyMarco = { key: 'legal', name: 'Legale', users: [tenantApi.tenant.people.marco], groups: [] };
    await tenantApi.inTenant(async (trx) => {
      await setDefaultPolicy(trx, tenantApi.tenant, [{ ...onlyMarco, rule: { kind: 'any' } }]);
      await trx.updateTable('tenant_member').set({ active: false }).where('username', '=', 'marco').execute();
    });
    const draft = await write(tenantApi, { text: 'Niemand' });
    const { status, body } = await tenantApi.as('elena', 'POST', `/v1/posts/${draft.id}/submit`);
    expect([status, body.type, body.step.key]).toEqual([422, '/problems/policy-unfulfillable', 'legal']);
  });

  it('does not count an author among those who could approve', async () => {
    const tenantApi = await guarded().another();
    const onlyPaolo = { key: 'boss', name: 'Capo', users: [tenantApi.tenant.people.paolo], groups: [] };
    await tenantApi.inTenant((trx) =>
      setDefaultPolicy(trx, tenantApi.tenant, [{ ...onlyPaolo, rule: { kind: 'any' } }]),
    );
    const draft = await write(tenantApi, { text: 'Von Elena' });
    const submit = (person: 'elena' | 'paolo') => tenantApi.as(person, 'POST', `/v1/posts/${draft.id}/submit`);
    expect((await submit('paolo')).status).toBe(422);
    expect((await submit('elena')).status).toBe(200);
  });

  it('lets the strictest policy of its connections win over the tenant’s default', async () => {
    const tenantApi = await guarded().another();
    const { tenant, inTenant } = tenantApi;
    const twoSteps: readonly PolicyStep[] = [reviewStep(tenant), { ...reviewStep(tenant), key: 'second' }];
    const strict = await inTenant(async (trx) => {
      const policyId = await insertPolicy(trx, tenant, twoSteps);
      return insertPage(trx, tenant, { network: 'linkedin', policyId });
    });
    const targets = [{ connectionId: tenant.pages.facebook }, { connectionId: strict }];
    const draft = await write(tenantApi, { text: 'Streng', targets });
    const { body } = await tenantApi.as('elena', 'POST', `/v1/posts/${draft.id}/submit`);
    expect(body.approval.steps.map((step: { key: string }) => step.key)).toEqual(['review', 'second']);
  });

  it('is refused when its planned time has passed meanwhile', async () => {
    const { as, inTenant } = guarded();
    const draft = await write(guarded(), { text: 'Gestern', scheduledAt: '2031-01-01T10:00:00Z' });
    await inTenant((trx) =>
      trx
        .updateTable('post')
        .set({ scheduled_at: new Date('2026-01-01T00:00:00Z') })
        .where('id', '=', draft.id)
        .execute(),
    );
    const { status, body } = await as('elena', 'POST', `/v1/posts/${draft.id}/submit`);
    expect([status, body.type]).toEqual([422, '/problems/slot-in-past']);
  });

  it('is refused when a connection is disconnected', async () => {
    const { as, inTenant, tenant } = guarded();
    const page = await inTenant((trx) => insertPage(trx, tenant, { network: 'facebook', state: 'connected' }));
    const draft = await write(guarded(), { text: 'Getrennt', targets: [{ connectionId: page }] });
    await inTenant((trx) =>
      trx.updateTable('connection').set({ state: 'disconnected' }).where('id', '=', page).execute(),
    );
    const { status, body } = await as('elena', 'POST', `/v1/posts/${draft.id}/submit`);
    expect([status, body.type, body.errors[0].pointer]).toEqual([
      422,
      '/problems/connection-not-usable',
      '/targets/0/connectionId',
    ]);
  });

  it.each(['expired', 'refresh_required', 'degraded'] as const)(
    'is possible while a connection is %s: the process waits for its repair',
    async (state) => {
      const { as, inTenant, tenant } = guarded();
      const page = await inTenant((trx) => insertPage(trx, tenant, { network: 'facebook', state }));
      const draft = await write(guarded(), { text: 'Wartet', targets: [{ connectionId: page }] });
      expect((await as('elena', 'POST', `/v1/posts/${draft.id}/submit`)).status).toBe(200);
    },
  );

  it('carries images that each network takes', async () => {
    const { as, tenant } = guarded();
    const { facebook, instagram, linkedin } = tenant.pages;
    const image = await uploadImage(guarded(), { format: 'webp' });
    const draft = await write(guarded(), {
      text: 'Bild',
      mediaIds: [image],
      targets: [facebook, instagram, linkedin].map((connectionId) => ({ connectionId })),
    });
    expect((await as('elena', 'POST', `/v1/posts/${draft.id}/submit`)).body.status).toBe('in_review');
  });
});

describe('submitting without a policy', () => {
  it('goes on without approval, for those who may publish', async () => {
    const free = await guarded().another({ policy: false });
    const draft = await write(free, { text: 'Frei' });
    const { status, body } = await free.as('elena', 'POST', `/v1/posts/${draft.id}/submit`);
    expect([status, body.status, body.approval]).toEqual([200, 'approved', null]);
  });

  it('schedules a post whose time is set', async () => {
    const free = await guarded().another({ policy: false });
    const draft = await write(free, { text: 'Morgen', scheduledAt: '2031-01-01T10:00:00Z' });
    const { body } = await free.as('elena', 'POST', `/v1/posts/${draft.id}/submit`);
    expect(body).toMatchObject({ status: 'scheduled', scheduledAt: '2031-01-01T10:00:00.000Z' });
    expect(body.timeline.at(-1).sentence).toContain('1 January 2031 at 11:00 (Europe/Rome)');
  });

  it('is refused to those who may not publish', async () => {
    const free = await guarded().another({ policy: false });
    await free.inTenant((trx) => trx.deleteFrom('role_permission').where('permission', '=', 'post.publish').execute());
    const draft = await write(free, { text: 'Darf nicht' });
    const { status, body } = await free.as('elena', 'POST', `/v1/posts/${draft.id}/submit`);
    expect([status, body.permission]).toEqual([403, 'post.publish']);
  });

  it('may be skipped: scheduling a draft starts it, and so does publishing it now', async () => {
    const free = await guarded().another({ policy: false });
    const draft = await write(free, { text: 'Direkt' });
    const scheduledAt = '2031-02-01T10:00:00Z';
    const { status, body } = await free.as('elena', 'POST', `/v1/posts/${draft.id}/schedule`, { scheduledAt });
    expect([status, body.status, body.scheduledAt]).toEqual([200, 'scheduled', '2031-02-01T10:00:00.000Z']);
    expect((await free.as('irene', 'POST', `/v1/posts/${draft.id}/schedule`, { scheduledAt })).status).toBe(403);
  });

  it.each(['schedule', 'publish-now'])(
    'is no way around a policy: %s on a guarded draft is refused',
    async (command) => {
      const draft = await write(guarded(), { text: 'Vorbei' });
      const body = command === 'schedule' ? { scheduledAt: '2031-02-01T10:00:00Z' } : undefined;
      const answer = await guarded().as('elena', 'POST', `/v1/posts/${draft.id}/${command}`, body);
      expect([answer.status, answer.body.type]).toEqual([409, '/problems/approval-required']);
    },
  );

  it('answers schedule with all violations as well', async () => {
    const free = await guarded().another({ policy: false });
    const draft = await write(free, { text: '' });
    const body = { scheduledAt: '2031-02-01T10:00:00Z' };
    const answer = await free.as('elena', 'POST', `/v1/posts/${draft.id}/schedule`, body);
    expect([answer.status, answer.body.violations[0].rule]).toEqual([422, 'required']);
  });
});

const guarded = useTenantApi();

async function write({ as, tenant }: TenantApi, body: object) {
  const targets = [{ connectionId: tenant.pages.facebook }];
  const answer = await as('elena', 'POST', '/v1/posts', { targets, ...body });
  expect(answer.status).toBe(201);
  return answer.body;
}

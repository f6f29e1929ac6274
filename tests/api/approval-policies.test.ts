import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { faultsOf } from '../support/calendar-api.ts';
import { insertRole } from '../support/fresh-tenant.ts';
import { useTenantApi } from '../support/tenant-api.ts';

const tenantApi = useTenantApi();

describe('a policy', () => {
  it('is read as it was written, with the names of its people', async () => {
    const { tenant } = tenantApi();
    const { status, headers, body } = await create({
      steps: [
        step({ key: 'legal', name: 'Legale', users: [tenant.people.paolo], rule: { kind: 'any' } }),
        step({
          groups: [tenant.reviewers],
          rule: { kind: 'at_least', count: 2 },
          timeLimitMinutes: 480,
          reminders: [60, 240],
          onTimeout: 'escalate',
          fallback: { roles: ['tenant_admin'] },
          delegable: false,
        }),
      ],
    });
    expect([status, headers.get('etag')]).toEqual([201, '"1"']);
    expect(headers.get('location')).toBe(`/v1/approval-policies/${body.id}`);
    expect((await show(body.id)).body).toEqual(body);
    expect(body).toMatchObject({
      version: 1,
      authorsMayVote: false,
      calendarId: null,
      isDefault: false,
      connectionIds: [],
      archivedAt: null,
      steps: [
        {
          key: 'legal',
          users: [{ id: tenant.people.paolo, name: 'Paolo Rizzi' }],
          timeLimitMinutes: null,
          onTimeout: 'hold',
          delegable: true,
        },
        {
          key: 'step-1',
          groups: [{ id: tenant.reviewers, name: 'Revisione' }],
          rule: { kind: 'at_least', count: 2 },
          timeLimitMinutes: 480,
          reminders: [60, 240],
          onTimeout: 'escalate',
          fallback: { users: [], groups: [], roles: [{ key: 'tenant_admin', name: 'Tenant admin' }] },
          delegable: false,
        },
      ],
      versions: [{ version: 1, createdBy: { name: 'Giulia Ferrari' } }],
    });
  });

  it('that is edited is another version, and the old ones stay readable', async () => {
    const { body } = await create();
    const edited = await edit(body, { steps: [step({ rule: { kind: 'all' } })] });
    expect([edited.status, edited.headers.get('etag')]).toEqual([200, '"2"']);
    expect(edited.body.versions.map(({ version, steps }: Versioned) => [version, steps[0]?.rule.kind])).toEqual([
      [2, 'all'],
      [1, 'any'],
    ]);
    expect((await edit(body, { name: 'Zu spät' })).status).toBe(412);
    expect((await edit(edited.body, { authorsMayVote: false })).body.version).toBe(2);
  });

  it('is refused to whoever may not write policies, and without the version that is changed', async () => {
    const { as } = tenantApi();
    const { body } = await create();
    expect((await as('paolo', 'POST', '/v1/approval-policies', { name: 'X', steps: [step()] })).status).toBe(403);
    const unread = await as('giulia', 'PATCH', `/v1/approval-policies/${body.id}`, { name: 'X' });
    expect(unread.status).toBe(428);
    expect((await as('irene', 'GET', `/v1/approval-policies/${body.id}`)).status).toBe(200);
  });

  it('has a name of its own', async () => {
    const { body } = await create();
    expect(faultsOf(await create({ name: body.name }))).toEqual([422, ['/name unique']]);
    const other = (await create()).body;
    expect(faultsOf(await edit(other, { name: body.name }))).toEqual([422, ['/name unique']]);
  });

  it('is listed by name, in pages', async () => {
    const own = await tenantApi().another();
    for (const name of ['Beta', 'Alfa'])
      await own.as('giulia', 'POST', '/v1/approval-policies', { name, steps: [step()] });
    const names = async (query: string) => {
      const { body } = await own.as('irene', 'GET', `/v1/approval-policies${query}`);
      return [body.items.map(({ name }: { name: string }) => name), body.nextCursor];
    };
    const [first, cursor] = await names('?limit=1');
    expect(first).toEqual(['Alfa']);
    expect((await names(`?limit=1&cursor=${cursor}`))[0]).toEqual(['Beta']);
  });
});

describe('a policy that can never be fulfilled is refused', () => {
  it.each<[string, () => object, string]>([
    ['a step of nobody', () => step({ roles: [] }), '/steps/0 no_approvers'],
    ['a step of people who may not vote', () => step({ roles: ['viewer'] }), '/steps/0 no_approvers'],
    [
      'more approvals than people',
      () => step({ rule: { kind: 'at_least', count: 3 } }),
      '/steps/0/rule/count too_few_approvers',
    ],
    ['an escalation to nobody', () => step({ onTimeout: 'escalate' }), '/steps/0/fallback no_fallback'],
    ['a member who is none', () => step({ users: [randomUUID()] }), '/steps/0/users/0 exists'],
    ['a group that is none', () => step({ groups: [randomUUID()] }), '/steps/0/groups/0 exists'],
    ['a role that is none', () => step({ roles: ['reviewer', 'chef'] }), '/steps/0/roles/1 exists'],
    ['a stranger as fallback', () => step({ fallback: { users: [randomUUID()] } }), '/steps/0/fallback/users/0 exists'],
    [
      'a reminder that comes too late',
      () => step({ timeLimitMinutes: 60, reminders: [60] }),
      '/steps/0/reminders/0 before_limit',
    ],
    ['reminders out of order', () => step({ reminders: [60, 30] }), '/steps/0/reminders/1 ascending'],
  ])('%s', async (_what, of, fault) => {
    expect(faultsOf(await create({ steps: [of()] }))).toEqual([422, [fault]]);
  });

  it('two steps of one key', async () => {
    const steps = [step({ key: 'same' }), step({ key: 'same' })];
    expect(faultsOf(await create({ steps }))).toEqual([422, ['/steps/1/key unique']]);
  });

  it('a calendar that is none', async () => {
    expect(faultsOf(await create({ calendarId: randomUUID() }))).toEqual([422, ['/calendarId exists']]);
  });
});

describe('a policy that works for some authors only', () => {
  it('says whose posts would get stuck', async () => {
    const { tenant } = tenantApi();
    const { status, body } = await create({ steps: [step({ roles: [], users: [tenant.people.paolo] })] });
    expect([status, body.warnings]).toEqual([
      201,
      [
        expect.objectContaining({
          pointer: '/steps/0',
          code: 'blocked_for',
          users: [{ id: tenant.people.paolo, name: 'Paolo Rizzi' }],
        }),
      ],
    ]);
    const lax = await edit(body, { authorsMayVote: true });
    expect(lax.body.warnings).toEqual([]);
  });

  it('refuses their posts when they submit them', async () => {
    const own = await tenantApi().another();
    const json = { name: 'Solo Paolo', steps: [step({ roles: [], users: [own.tenant.people.paolo] })] };
    const policy = (await own.as('giulia', 'POST', '/v1/approval-policies', json)).body;
    await own.as('giulia', 'PUT', '/v1/approval-policies/default', { policyId: policy.id });
    const draft = await own.as('paolo', 'POST', '/v1/posts', {
      text: 'Mio',
      targets: [{ connectionId: own.tenant.pages.facebook }],
    });
    const { status, body } = await own.as('paolo', 'POST', `/v1/posts/${draft.body.id}/submit`);
    expect([status, body.type]).toEqual([422, '/problems/policy-unfulfillable']);
  });
});

describe('what a policy guards', () => {
  it('is the connections that name it, or all that name none', async () => {
    const { as, tenant } = await tenantApi().another();
    const policy = (await as('giulia', 'POST', '/v1/approval-policies', { name: 'Pagina', steps: [step()] })).body;
    const path = `/v1/connections/${tenant.pages.facebook}/approval-policy`;
    expect((await as('giulia', 'PUT', path, { policyId: policy.id })).body.approvalPolicyId).toBe(policy.id);
    await as('giulia', 'PUT', '/v1/approval-policies/default', { policyId: policy.id });
    const shown = (await as('irene', 'GET', `/v1/approval-policies/${policy.id}`)).body;
    expect(shown).toMatchObject({ isDefault: true, connectionIds: [tenant.pages.facebook] });
  });

  it('keeps it from being archived; an archived one cannot be chosen or edited', async () => {
    const { as } = await tenantApi().another();
    const policy = (await as('giulia', 'POST', '/v1/approval-policies', { name: 'Uno', steps: [step()] })).body;
    const path = `/v1/approval-policies/${policy.id}`;
    const remove = () => as('giulia', 'DELETE', path, undefined, { headers: { 'if-match': '*' } });
    await as('giulia', 'PUT', '/v1/approval-policies/default', { policyId: policy.id });
    expect(await remove()).toMatchObject({ status: 409, body: { type: '/problems/policy-in-use', isDefault: true } });
    await as('giulia', 'PUT', '/v1/approval-policies/default', { policyId: null });
    expect((await remove()).status).toBe(204);
    expect((await as('irene', 'GET', path)).body.archivedAt).not.toBeNull();
    const chosen = await as('giulia', 'PUT', '/v1/approval-policies/default', { policyId: policy.id });
    expect(faultsOf(chosen)).toEqual([422, ['/policyId exists']]);
    const edited = await as('giulia', 'PATCH', path, { name: 'Due' }, { headers: { 'if-match': '*' } });
    expect(edited.body.type).toBe('/problems/policy-archived');
    expect((await as('giulia', 'POST', '/v1/approval-policies', { name: 'Uno', steps: [step()] })).status).toBe(201);
  });

  it('does not change for approvals that run: they keep their version, and show it', async () => {
    const own = await tenantApi().another();
    const { as } = own;
    const policy = (await as('giulia', 'POST', '/v1/approval-policies', { name: 'Uno', steps: [step()] })).body;
    await as('giulia', 'PUT', '/v1/approval-policies/default', { policyId: policy.id });
    const draft = await as('elena', 'POST', '/v1/posts', {
      text: 'Prima',
      targets: [{ connectionId: own.tenant.pages.facebook }],
    });
    const post = (await as('elena', 'POST', `/v1/posts/${draft.body.id}/submit`)).body;
    const changes = { steps: [step({ rule: { kind: 'all' } })] };
    await as('giulia', 'PATCH', `/v1/approval-policies/${policy.id}`, changes, { headers: { 'if-match': '"1"' } });
    const { body } = await as('marco', 'POST', `/v1/posts/${post.id}/decisions`, { verdict: 'approve' });
    expect(body).toMatchObject({ policyId: policy.id, policyVersion: 1, outcome: 'approved' });
  });

  it('counts on people whose role is a tenant’s own', async () => {
    const { as, inTenant, tenant } = await tenantApi().another();
    await inTenant(async (trx) => {
      const roleId = await insertRole(trx, tenant, { key: 'legal', name: 'Legale', permissions: ['post.approve'] });
      const held = { tenant_id: tenant.id, user_id: tenant.people.irene, role_id: roleId };
      await trx.insertInto('member_role').values(held).execute();
    });
    const json = { name: 'Legale', steps: [step({ roles: ['legal'] })] };
    const policy = (await as('giulia', 'POST', '/v1/approval-policies', json)).body;
    await as('giulia', 'PUT', '/v1/approval-policies/default', { policyId: policy.id });
    const draft = await as('elena', 'POST', '/v1/posts', {
      text: 'Contratto',
      targets: [{ connectionId: tenant.pages.facebook }],
    });
    const post = (await as('elena', 'POST', `/v1/posts/${draft.body.id}/submit`)).body;
    expect(post.approval.steps[0].approvers).toEqual([{ id: tenant.people.irene, name: 'Irene Leone' }]);
  });
});

interface Versioned {
  readonly version: number;
  readonly steps: readonly { readonly rule: { readonly kind: string } }[];
}

function step(changes: object = {}): object {
  return { name: 'Revisione', roles: ['reviewer'], rule: { kind: 'any' }, ...changes };
}

function create(changes: object = {}) {
  const json = { name: `Policy ${randomUUID()}`, steps: [step()], ...changes };
  return tenantApi().as('giulia', 'POST', '/v1/approval-policies', json);
}

function show(id: string) {
  return tenantApi().as('irene', 'GET', `/v1/approval-policies/${id}`);
}

function edit({ id, version }: { id: string; version: number }, changes: object) {
  const headers = { 'if-match': `"${version}"` };
  return tenantApi().as('giulia', 'PATCH', `/v1/approval-policies/${id}`, changes, { headers });
}

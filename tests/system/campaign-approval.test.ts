import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoTenant } from '../../dev/demo-data.ts';
import type { TenantId, UserId } from '../../src/domain/ids.ts';
import { insertGroup, insertNumber, insertTemplate } from '../support/campaign-people.ts';
import { callRunning, demand } from '../support/running-api.ts';
import { inDemoTenant } from '../support/stack-database.ts';

/** Each with a token of Keycloak: an admin, an editor, a reviewer and a supervisor. */
const slug = 'borgoverde';
const [antonio, martina, lorenzo, laura, simone] = ['antonio', 'martina', 'lorenzo', 'laura', 'simone'].map(
  (name) => `${name}.${slug}`,
) as [string, string, string, string, string];

test('an editor submits a campaign, and it waits on the reviewer’s list', async () => {
  campaign = (await demand(200, `${path()}/submit`, { as: martina, method: 'POST' })).body;
  expect(campaign).toMatchObject({ state: 'in_review', approval: { outcome: null, steps: [{}, {}] } });
  expect(await waitingFor(lorenzo)).toContain(campaign.id);
  expect(await waitingFor(laura)).not.toContain(campaign.id);
});

test('neither its editor nor a viewer may vote on it, and nobody may schedule it meanwhile', async () => {
  for (const as of [martina, simone]) {
    expect(await decide(as)).toMatchObject({ status: 403, body: { permission: 'post.approve' } });
  }
  const scheduled = await callRunning(`${path()}/schedule`, { as: laura, method: 'POST' });
  expect(scheduled).toMatchObject({ status: 409, body: { state: 'in_review' } });
});

test('the reviewer approves, then the supervisor: it is scheduled, and its process waits for its start', async () => {
  expect((await decide(lorenzo)).body).toMatchObject({ outcome: null, campaign: { state: 'in_review' } });
  expect(await waitingFor(laura)).toContain(campaign.id);
  expect((await decide(laura)).body).toMatchObject({ outcome: 'approved', campaign: { state: 'scheduled' } });
  expect((await demand(200, path(), { as: simone })).body).toMatchObject({ state: 'scheduled', violations: [] });
});

test('taken back it is a draft, and would pass every step again', async () => {
  const { body } = await demand(200, `${path()}/withdraw`, { as: martina, method: 'POST' });
  expect(body.state).toBe('draft');
  const again = await demand(200, `${path()}/submit`, { as: martina, method: 'POST' });
  expect(again.body).toMatchObject({ state: 'in_review', approval: { outcome: null, votes: [] } });
  expect(again.body.approval.id).not.toBe(campaign.approval.id);
});

let campaign: { id: string; contentHash: string; approval: { id: string } };

const path = (): string => `/v1/campaigns/${campaign.id}`;
const decide = (as: string) =>
  callRunning(`${path()}/decisions`, {
    as,
    method: 'POST',
    json: { verdict: 'approve', contentHash: campaign.contentHash },
  });

async function waitingFor(as: string): Promise<readonly string[]> {
  const { items } = (await demand(200, '/v1/approvals?assignee=me&outcome=open', { as })).body;
  return items.map((item: { campaign: { id: string } | null }) => item.campaign?.id);
}

async function choosePolicy(policyId: string | null): Promise<void> {
  await demand(200, '/v1/approval-policies/campaigns', { as: antonio, method: 'PUT', json: { policyId } });
}

beforeAll(async () => {
  const steps = ['reviewer', 'supervisor'].map((role) => ({ name: role, roles: [role], rule: { kind: 'any' } }));
  const name = `Campagne ${new Date().toISOString()}`;
  const policy = await demand(201, '/v1/approval-policies', { as: antonio, method: 'POST', json: { name, steps } });
  await choosePolicy(policy.body.id);
  const by = (await demand(200, '/v1/me', { as: martina })).body.user.id as UserId;
  const tenantId = demoTenant(slug).id as TenantId;
  const parts = await inDemoTenant(slug, async (trx) => ({
    groupIds: [await insertGroup(trx, { tenantId, by }, [{ count: 1 }])],
    connectionIds: [await insertNumber(trx, tenantId)],
    variants: [{ key: 'A', templateId: await insertTemplate(trx, { tenantId, by }) }],
  }));
  // So far ahead that the worker of the stack never begins it.
  const json = { name: 'Natale', startsAtLocal: '2100-12-24T09:00', ...parts };
  campaign = (await demand(201, '/v1/campaigns', { as: martina, method: 'POST', json })).body;
});

afterAll(async () => {
  await demand(200, `${path()}/cancel`, { as: laura, method: 'POST' });
  await choosePolicy(null);
});

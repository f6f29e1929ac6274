import { describe, expect, it } from 'vitest';
import { testStack } from '../../dev/stack.ts';
import { breakConnection } from '../../src/db/connection-grant.ts';
import { recordLook } from '../../src/db/connection-health.ts';
import { connectionWorkflowId } from '../../src/domain/connection.ts';
import { send } from '../support/api.ts';
import { withTemporal } from '../support/histories.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

describe('a connection that breaks', () => {
  it('is told to those who may mend it, in their list and by e-mail, and its repair too, each once', async () => {
    const api = await fresh();
    const address = `paolo.${api.tenant.slug}@prova.test`;
    await api.inTenant((trx) =>
      trx.updateTable('tenant_member').set({ email: address }).where('username', '=', 'paolo').execute(),
    );
    await breaks(api);
    await expect.poll(() => heard(api), soon).toEqual(['connection_expired']);
    await expect.poll(() => caught(address), soon).toHaveLength(1);
    await repaired(api);
    await expect.poll(() => heard(api), soon).toEqual(['connection_repaired', 'connection_expired']);
    await expect.poll(() => caught(address), soon).toHaveLength(2);
    const [mail] = (await caught(address)) as [{ id: string; subject: string }];
    const { text } = (await send(`${catcher}/${mail.id}`, { as: null })).body;
    expect(text).toContain('facebook page');
    expect((await api.as('irene', 'GET', '/v1/notifications')).body.items).toEqual([]);
  });

  it('parks three posts, and its repair drops those that are late, if the connection says so; others do not wait', async () => {
    const api = await fresh();
    expect((await prefer(api, 'drop')).body).toMatchObject({ passedSlots: 'drop' });
    await breaks(api);
    const late = [await scheduled(api, { inMs: 2_000 }), await scheduled(api, { inMs: 2_000 })];
    const inTime = await scheduled(api, { inMs: 3_600_000 });
    const elsewhere = await scheduled(api, { inMs: 3_600_000, on: 'linkedin' });
    for (const post of [...late, inTime]) await expect.poll(() => targetOf(api, post), soon).toBe('parked grant_gone');
    expect(await targetOf(api, elsewhere)).toBe('waiting null');
    await expect.poll(() => late.every(({ scheduledAt }) => Date.now() > Date.parse(scheduledAt)), soon).toBe(true);
    await repaired(api);
    for (const post of late) await expect.poll(() => statusOf(api, post), soon).toBe('failed');
    await expect.poll(() => targetOf(api, inTime), soon).toBe('waiting null');
    expect(await statusOf(api, inTime)).toBe('scheduled');
  });
});

it('a connection that a person ends is left by its process once its grant is settled, and nobody is told', async () => {
  const api = await fresh();
  expect((await api.as('paolo', 'POST', `${path(api)}/disconnect`)).body.state).toBe('disconnected');
  const revocation = async () => (await api.as('irene', 'GET', path(api))).body.revocation;
  // The page has no token: there is nothing to take the grant back with, where a network takes it at all.
  await expect.poll(revocation, soon).toMatch(/^(failed|not_offered)$/);
  const { tenantId, connectionId } = about(api);
  await withTemporal(async ({ workflow }) => {
    const run = workflow.getHandle(connectionWorkflowId(tenantId, connectionId));
    await expect.poll(async () => (await run.describe()).status.name, soon).toBe('COMPLETED');
  });
  expect(await heard(api)).toEqual([]);
});

describe('what a repair does with late posts', () => {
  it('is to send them, until somebody who may says otherwise; the last one to write wins', async () => {
    const api = await fresh();
    expect((await api.as('irene', 'GET', path(api))).body.passedSlots).toBe('now');
    expect((await prefer(api, 'ask')).body.passedSlots).toBe('ask');
    expect((await prefer(api, 'ask')).status).toBe(200);
    expect((await api.as('irene', 'GET', path(api))).body.passedSlots).toBe('ask');
    expect(await eventsOf(api)).toEqual([{ kind: 'connection.changed', data: { passedSlots: 'ask' } }]);
    const { status, body } = await api.as('elena', 'PATCH', path(api), { passedSlots: 'now' });
    expect([status, body.permission]).toEqual([403, 'connection.write']);
    expect((await prefer(api, 'later')).status).toBe(400);
  });
});

const tenantApi = useTenantApi();
const soon = { timeout: 20_000 };
const catcher = `http://localhost:${testStack().ports.mailWeb}/messages`;

/** A tenant without policies, whose supervisor Paolo may mend connections. */
async function fresh(): Promise<TenantApi> {
  const api = await tenantApi().another({ policy: false });
  await api.inTenant(async (trx) => {
    const role = await trx.selectFrom('role').selectAll().where('key', '=', 'supervisor').executeTakeFirstOrThrow();
    const granted = { tenant_id: role.tenant_id, role_id: role.id, permission: 'connection.write' } as const;
    await trx.insertInto('role_permission').values(granted).execute();
  });
  return api;
}

const about = ({ tenant }: TenantApi) => ({ tenantId: tenant.id, connectionId: tenant.pages.facebook });
const path = ({ tenant }: TenantApi): string => `/v1/connections/${tenant.pages.facebook}`;
const prefer = (api: TenantApi, passedSlots: string) => api.as('paolo', 'PATCH', path(api), { passedSlots });

/** As any refusal of its token would. */
async function breaks(api: TenantApi): Promise<void> {
  const now = new Date();
  const words = { providerStatus: 400, providerCode: '190', providerMessage: 'Session has expired' };
  const error = { code: 'grant_gone', ...words, at: now.toISOString() } as const;
  await api.inTenant((trx) =>
    breakConnection(trx, about(api), { state: 'expired', grantVersion: 1, missing: [], error, now }),
  );
}

/** As any successful look by a person would. */
async function repaired(api: TenantApi): Promise<void> {
  const looked = { ...about(api), actor: { kind: 'user', id: api.tenant.people.paolo }, grantVersion: 1 } as const;
  await api.inTenant((trx) =>
    recordLook(trx, { ...looked, now: new Date() }, { kind: 'works', name: null, scopes: null }),
  );
}

interface Scheduled {
  readonly id: string;
  readonly scheduledAt: string;
}

async function scheduled(
  api: TenantApi,
  { inMs, on = 'facebook' }: { inMs: number; on?: 'facebook' | 'linkedin' },
): Promise<Scheduled> {
  const targets = [{ connectionId: api.tenant.pages[on] }];
  const draft = await api.as('elena', 'POST', '/v1/posts', { text: 'Buon Natale', targets });
  const scheduledAt = new Date(Date.now() + inMs).toISOString();
  const { status, body } = await api.as('elena', 'POST', `/v1/posts/${draft.body.id}/schedule`, { scheduledAt });
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

async function statusOf({ as }: TenantApi, { id }: Scheduled): Promise<string> {
  return (await as('elena', 'GET', `/v1/posts/${id}`)).body.status;
}

async function targetOf({ as }: TenantApi, { id }: Scheduled): Promise<string> {
  const [{ state, reason }] = (await as('elena', 'GET', `/v1/posts/${id}`)).body.targets;
  return `${state} ${reason?.code ?? null}`;
}

/** What Paolo has been told of the page, newest first. */
async function heard(api: TenantApi): Promise<string[]> {
  const { items } = (await api.as('paolo', 'GET', '/v1/notifications')).body;
  return items
    .filter(({ subject }: { subject: { id: string } }) => subject.id === api.tenant.pages.facebook)
    .map(({ kind }: { kind: string }) => kind);
}

async function caught(address: string): Promise<{ id: string; subject: string }[]> {
  return (await send(`${catcher}?to=${encodeURIComponent(address)}`, { as: null })).body;
}

function eventsOf(api: TenantApi) {
  return api.inTenant((trx) =>
    trx.selectFrom('event').select(['kind', 'data']).where('entity_id', '=', api.tenant.pages.facebook).execute(),
  );
}

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoUser } from '../../dev/demo-data.ts';
import type { UserId } from '../../src/domain/ids.ts';
import { type BuiltInRoleKey, builtInRoles } from '../../src/domain/permission.ts';
import type { Call, CallAnswer } from '../support/api.ts';
import { callRunning } from '../support/running-api.ts';
import { filled, type Operation, runningOperations } from '../support/running-operations.ts';
import { inDemoTenant } from '../support/stack-database.ts';
import { serviceToken } from '../support/tokens.ts';

const operations = await runningOperations();
const forMembers = operations.filter(({ permission }) => permission !== undefined);

test('only signed addresses of files, pictures, exports and refused rows are open to those without a token', () => {
  const open = operations.filter(({ permission }) => permission === undefined);
  expect(open.map(({ name }) => name)).toEqual([
    'GET /pictures/{tenantId}/{sha256}',
    'GET /media/{tenantId}/{mediaId}/{kind}',
    'GET /exports/campaigns/{tenantId}/{campaignId}',
    'GET /refused-rows/{tenantId}/{importId}',
  ]);
});

describe.each<{ holder: string; role: BuiltInRoleKey; who: Who }>([
  { holder: 'a tenant admin', role: 'tenant_admin', who: { as: 'giulia.aurora' } },
  { holder: 'an editor', role: 'editor', who: { as: 'elena.aurora' } },
  { holder: 'a reviewer', role: 'reviewer', who: { as: 'marco.aurora' } },
  { holder: 'an agent', role: 'agent', who: { as: 'luca.aurora' } },
  { holder: 'a supervisor', role: 'supervisor', who: { as: 'paolo.aurora' } },
  { holder: 'a viewer', role: 'viewer', who: { as: 'irene.aurora' } },
  { holder: 'a service account with the role of an editor', role: 'editor', who: { service: 'crm-aurora' } },
  { holder: 'the editor of one tenant', role: 'editor', who: { as: 'beatrice.ponti', tenant: 'aurora' } },
  { holder: 'who is a viewer in another', role: 'viewer', who: { as: 'beatrice.ponti', tenant: 'borgoverde' } },
])('$holder', ({ role, who }) => {
  const granted: ReadonlySet<string> = new Set(builtInRoles[role].permissions);

  test.each(forMembers.filter((operation) => mayCall(granted, operation)))('may $name', async (operation) => {
    const { status, body } = await knock(operation, who);
    // Let in, and then told what is wrong with the request; nothing is created by it.
    expect([200, 400, 404, 412, 422, 428], JSON.stringify(body)).toContain(status);
    expect(body.type).not.toBe('/problems/unknown-tenant');
  });

  test.each(forMembers.filter((operation) => !mayCall(granted, operation)))('may not $name', async (operation) => {
    expect(brief(await knock(operation, who))).toEqual([403, '/problems/missing-permission', operation.permission]);
  });
});

describe('whoever is no member', () => {
  test.each(forMembers)('with no token may not $name', async (operation) => {
    expect(brief(await knock(operation, { as: null }))).toEqual([401, '/problems/unauthenticated']);
  });

  test.each(forMembers)('with a token without tenants may not $name', async (operation) => {
    expect(brief(await knock(operation, { as: 'carlo.ospite' }))).toEqual([403, '/problems/no-tenant']);
  });

  test.each(forMembers)('with two tenants and no choice may not $name', async (operation) => {
    expect(brief(await knock(operation, { as: 'beatrice.ponti' }))).toEqual([400, '/problems/tenant-required']);
  });

  test.each(forMembers)('who names a tenant that is not in the token may not $name', async (operation) => {
    for (const as of ['beatrice.ponti', 'giulia.aurora']) {
      expect(brief(await knock(operation, { as, tenant: 'lariana' }))).toEqual([404, '/problems/unknown-tenant']);
    }
  });

  describe('because the tenant removed her a moment ago', () => {
    beforeAll(() => setActive(false));
    afterAll(() => setActive(true));

    test.each(forMembers)('may not $name', async (operation) => {
      expect(brief(await knock(operation, { as: removed }))).toEqual([403, '/problems/not-a-member']);
    });
  });

  test('but once she is taken in again, she is let in at once', async () => {
    expect((await callRunning('/v1/me', { as: removed })).status).toBe(200);
  });
});

interface Who {
  /** A demo user; null: no token. */
  readonly as?: string | null;
  readonly service?: string;
  readonly tenant?: string;
}

/** The tenant admin of a tenant that no other test changes. */
const removed = 'antonio.borgoverde';

function mayCall(granted: ReadonlySet<string>, { permission }: Operation): boolean {
  return permission === null || (permission !== undefined && granted.has(permission));
}

/** A request that gets as far as its sender's rights go, and does nothing there. */
async function knock({ method, path, contentType }: Operation, { as, service, tenant }: Who): Promise<CallAnswer> {
  const idle = idleBody(contentType);
  const headers = { ...idle.headers, ...(tenant === undefined ? {} : { 'chorally-tenant': tenant }) };
  const from: Call = service === undefined ? { as: as ?? null } : { token: await serviceToken(service) };
  return callRunning(
    filled(path, () => randomUUID()),
    { ...from, method, ...idle, headers },
  );
}

function idleBody(contentType: string | null): Call {
  if (contentType === null) return {};
  if (contentType === 'application/json') return { json: { notKnown: true } };
  if (contentType === 'application/offset+octet-stream') return { body: 'x', headers: { 'content-type': contentType } };
  const form = new FormData();
  form.set('notKnown', 'true');
  return { body: form };
}

function brief({ status, body }: CallAnswer): unknown[] {
  return [status, body.type, ...(body.permission === undefined ? [] : [body.permission])];
}

async function setActive(active: boolean): Promise<void> {
  const userId = demoUser(removed).id as UserId;
  await inDemoTenant('borgoverde', (trx) =>
    trx.updateTable('tenant_member').set({ active }).where('user_id', '=', userId).execute(),
  );
}

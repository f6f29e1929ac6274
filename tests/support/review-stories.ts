import { expect } from 'vitest';
import { type PolicyStep, wholePolicyStep } from '../../src/domain/policy.ts';
import type { PostId } from '../../src/domain/ids.ts';
import type { CallAnswer } from './api.ts';
import { type FreshTenant, type PersonName, setDefaultPolicy } from './fresh-tenant.ts';
import type { TenantApi } from './tenant-api.ts';

export const supervisors = { users: [], groups: [], roles: ['supervisor'] };

export const named = ({ tenant }: TenantApi, person: 'marco' | 'sara' | 'paolo' | 'giulia') => {
  const names = { marco: 'Marco Galli', sara: 'Sara Fontana', paolo: 'Paolo Rizzi', giulia: 'Giulia Ferrari' };
  return { id: tenant.people[person], name: names[person] };
};

/** A tenant whose default policy has these steps. */
export async function withPolicy(
  api: TenantApi,
  steps: (tenant: FreshTenant) => readonly Partial<PolicyStep>[],
): Promise<TenantApi> {
  const own = await api.another();
  const whole = steps(own.tenant).map((changes) =>
    wholePolicyStep({
      key: 'review',
      name: 'Revisione',
      users: [],
      groups: [],
      rule: { kind: 'any' },
      delegable: true,
      ...changes,
    }),
  );
  await own.inTenant((trx) => setDefaultPolicy(trx, own.tenant, whole));
  return own;
}

export interface Submitted {
  readonly id: PostId;
  readonly approval: { readonly id: string };
}

export async function submitted({ as, tenant }: TenantApi): Promise<Submitted> {
  const targets = [{ connectionId: tenant.pages.facebook }];
  const draft = await as('elena', 'POST', '/v1/posts', { text: 'Buon Natale', targets });
  const { status, body } = await as('elena', 'POST', `/v1/posts/${draft.body.id}/submit`);
  expect(status).toBe(200);
  return body;
}

/** The approval once this holds. */
export async function settled(
  { as }: TenantApi,
  { approval }: Submitted,
  holds: (body: CallAnswer['body']) => boolean,
): Promise<CallAnswer['body']> {
  const read = async () => (await as('irene', 'GET', `/v1/approvals/${approval.id}`)).body;
  await expect.poll(async () => holds(await read()), { timeout: 10_000 }).toBe(true);
  return read();
}

export function vote({ as }: TenantApi, by: PersonName, { id }: Submitted): Promise<CallAnswer> {
  return as(by, 'POST', `/v1/posts/${id}/decisions`, { verdict: 'approve' });
}

export function delegate({ as, tenant }: TenantApi, by: PersonName, { approval }: Submitted, to: PersonName) {
  return as(by, 'POST', `/v1/approvals/${approval.id}/delegations`, { to: tenant.people[to] });
}

export function away({ as }: TenantApi, by: PersonName, body: object): Promise<CallAnswer> {
  const [from, until] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
  return as(by, 'POST', '/v1/absences', { from, until, ...body });
}

export async function waitingFor({ as }: TenantApi, person: PersonName): Promise<readonly string[]> {
  const { body } = await as(person, 'GET', '/v1/approvals?assignee=me&outcome=open');
  return body.items.map(({ post }: { post: { id: string } }) => post.id);
}

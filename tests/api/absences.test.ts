import { describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/new-id.ts';
import { faultsOf } from '../support/calendar-api.ts';
import type { FreshTenant } from '../support/fresh-tenant.ts';
import { away, named, submitted, vote, waitingFor, withPolicy } from '../support/review-stories.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

describe('an absence', () => {
  it('lets the delegate vote while it lasts, and open approvals hear of it', async () => {
    const own = await withPolicy(tenantApi(), ({ people }) => [{ users: [people.marco] }]);
    const post = await submitted(own);
    expect((await vote(own, 'paolo', post)).body.type).toBe('/problems/not-an-approver');
    const { status, body } = await away(own, 'marco', { delegateId: own.tenant.people.paolo });
    expect([status, body.user, body.delegate]).toEqual([201, named(own, 'marco'), named(own, 'paolo')]);
    expect(await waitingFor(own, 'paolo')).toEqual([post.id]);
    await delivered(own);
    expect((await vote(own, 'paolo', post)).status).toBe(200);
    const later = await submitted(own);
    await own.as('marco', 'DELETE', `/v1/absences/${body.id}`);
    await delivered(own);
    expect((await vote(own, 'paolo', later)).body.type).toBe('/problems/not-an-approver');
  });

  it('is everybody’s own; another’s needs the right to', async () => {
    const own = await tenantApi().another();
    const { marco, sara, paolo } = own.tenant.people;
    const body = { userId: marco, delegateId: sara };
    expect(await away(own, 'sara', body)).toMatchObject({ status: 403, body: { permission: 'absence.write' } });
    const entered = await away(own, 'paolo', body);
    expect(entered.body).toMatchObject({ createdBy: { id: paolo } });
    const path = `/v1/absences/${entered.body.id}`;
    expect((await own.as('sara', 'DELETE', path)).status).toBe(403);
    expect((await own.as('irene', 'GET', `/v1/absences?userId=${marco}`)).body.items).toEqual([entered.body]);
    expect((await own.as('irene', 'GET', '/v1/absences?userId=me')).body.items).toEqual([]);
    expect((await own.as('marco', 'DELETE', path)).status).toBe(204);
    expect((await own.as('marco', 'DELETE', path)).status).toBe(404);
  });

  it.each<[string, (people: FreshTenant['people']) => object, string]>([
    ['to oneself', ({ marco }) => ({ delegateId: marco }), '/delegateId other'],
    ['to somebody who may not vote', ({ irene }) => ({ delegateId: irene }), '/delegateId may_vote'],
    ['backwards', ({ sara }) => ({ delegateId: sara, until: '2020-01-01T00:00:00Z' }), '/until after'],
    [
      'that is over',
      ({ sara }) => ({ delegateId: sara, from: '2020-01-01T00:00:00Z', until: '2020-01-02T00:00:00Z' }),
      '/until future',
    ],
    ['of a stranger', ({ sara }) => ({ delegateId: sara, userId: newId() }), '/userId exists'],
  ])('is refused %s', async (_what, body, fault) => {
    const { tenant } = tenantApi();
    const by = fault === '/userId exists' ? 'paolo' : 'marco';
    expect(faultsOf(await away(tenantApi(), by, body(tenant.people)))).toEqual([422, [fault]]);
  });

  it('does not overlap another of the same person, entered at once or not', async () => {
    const own = await tenantApi().another();
    const delegateId = own.tenant.people.sara;
    const answers = await Promise.all(Array.from({ length: 5 }, () => away(own, 'marco', { delegateId })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409, 409]);
  });
});

const tenantApi = useTenantApi();

/** Waits until every process has been told what it is to hear. */
async function delivered({ inTenant }: TenantApi): Promise<void> {
  const waiting = () =>
    inTenant((trx) => trx.selectFrom('process_outbox').select('id').where('delivered_at', 'is', null).execute());
  await expect.poll(waiting, { timeout: 10_000 }).toEqual([]);
}

import { describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/new-id.ts';
import { faultsOf } from '../support/calendar-api.ts';
import type { PersonName } from '../support/fresh-tenant.ts';
import { named, settled, submitted, vote, withPolicy } from '../support/review-stories.ts';
import { useTenantApi } from '../support/tenant-api.ts';

describe('skipping', () => {
  it('needs its own right and a reason, and both are kept', async () => {
    const own = await withPolicy(tenantApi(), ({ reviewers, people }) => [
      { groups: [reviewers], rule: { kind: 'all' } },
      { key: 'last', users: [people.paolo] },
    ]);
    const post = await submitted(own);
    const skip = (by: PersonName, json: object) => own.as(by, 'POST', `/v1/approvals/${post.approval.id}/skip`, json);
    expect((await skip('paolo', { scope: 'step', reason: 'Fretta' })).status).toBe(403);
    expect(faultsOf(await skip('giulia', { scope: 'step', reason: '  ' }))).toEqual([422, ['/reason too_small']]);
    expect((await skip('giulia', { scope: 'step', reason: 'X', revision: 2 })).body.type).toBe(
      '/problems/stale-content',
    );
    const { status, body } = await skip('giulia', { scope: 'step', reason: 'Sciopero dei revisori', step: 'review' });
    expect([status, body.outcome, body.steps.map(({ state }: { state: string }) => state)]).toEqual([
      200,
      null,
      ['passed', 'open'],
    ]);
    expect(body.skips).toEqual([
      expect.objectContaining({
        step: 'review',
        scope: 'step',
        by: named(own, 'giulia'),
        reason: 'Sciopero dei revisori',
      }),
    ]);
    const again = await skip('giulia', { scope: 'step', reason: 'Ancora', step: 'review' });
    expect(again.body.type).toBe('/problems/step-passed');
    const reasons = await own.inTenant((trx) => trx.selectFrom('approval_comment').select('body').execute());
    expect(reasons.map((row) => row.body)).toEqual(['Sciopero dei revisori']);
  });

  it('of all that is left approves the post', async () => {
    const own = await withPolicy(tenantApi(), ({ reviewers, people }) => [
      { groups: [reviewers] },
      { key: 'b', users: [people.paolo] },
    ]);
    const post = await submitted(own);
    const path = `/v1/approvals/${post.approval.id}/skip`;
    const key = { headers: { 'idempotency-key': 'skip-all' } };
    const json = { scope: 'all', reason: 'Emergenza' };
    const { body } = await own.as('giulia', 'POST', path, json, key);
    expect(body).toMatchObject({ outcome: 'approved', settledBy: named(own, 'giulia'), post: { status: 'approved' } });
    expect((await own.as('giulia', 'POST', path, json, key)).body).toEqual(body);
    expect((await own.as('giulia', 'POST', path, json)).body.type).toBe('/problems/settled');
  });
});

describe('a user who is deactivated', () => {
  it('is out at once, and of all only the others are asked', async () => {
    const own = await withPolicy(tenantApi(), ({ reviewers }) => [{ groups: [reviewers], rule: { kind: 'all' } }]);
    const post = await submitted(own);
    await vote(own, 'sara', post);
    expect((await own.as('giulia', 'POST', `/v1/users/${own.tenant.people.marco}/deactivate`)).body.active).toBe(false);
    expect((await own.as('marco', 'GET', '/v1/me')).status).toBe(403);
    const approval = await settled(own, post, ({ outcome }) => outcome !== null);
    expect(approval).toMatchObject({ outcome: 'approved', settledBy: null });
  });

  it('leaves an approval stranded that only they could give, until they are activated', async () => {
    const own = await withPolicy(tenantApi(), ({ people }) => [{ users: [people.marco] }]);
    const post = await submitted(own);
    const user = `/v1/users/${own.tenant.people.marco}`;
    await own.as('giulia', 'POST', `${user}/deactivate`);
    await settled(own, post, ({ stranded }) => stranded);
    const shown = (await own.as('irene', 'GET', `/v1/posts/${post.id}`)).body;
    expect([shown.attention, shown.attentionCauses[0].code]).toEqual([true, 'approval_stranded']);
    expect((await own.as('irene', 'GET', '/v1/posts?attention=true')).body.items).toHaveLength(1);
    expect((await own.as('giulia', 'POST', `${user}/activate`)).body.active).toBe(true);
    await settled(own, post, ({ stranded }) => !stranded);
    expect((await vote(own, 'marco', post)).body.outcome).toBe('approved');
    expect((await own.as('irene', 'GET', `/v1/posts/${post.id}`)).body.attention).toBe(false);
  });

  it('is never oneself, and only an admin can', async () => {
    const { as, tenant } = tenantApi();
    const own = `/v1/users/${tenant.people.giulia}/deactivate`;
    expect(await as('giulia', 'POST', own)).toMatchObject({ status: 409, body: { type: '/problems/own-account' } });
    expect((await as('paolo', 'POST', own)).status).toBe(403);
    expect((await as('giulia', 'POST', `/v1/users/${newId()}/deactivate`)).status).toBe(404);
  });
});

const tenantApi = useTenantApi();

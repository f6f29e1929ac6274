import { describe, expect, it } from 'vitest';
import type { UserId } from '../../src/domain/ids.ts';
import type { PolicyStep } from '../../src/domain/policy.ts';
import { newId } from '../../src/platform/new-id.ts';
import { insertRole, type PersonName, setDefaultPolicy } from '../support/fresh-tenant.ts';
import {
  delegate,
  named,
  settled,
  submitted,
  supervisors,
  vote,
  waitingFor,
  withPolicy,
} from '../support/review-stories.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

describe('an approval in review', () => {
  it('tells until when its step may take, by the calendar, and whom it asks', async () => {
    const own = await withPolicy(tenantApi(), ({ reviewers }) => [
      { groups: [reviewers], timeLimitMinutes: 9 * 60, reminders: [60], onTimeout: 'escalate', fallback: supervisors },
    ]);
    const post = await submitted(own);
    const approval = await settled(own, post, ({ deadlineAt }) => deadlineAt !== null);
    expect(Date.parse(approval.deadlineAt)).toBeGreaterThan(Date.now() + 9 * 3_600_000 - 60_000);
    expect(approval.remindersAt).toHaveLength(1);
    expect(approval).toMatchObject({
      policyVersion: 1,
      round: 1,
      overdue: false,
      escalated: false,
      stranded: false,
      steps: [{ onTimeout: 'escalate', fallback: [{ name: 'Paolo Rizzi' }], voices: [] }],
    });
    const { timeline } = (await own.as('irene', 'GET', `/v1/posts/${post.id}`)).body;
    expect(timeline.at(-1).sentence).toMatch(/^The approvers were asked, until .*\(Europe\/Rome\)\.$/);
    const notified = await own.inTenant((trx) =>
      trx.selectFrom('notification').select(['kind', 'user_id']).where('post_id', '=', post.id).execute(),
    );
    const { marco, sara } = own.tenant.people;
    expect(new Set(notified.map((row) => `${row.kind} ${row.user_id}`))).toEqual(
      new Set([`approval_requested ${marco}`, `approval_requested ${sara}`]),
    );
  });

  it('counts thirty reviewers who vote at once, once each', async () => {
    const own = await tenantApi().another();
    const reviewers = await manyReviewers(own, 30);
    await own.inTenant((trx) =>
      setDefaultPolicy(trx, own.tenant, [
        { key: 'all', name: 'Tutti', users: reviewers, groups: [], rule: { kind: 'all' } },
      ]),
    );
    const post = await submitted(own);
    const path = `/v1/posts/${post.id}/decisions`;
    const answers = await Promise.all(
      reviewers.map((user) => own.asUser(user, 'POST', path, { verdict: 'approve', revision: 1 })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
    const approval = (await own.as('irene', 'GET', `/v1/approvals/${post.approval.id}`)).body;
    expect(approval).toMatchObject({ outcome: 'approved', post: { status: 'approved' } });
    expect(new Set(approval.votes.map(({ by }: { by: { id: UserId } }) => by.id))).toEqual(new Set(reviewers));
    expect(approval.votes).toHaveLength(30);
  }, 60_000);
});

describe('a delegation', () => {
  it('lets a colleague vote, who has it on the list; the two are one voice', async () => {
    const own = await withPolicy(tenantApi(), ({ reviewers }) => [
      { groups: [reviewers], rule: { kind: 'at_least', count: 2 } },
    ]);
    const post = await submitted(own);
    const { status, body } = await delegate(own, 'marco', post, 'paolo');
    expect([status, body.delegations]).toEqual([
      200,
      [
        expect.objectContaining({
          from: { id: own.tenant.people.marco, name: 'Marco Galli' },
          to: named(own, 'paolo'),
        }),
      ],
    ]);
    expect(await waitingFor(own, 'paolo')).toEqual([post.id]);

    const voted = await vote(own, 'paolo', post);
    expect(voted.body).toMatchObject({
      outcome: null,
      votes: [{ by: named(own, 'paolo'), standsFor: [named(own, 'marco')], revision: 1, counts: true }],
      steps: [{ voices: [{ by: named(own, 'paolo'), standsFor: [named(own, 'marco')] }] }],
    });
    expect(await waitingFor(own, 'paolo')).toEqual([]);
    expect(await waitingFor(own, 'marco')).toEqual([]);
    expect((await vote(own, 'marco', post)).body.type).toBe('/problems/already-voted');
    expect((await vote(own, 'sara', post)).body.outcome).toBe('approved');
    const sentences = (await own.as('irene', 'GET', `/v1/posts/${post.id}`)).body.timeline.map(
      ({ sentence }: { sentence: string }) => sentence,
    );
    expect(sentences).toContain('Marco Galli lets Paolo Rizzi vote.');
    expect(sentences).toContain('Paolo Rizzi approved the post for Marco Galli.');
  });

  it.each<[string, Partial<PolicyStep>, PersonName, PersonName, unknown]>([
    ['by somebody who is not asked', {}, 'paolo', 'sara', [403, '/problems/not-an-approver']],
    ['to whoever wrote the post', {}, 'marco', 'elena', [422, '/problems/invalid']],
    ['to somebody who may not vote', {}, 'marco', 'irene', [422, '/problems/invalid']],
    ['to oneself', {}, 'marco', 'marco', [409, '/problems/unfit-delegate']],
    ['where the policy wants the approvers', { delegable: false }, 'marco', 'paolo', [409, '/problems/not-delegable']],
  ])('is refused %s', async (_what, changes, by, to, expected) => {
    const own = await withPolicy(tenantApi(), ({ reviewers }) => [{ groups: [reviewers], ...changes }]);
    const { status, body } = await delegate(own, by, await submitted(own), to);
    expect([status, body.type]).toEqual(expected);
  });

  it('comes too late when all is settled, and says who came first', async () => {
    const own = await withPolicy(tenantApi(), ({ reviewers }) => [{ groups: [reviewers] }]);
    const post = await submitted(own);
    await vote(own, 'sara', post);
    const { status, body } = await delegate(own, 'marco', post, 'paolo');
    expect([status, body.type, body.by]).toEqual([409, '/problems/settled', named(own, 'sara')]);
  });
});

const tenantApi = useTenantApi();

async function manyReviewers({ inTenant, tenant }: TenantApi, count: number): Promise<readonly UserId[]> {
  const users = Array.from({ length: count }, () => newId<UserId>());
  await inTenant(async (trx) => {
    const role_id = await insertRole(trx, tenant, {
      key: 'many',
      name: 'Molti',
      permissions: ['post.read', 'post.approve'],
    });
    await trx
      .insertInto('tenant_member')
      .values(
        users.map((user_id, index) => ({
          tenant_id: tenant.id,
          user_id,
          kind: 'person' as const,
          username: `reviewer-${index}`,
          display_name: `Revisore ${index}`,
          email: null,
          locale: null,
          time_zone: null,
          created_at: new Date(),
        })),
      )
      .execute();
    await trx
      .insertInto('member_role')
      .values(users.map((user_id) => ({ tenant_id: tenant.id, user_id, role_id })))
      .execute();
  });
  return users;
}

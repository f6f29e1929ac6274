import type { Belongings } from './foreign-tenant.ts';
import type { Attempt } from './isolation-recipes.ts';

const anyVersion = { 'if-match': '*' };

/** How to reach for another tenant's policies, approvals, absences and people. */
export function approvalRecipes(foreign: Belongings, own: Belongings): Record<string, readonly Attempt[]> {
  const { policyId, inReview, absenceId, userId, connectionId } = foreign;
  const approval = `/v1/approvals/${inReview.approvalId}`;
  const policy = `/v1/approval-policies/${policyId}`;
  const missing = (at: string, path: string, json?: unknown): Attempt => ({
    at: [`path.${at}`],
    path,
    call: () => ({ headers: anyVersion, ...(json === undefined ? {} : { json }) }),
    outcome: 'missing',
  });
  const refused = (at: string, path: string, json: unknown): Attempt => ({
    at: [at],
    path,
    call: () => ({ json, headers: anyVersion }),
    outcome: 'refused',
  });
  const away = { from: '2031-01-01T00:00:00Z', until: '2031-01-02T00:00:00Z' };
  const ownPolicy = `/v1/approval-policies/${own.policyId}`;
  return {
    'POST /v1/approval-policies': policyBodies(foreign).map(([at, body]) =>
      refused(at, '/v1/approval-policies', { name: `Fremd ${at}`, ...body }),
    ),
    'PATCH /v1/approval-policies/{policyId}': [
      missing('policyId', policy, { authorsMayVote: true }),
      ...policyBodies(foreign).map(([at, body]) => refused(at, ownPolicy, body)),
    ],
    'DELETE /v1/approval-policies/{policyId}': [missing('policyId', policy)],
    'PUT /v1/approval-policies/default': [refused('body.policyId', '/v1/approval-policies/default', { policyId })],
    'PUT /v1/approval-policies/campaigns': [refused('body.policyId', '/v1/approval-policies/campaigns', { policyId })],
    'PUT /v1/connections/{connectionId}/approval-policy': [
      missing('connectionId', `/v1/connections/${connectionId}/approval-policy`, { policyId: null }),
      refused('body.policyId', `/v1/connections/${own.connectionId}/approval-policy`, { policyId }),
    ],
    'POST /v1/approvals/{approvalId}/delegations': [
      missing('approvalId', `${approval}/delegations`, { to: own.userId }),
      refused('body.to', `/v1/approvals/${own.inReview.approvalId}/delegations`, { to: userId }),
    ],
    'POST /v1/approvals/{approvalId}/skip': [
      missing('approvalId', `${approval}/skip`, { scope: 'all', reason: 'Fremd' }),
    ],
    'POST /v1/absences': [
      refused('body.userId', '/v1/absences', { ...away, userId, delegateId: own.userId }),
      refused('body.delegateId', '/v1/absences', { ...away, delegateId: userId }),
    ],
    'DELETE /v1/absences/{absenceId}': [missing('absenceId', `/v1/absences/${absenceId}`)],
    'POST /v1/users/{userId}/deactivate': [missing('userId', `/v1/users/${userId}/deactivate`)],
    'POST /v1/users/{userId}/activate': [missing('userId', `/v1/users/${userId}/activate`)],
  };
}

/** A policy for each place in which something foreign can be named. */
function policyBodies({ userId, groupId, calendarId }: Belongings): readonly (readonly [at: string, body: object])[] {
  const step = { name: 'Fremd', roles: ['reviewer'], rule: { kind: 'any' } };
  return [
    ['body.steps.users', { steps: [{ ...step, users: [userId] }] }],
    ['body.steps.groups', { steps: [{ ...step, groups: [groupId] }] }],
    ['body.steps.fallback.users', { steps: [{ ...step, fallback: { users: [userId] } }] }],
    ['body.steps.fallback.groups', { steps: [{ ...step, fallback: { groups: [groupId] } }] }],
    ['body.calendarId', { steps: [step], calendarId }],
  ];
}

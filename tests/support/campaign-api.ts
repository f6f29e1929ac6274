import type { TenantTransaction } from '../../src/db/tenant.ts';
import type { TemplateId, UserId } from '../../src/domain/ids.ts';
import type { CallAnswer } from './api.ts';
import { insertGroup, insertNumber, insertTemplate } from './campaign-people.ts';
import type { TenantApi } from './tenant-api.ts';

/** A draft by Elena that could be sent: ten people with consent, one number, one approved template. */
export async function sendableDraft(own: TenantApi, change: object = {}): Promise<CallAnswer> {
  const author = { tenantId: own.tenant.id, by: own.tenant.people.elena };
  const named = await own.inTenant(async (trx) => ({
    groupIds: [await insertGroup(trx, author, [{ count: 10 }])],
    connectionIds: [await insertNumber(trx, own.tenant.id)],
    variants: [{ key: 'A', templateId: await insertTemplate(trx, author) }],
  }));
  const answered = await own.as('elena', 'POST', '/v1/campaigns', { name: 'Natale', ...named, ...change });
  if (answered.status !== 201) throw new Error(JSON.stringify(answered.body));
  return answered;
}

/** Schedules a draft as the supervisor, in a tenant whose campaigns have to pass no policy. */
export function approved(own: TenantApi, id: string): Promise<CallAnswer> {
  return own.as('paolo', 'POST', `/v1/campaigns/${id}/schedule`);
}

/** What the process of a campaign has been told, in order. */
export function toldOf(own: TenantApi, id: string) {
  return own.inTenant(async (trx) => {
    const rows = await trx
      .selectFrom('process_outbox')
      .select(['workflow_id', 'message'])
      .where('workflow_id', '=', `tenant/${own.tenant.id}/campaign/${id}`)
      .orderBy('id')
      .execute();
    return rows.map(({ message }) => message.kind);
  });
}

/** What has happened to a campaign, in order. */
export function eventsOf(own: TenantApi, id: string) {
  return own.inTenant(async (trx) => {
    const rows = await trx
      .selectFrom('event')
      .select(['kind', 'data'])
      .where('entity', '=', 'campaign')
      .where('entity_id', '=', id)
      .orderBy('position')
      .execute();
    return rows;
  });
}

/** A tenant whose campaigns have to pass these steps, as its admin has chosen. */
export async function withCampaignPolicy(api: TenantApi, steps: readonly object[]): Promise<TenantApi> {
  const own = await api.another();
  const name = 'Campagne';
  const whole = steps.map((step) => ({ name: 'Revisione', rule: { kind: 'any' }, ...step }));
  const policy = await own.as('giulia', 'POST', '/v1/approval-policies', { name, steps: whole });
  if (policy.status !== 201) throw new Error(JSON.stringify(policy.body));
  const chosen = await own.as('giulia', 'PUT', '/v1/approval-policies/campaigns', { policyId: policy.body.id });
  if (chosen.status !== 200) throw new Error(JSON.stringify(chosen.body));
  return own;
}

/** Says something else in a template that WhatsApp has approved. */
export async function editTemplate(trx: TenantTransaction, templateId: TemplateId, by: UserId | null): Promise<void> {
  const version = await trx
    .selectFrom('template_version')
    .selectAll()
    .where('template_id', '=', templateId)
    .executeTakeFirstOrThrow();
  const content = { ...version.content, body: { text: 'Tutto a metà prezzo!', examples: {} } };
  await trx
    .insertInto('template_version')
    .values({ ...version, number: 2, content: JSON.stringify(content), created_by: by })
    .execute();
  await trx.updateTable('template').set({ version: 2, approved_version: 2 }).where('id', '=', templateId).execute();
}

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

/** Submits a draft as its author and approves it as the supervisor. */
export async function approved(own: TenantApi, id: string): Promise<CallAnswer> {
  const { body } = await own.as('elena', 'POST', `/v1/campaigns/${id}/submit`);
  return own.as('paolo', 'POST', `/v1/campaigns/${id}/approve`, { contentHash: body.contentHash });
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

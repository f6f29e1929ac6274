import { z } from 'zod';
import { saveCampaignSetting, selectCampaignSetting } from '../../db/campaign-setting.ts';
import { readUsage } from '../../db/campaign-usage.ts';
import { selectCampaignPolicyId } from '../../db/policy-store.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { appendEvents } from '../../db/event.ts';
import type { PolicyId } from '../../domain/ids.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { id } from '../schemas.ts';

const setting = {
  monthlyQuota: z.int().min(0).max(2_000_000_000).nullable().meta({
    description:
      'Messages of campaigns that WhatsApp takes, or may have taken, in a calendar month of the tenant’s zone; null: no limit of its own.',
  }),
  attributionHours: z
    .int()
    .min(1)
    .max(720)
    .meta({ description: 'For how long an answer that quotes nothing counts for the latest campaign.' }),
};

const settingView = z
  .object({
    ...setting,
    sentThisMonth: z.int().meta({ description: 'What counts towards the quota so far.' }),
    approvalPolicyId: id<PolicyId>('A policy.').nullable().meta({
      description:
        'What a campaign must pass before it is scheduled, chosen among the approval policies; null: nothing.',
    }),
  })
  .meta({ id: 'CampaignSettings', description: 'What holds for all campaigns of a tenant.' });

export const readSettings = defineRoute({
  method: 'get',
  path: '/v1/campaign-settings',
  tag: 'Campaigns',
  summary: 'Read the settings of campaigns',
  description: 'What holds for all campaigns of the tenant.',
  permission: 'campaign.read',
  answer: { status: 200, schema: settingView, description: 'The settings.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, now }) => answer(await view(trx, now)),
});

export const saveSettings = defineRoute({
  method: 'put',
  path: '/v1/campaign-settings',
  tag: 'Campaigns',
  summary: 'Change the settings of campaigns',
  description: 'A new quota holds at once, also for campaigns that run.',
  permission: 'campaign.send',
  body: z.strictObject(setting),
  answer: { status: 200, schema: settingView, description: 'The settings.' },
  refusals: {},
  audit: 'campaign_setting.changed',
  handle: async ({ trx, caller, body, now }) => {
    await saveCampaignSetting(trx, caller.tenantId, body);
    await appendEvents(trx, [
      {
        tenantId: caller.tenantId,
        at: now,
        kind: 'campaign_setting.changed',
        entity: 'tenant',
        entityId: caller.tenantId,
        actor: { kind: 'user', id: caller.userId },
        data: body,
      },
    ]);
    return answer(await view(trx, now));
  },
});

async function view(trx: TenantTransaction, now: Date): Promise<z.input<typeof settingView>> {
  return {
    ...(await selectCampaignSetting(trx)),
    sentThisMonth: await readUsage(trx, now),
    approvalPolicyId: await selectCampaignPolicyId(trx),
  };
}

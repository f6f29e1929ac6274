import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import type { Kysely } from 'kysely';
import { campaignActivities } from '../../src/activities/campaign.ts';
import { campaignQuestionActivities } from '../../src/activities/campaign-question.ts';
import { campaignSliceActivities } from '../../src/activities/campaign-slice.ts';
import type { SendAnswer } from '../../src/channels/whatsapp/send.ts';
import type { Database } from '../../src/db/schema.ts';
import { campaignWorkflowId } from '../../src/domain/campaign.ts';
import type { campaign } from '../../src/workflows/campaign/workflow.ts';
import { testMasterKeys } from '../db/support/held-connections.ts';
import type { OwnCampaign } from './own-campaign.ts';
import { workflowEnvironment } from './workflow-environment.ts';

/** A WhatsApp that does as it is told. */
export interface WhatsappScript {
  readonly send: (to: string) => SendAnswer;
  /** Whether a number may send again. */
  readonly health: () => boolean;
}

/** Starts the real process of a campaign that runs already, with its real activities, against a scripted WhatsApp. */
export async function beginCampaign(
  db: Kysely<Database>,
  { tenantId, campaignId }: OwnCampaign,
  { send, health }: WhatsappScript,
  { skipping }: { skipping: boolean },
): Promise<WorkflowHandle<typeof campaign>> {
  const clock = () => Context.current().info.currentAttemptScheduledTimestampMs;
  const common = { db, clock, masterKeys: testMasterKeys };
  const { client, taskQueue } = await workflowEnvironment(
    {
      ...campaignActivities(common),
      ...campaignQuestionActivities({ ...common, readHealth: async () => health() }),
      ...campaignSliceActivities({
        ...common,
        sender: () => async (message) => send('phone' in message.to ? message.to.phone : message.to.userId),
        departures: null,
        readLimits: () => Promise.resolve({ perSecond: 1_000, tier: null, portfolioId: '1' }),
        stopping: new AbortController().signal,
      }),
    },
    { skipping },
  );
  return client.workflow.start<typeof campaign>('campaign', {
    taskQueue,
    workflowId: campaignWorkflowId(tenantId, campaignId),
    args: [{ v: 1, tenantId, campaignId }],
  });
}

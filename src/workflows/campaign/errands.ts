import { proxyActivities } from '@temporalio/workflow';
import type { CampaignActivities } from '../../activities/campaign.ts';
import type { CampaignQuestionActivities } from '../../activities/campaign-question.ts';
import type { CampaignSliceActivities } from '../../activities/campaign-slice.ts';
import type { CampaignInput } from '../../domain/campaign.ts';
import type { NextStep } from '../../domain/campaign-process.ts';
import { campaignWork, providerRead } from '../activity-options.ts';
import { queueBeside } from '../task-queues.ts';

/** The long work of a campaign, which is done where its messages are sent. */
export function errandsFor(key: Pick<CampaignInput, 'tenantId' | 'campaignId'>) {
  const taskQueue = queueBeside('campaign');
  const options = { ...campaignWork, taskQueue };
  const { sendCampaign } = proxyActivities<CampaignSliceActivities>(options);
  const { freezeAudience, closeCampaign } = proxyActivities<CampaignActivities>(options);
  const { askAfterNumbers } = proxyActivities<CampaignQuestionActivities>({ ...providerRead, taskQueue });
  return {
    /** From all of its numbers at once, while what is left of the audience is still being written down. */
    async send({ numbers, freeze }: Extract<NextStep, { kind: 'send' }>): Promise<void> {
      await Promise.all([
        ...(freeze ? [freezeAudience.executeWithOptions({ summary: 'Write the audience down' }, [key])] : []),
        ...numbers.map((connectionId) =>
          sendCampaign.executeWithOptions({ summary: 'Send what is due' }, [{ ...key, connectionId }]),
        ),
      ]);
    },
    ask: (): Promise<void> =>
      askAfterNumbers.executeWithOptions({ summary: 'Ask whether its numbers may send' }, [key]),
    close: (): Promise<void> => closeCampaign.executeWithOptions({ summary: 'Skip what was not sent' }, [key]),
  };
}

import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { CampaignActivities, CampaignAnswer } from '../../activities/campaign.ts';
import type { CampaignInput } from '../../domain/campaign.ts';
import { campaignStop, dbOp } from '../activity-options.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { refused } from '../refuse.ts';
import { type CampaignStanding, cancel, pause, resume, setRate } from './messages.ts';

/** Obeys commands, one after the other: of two that exclude each other, the second is refused. */
export function takeCommands(key: Pick<CampaignInput, 'tenantId' | 'campaignId'>, onChange: () => void): void {
  const { pauseCampaign, cancelCampaign } = proxyActivities<CampaignActivities>(campaignStop);
  const { resumeCampaign, setCampaignRate } = proxyActivities<CampaignActivities>(dbOp);
  const exclusive = oneAtATime();
  const obey = (work: () => Promise<CampaignAnswer>): Promise<CampaignStanding> =>
    exclusive(async () => {
      const answer = await work();
      if ('refusal' in answer) throw refused(answer.refusal);
      onChange();
      return { state: answer.state };
    });

  setHandler(pause, ({ by }) => obey(() => pauseCampaign.executeWithOptions({ summary: 'Pause' }, [{ ...key, by }])));
  setHandler(cancel, ({ by }) =>
    obey(() => cancelCampaign.executeWithOptions({ summary: 'Cancel' }, [{ ...key, by }])),
  );
  setHandler(resume, ({ by }) => obey(() => resumeCampaign.executeWithOptions({ summary: 'Go on' }, [{ ...key, by }])));
  setHandler(setRate, ({ by, ratePerS }) =>
    obey(() => setCampaignRate.executeWithOptions({ summary: 'Change its rate' }, [{ ...key, by, ratePerS }])),
  );
}

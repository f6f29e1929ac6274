import type { PublicRoute, Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { readSettings, saveSettings } from './campaign-settings.ts';
import { cloneCampaign, resendCampaign } from './copy-campaign.ts';
import { createCampaign } from './create-campaign.ts';
import { decideOnCampaign } from './decide-on-campaign.ts';
import { editCampaign, removeCampaign } from './edit-campaign.ts';
import { estimateCampaign } from './estimate-campaign.ts';
import { exportResults, fetchExport } from './export-results.ts';
import { listCampaigns, readCampaign } from './read-campaigns.ts';
import { compareCampaigns, readResults, readSeries } from './read-results.ts';
import { scheduleCampaign, submitCampaign, withdrawCampaign } from './review-campaign.ts';
import { cancelCampaign, pauseCampaign, resumeCampaign, startCampaign, throttle } from './run-campaign.ts';
import { testCampaign } from './test-campaign.ts';
import type { TestSender } from './test-sender.ts';

export interface CampaignDependencies {
  readonly urls: MediaUrls;
  readonly sendTest: TestSender;
}

export function campaignRoutes({ urls, sendTest }: CampaignDependencies): readonly (Route | PublicRoute)[] {
  return [
    listCampaigns,
    createCampaign,
    readCampaign,
    editCampaign,
    removeCampaign,
    estimateCampaign,
    submitCampaign,
    decideOnCampaign,
    withdrawCampaign,
    scheduleCampaign,
    startCampaign,
    pauseCampaign,
    resumeCampaign,
    cancelCampaign,
    throttle,
    cloneCampaign,
    resendCampaign,
    testCampaign({ sendTest }),
    readResults,
    readSeries,
    compareCampaigns,
    exportResults({ urls }),
    fetchExport({ urls }),
    readSettings,
    saveSettings,
  ];
}

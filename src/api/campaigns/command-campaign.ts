import type { UpdateDefinition } from '@temporalio/common';
import type { z } from 'zod';
import { selectCampaign, type StoredCampaign } from '../../db/campaign.ts';
import { campaignWorkflowId, hasProcess } from '../../domain/campaign.ts';
import type { CampaignId } from '../../domain/ids.ts';
import type { CampaignStanding } from '../../workflows/campaign/messages.ts';
import { type CommandContext, sendToProcess } from '../posts/send-to-process.ts';
import type { Refused } from '../problem.ts';
import type { ActContext, Answered } from '../route-context.ts';
import type { commandProblems } from './campaign-problems.ts';
import type { campaignView } from './campaign-view.ts';
import { answerCampaign } from './present-campaign.ts';

export type CampaignContext = CommandContext &
  Pick<
    ActContext<{ campaignId: CampaignId }, unknown, unknown, keyof typeof commandProblems>,
    'caller' | 'now' | 'params' | 'refuse'
  >;

/** Reads a campaign. Throws 404. */
export async function readStored({ inTenant, params, refuse }: CampaignContext): Promise<StoredCampaign> {
  const campaign = await inTenant((trx) => selectCampaign(trx, params.campaignId));
  if (campaign === null) throw refuse('not_found');
  return campaign;
}

/**
 * Sends a command to the process of a campaign, even to one that has just ended: Temporal remembers what it answered to a
 * command that is repeated. Answers the campaign as it is then; throws the refusal of the process, or what the rows say
 * where there is none.
 */
export async function commandCampaign<Args extends unknown[]>(
  ctx: CampaignContext,
  campaign: StoredCampaign,
  { update, args }: { readonly update: UpdateDefinition<CampaignStanding, Args>; readonly args: Args },
): Promise<Answered<z.input<typeof campaignView>>> {
  const { caller, inTenant, services } = ctx;
  if (!hasProcess(campaign.state) || longEnded(campaign, ctx.now)) throw refusalOf(ctx, campaign);
  await sendToProcess(ctx, {
    update,
    workflowId: campaignWorkflowId(caller.tenantId, campaign.id),
    args,
    explain: (_code, facts) => ({ extensions: facts }),
    running: async (trx) => {
      const now = await selectCampaign(trx, campaign.id);
      return now !== null && hasProcess(now.state) && !isOver(now);
    },
    ended: async (trx) => refusalOf(ctx, (await selectCampaign(trx, campaign.id)) ?? campaign),
  });
  return inTenant((trx) => answerCampaign(trx, campaign.id, new Date(services.clock())));
}

/** As long as an idempotency key is kept; after that nobody can be waiting for the answer to an old command. */
const repeatableMs = 86_400_000;

function longEnded({ finishedAt }: StoredCampaign, now: Date): boolean {
  return finishedAt !== null && now.getTime() - finishedAt.getTime() > repeatableMs;
}

const isOver = ({ state }: StoredCampaign): boolean => state === 'finished' || state === 'cancelled';

function refusalOf({ refuse }: CampaignContext, campaign: StoredCampaign): Refused {
  const { state } = campaign;
  return refuse(isOver(campaign) ? 'ended' : 'wrong_state', { extensions: { state } });
}

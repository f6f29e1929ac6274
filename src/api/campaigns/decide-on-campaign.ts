import type { z } from 'zod';
import { selectLastApprovalOfCampaign } from '../../db/approval-read.ts';
import { reopenApproval } from '../../db/campaign-approval.ts';
import { selectCampaignAuthors } from '../../db/campaign-author.ts';
import { selectCampaign } from '../../db/campaign.ts';
import { approvalView } from '../approvals/approval-schemas.ts';
import { castVote, decisionBody, decisionRefusals } from '../approvals/decide.ts';
import { defineRoute } from '../define-route.ts';
import type { ActContext } from '../route-context.ts';
import { sendProblems, stateProblems } from './campaign-problems.ts';
import { campaignParams } from './campaign-schemas.ts';
import { readWhole, type WholeCampaign } from './present-campaign.ts';
import { requireSendable } from './take-step.ts';

const refusals = {
  ...decisionRefusals,
  wrong_state: stateProblems.wrong_state,
  not_sendable: sendProblems.not_sendable,
} as const;

type DecideContext = ActContext<
  z.output<typeof campaignParams>,
  undefined,
  z.output<typeof decisionBody>,
  keyof typeof refusals
>;

export const decideOnCampaign = defineRoute({
  method: 'post',
  path: '/v1/campaigns/{campaignId}/decisions',
  tag: 'Campaigns',
  summary: 'Vote on a campaign in review',
  description:
    'Casts the caller’s vote in the open approval of the campaign. Give `contentHash` of what was read, and it never counts for something else: where a template or a group was edited meanwhile, the steps open again for what the campaign is now. Once the last step has passed it is scheduled; the first rejection or request for changes makes it a draft again.',
  permission: 'post.approve',
  params: campaignParams,
  body: decisionBody,
  answer: { status: 200, schema: approvalView, description: 'The approval after the vote.' },
  refusals,
  audit: 'approval.vote',
  act: async (ctx) => {
    const { inTenant, params, caller } = ctx;
    if (!caller.permissions.has('campaign.read')) throw ctx.refuse('not_found');
    const open = await inTenant((trx) => selectLastApprovalOfCampaign(trx, params.campaignId));
    if (open === undefined) {
      const campaign = await inTenant((trx) => selectCampaign(trx, params.campaignId));
      throw campaign === null ? ctx.refuse('not_found') : ctx.refuse('wrong_state', at(campaign.state));
    }
    return castVote(ctx, open, () => requireWhatWasRead(ctx, open.content_hash));
  },
});

const at = (state: string) => ({ extensions: { state } });

/** Throws 409 when the campaign is another than the open approval is about, or could not be sent as it stands. */
async function requireWhatWasRead(ctx: DecideContext, openHash: string): Promise<void> {
  const whole = await askAgainIfChanged(ctx, openHash);
  const { contentHash, violations } = whole;
  if (contentHash !== openHash) throw ctx.refuse('stale_content', { extensions: { contentHash } });
  if (ctx.body.verdict === 'approve') requireSendable(ctx, violations);
}

/** The campaign as it is. If that is not what is before the approvers, it is put before them, in a transaction of its own. */
function askAgainIfChanged(ctx: DecideContext, openHash: string): Promise<WholeCampaign> {
  const { caller, params, now } = ctx;
  return ctx.inTenant(async (trx) => {
    const whole = await readWhole(trx, params.campaignId, now, { lock: true });
    if (whole === null) throw ctx.refuse('not_found');
    const { contentHash, campaign } = whole;
    if (contentHash !== openHash) {
      const authors = await selectCampaignAuthors(trx, campaign);
      const key = { tenantId: caller.tenantId, campaignId: campaign.id };
      await reopenApproval(trx, key, { contentHash, authors, now });
    }
    return whole;
  });
}

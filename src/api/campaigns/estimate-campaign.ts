import { z } from 'zod';
import { selectAudience } from '../../db/campaign-audience.ts';
import { countAudience, selectNumberRates } from '../../db/campaign-estimate.ts';
import { selectCampaignSetting } from '../../db/campaign-setting.ts';
import { readUsage } from '../../db/campaign-usage.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { quotasOf } from '../../domain/audience-share.ts';
import { skipReasons } from '../../domain/campaign-message.ts';
import { durationS, estimateCost } from '../../domain/campaign-plan.ts';
import { instantOf } from '../../domain/quiet-hours.ts';
import { cardFor, toMicros } from '../../domain/rate-card.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { campaignParams } from './campaign-schemas.ts';
import { violations } from './campaign-view.ts';
import { presentViolations, readWhole, type WholeCampaign } from './present-campaign.ts';

const count = z.int().min(0);
const cost = z
  .object({
    currency: z.string(),
    low: z.string(),
    high: z.string(),
    unpriced: count.meta({ description: 'People in countries of which no price is known; they are in neither sum.' }),
    unpricedCountries: z.array(z.string()).meta({ description: 'Those countries.', example: ['US'] }),
    exceedsCap: z.boolean().meta({ description: 'Whether `high` is above the campaign’s cap.' }),
    source: z.string().meta({ description: 'Where the prices come from.' }),
    from: z.string().meta({ description: 'The day from which they hold.' }),
  })
  .meta({ description: 'If every message is delivered.' });

const estimateView = z
  .object({
    total: count.meta({ description: 'Everybody of the audience, once.' }),
    reachable: count.meta({ description: 'Those who may be sent it now.' }),
    skipped: z.array(z.object({ reason: z.enum(skipReasons), count })),
    variants: z.array(z.object({ key: z.string(), count })),
    countries: z.array(z.object({ country: z.string().nullable(), count })),
    cost: cost.nullable().meta({ description: 'Null: no prices are known in the campaign’s currency.' }),
    durationS: count.nullable().meta({ description: 'How long sending takes at best; null: there is no number.' }),
    monthlyQuota: z.object({ quota: count, sent: count, suffices: z.boolean() }).nullable(),
    violations,
  })
  .meta({ id: 'CampaignEstimate', description: 'Whom a campaign would reach now, and at what cost.' });

export const estimateCampaign = defineRoute({
  method: 'get',
  path: '/v1/campaigns/{campaignId}/estimate',
  tag: 'Campaigns',
  summary: 'Estimate a campaign',
  description:
    'Whom it would reach if it began now, what that costs and how long it takes. The audience is counted anew each time; it is frozen when the campaign begins.',
  permission: 'campaign.read',
  params: campaignParams,
  answer: { status: 200, schema: estimateView, description: 'The estimate.' },
  refusals: {},
  audit: null,
  handle: async (ctx) => {
    const { trx, params, now } = ctx;
    const whole = await readWhole(trx, params.campaignId, now);
    const audience = await selectAudience(trx, params.campaignId, now);
    if (whole === null || audience === null) throw ctx.refuse('not_found');
    const people = await countAudience(trx, audience);
    const rates = await selectNumberRates(trx, params.campaignId);
    return answer({
      total: people.total,
      reachable: people.reachable,
      skipped: skipReasons.flatMap((reason) => {
        const skipped = people.skipped[reason];
        return skipped === undefined ? [] : [{ reason, count: skipped }];
      }),
      variants: [...quotasOf(whole.parts.variants, people.reachable)],
      countries: [...people.countries],
      cost: costOf(whole, people.countries, now),
      durationS: durationS(
        people.reachable,
        rates.map(({ ratePerS }) => ratePerS),
        whole.campaign.ratePerS,
      ),
      monthlyQuota: await quotaLeft(ctx, people.reachable),
      violations: presentViolations(whole.violations),
    });
  },
});

function costOf(
  { campaign, parts, tenantZone }: WholeCampaign,
  countries: readonly { country: string | null; count: number }[],
  now: Date,
) {
  const { startsAtLocal, currency, costCap } = campaign;
  const at = startsAtLocal === null ? now : new Date(instantOf(startsAtLocal, tenantZone));
  const card = cardFor(currency, at);
  if (card === null) return null;
  const estimate = estimateCost({ card, countries, variants: parts.variants });
  const exceedsCap = costCap !== null && toMicros(estimate.high) > toMicros(costCap);
  const { unpricedCountries, ...sums } = estimate;
  return {
    currency,
    ...sums,
    unpricedCountries: [...unpricedCountries],
    exceedsCap,
    source: card.source,
    from: card.from,
  };
}

async function quotaLeft({ trx, now }: { trx: TenantTransaction; now: Date }, messages: number) {
  const { monthlyQuota: quota } = await selectCampaignSetting(trx);
  if (quota === null) return null;
  const sent = await readUsage(trx, now);
  return { quota, sent, suffices: sent + messages <= quota };
}

import { z } from 'zod';
import { selectCampaign } from '../../db/campaign.ts';
import { campaignResult, campaignSeries } from '../../db/campaign-results.ts';
import { skipReasons } from '../../domain/campaign-message.ts';
import { buckets, ratesOf, type Tally } from '../../domain/campaign-result.ts';
import { failureReason, failureReasons } from '../../domain/failure-reason.ts';
import type { CampaignId } from '../../domain/ids.ts';
import { commonProblems } from '../common-problems.ts';
import { defineRoute } from '../define-route.ts';
import { answer, type HandleContext } from '../route-context.ts';
import { id, instantView } from '../schemas.ts';
import { campaignId, campaignParams } from './campaign-schemas.ts';

// Reads that keep what they have counted: `act`, since a read's own transaction writes nothing.

const count = z.int().min(0);
const rate = z.number().min(0).nullable();
const tally = z
  .object({
    waiting: count.meta({ description: 'Not sent yet.' }),
    sent: count.meta({ description: 'Taken by WhatsApp, whatever came after.' }),
    heldBack: count.meta({
      description:
        'Of those that were sent: WhatsApp has them and lets them wait, since it wants to see first what people make of the template (its “pacing”). It sends them later, or drops them, which makes them `failed` with 132015; nothing has to be done meanwhile, and nothing is sent twice.',
    }),
    delivered: count,
    read: count,
    replied: count.meta({ description: 'People who answered, each once.' }),
    clicked: count.meta({ description: 'People who pressed a quick reply.' }),
    optedOut: count,
    failed: count,
    unconfirmed: count.meta({ description: 'It is not known whether WhatsApp took it.' }),
    skipped: count,
    cost: z.string().meta({
      description:
        'Of what was delivered, as WhatsApp says that it charges for it. A decimal, in the campaign’s currency.',
    }),
    unpriced: count.meta({
      description: 'Delivered, and in no cost: WhatsApp has not said what it charges for, or no price is known.',
    }),
    rates: z.object({
      delivered: rate.meta({ description: 'Of those that were sent.' }),
      read: rate.meta({ description: 'Of those that were delivered.' }),
      replied: rate.meta({ description: 'Of those that were delivered.' }),
      clicked: rate.meta({ description: 'Of those that were delivered.' }),
    }),
  })
  .meta({ id: 'CampaignTally', description: 'What became of people; every number counts persons. Rates: 0 to 1.' });

const resultView = z
  .object({
    campaignId,
    name: z.string(),
    recipients: count.nullable(),
    currency: z.string(),
    asOf: instantView('When the ledger was counted: at most a few seconds ago.'),
    total: tally,
    variants: z.array(z.object({ key: z.string(), tally })),
    failures: z
      .array(
        z.object({
          reason: z.enum(failureReasons).meta({ description: 'What several codes have in common.' }),
          code: z.int().nullable().meta({ description: 'WhatsApp’s own.' }),
          count,
        }),
      )
      .meta({ description: 'Why people could not be written to, the most frequent first.' }),
    skips: z.array(z.object({ reason: z.enum(skipReasons), count })),
  })
  .meta({ id: 'CampaignResults', description: 'What became of a campaign’s people.' });

export const readResults = defineRoute({
  method: 'get',
  path: '/v1/campaigns/{campaignId}/results',
  tag: 'Campaigns',
  summary: 'Read the results of a campaign',
  description:
    'Counted from the ledger, one row for each person. Statuses may still come after a campaign has finished. Those who were skipped are in no variant but the first.',
  permission: 'campaign.read',
  params: campaignParams,
  answer: { status: 200, schema: resultView, description: 'The results.' },
  refusals: {},
  audit: null,
  act: async (ctx) => {
    const result = await ctx.inTenant((trx) => resultOf({ ...ctx, trx }, ctx.params.campaignId));
    if (result === null) throw ctx.refuse('not_found');
    return answer(result);
  },
});

export const compareCampaigns = defineRoute({
  method: 'get',
  path: '/v1/campaign-comparison',
  tag: 'Campaigns',
  summary: 'Compare campaigns',
  description: 'The results of two to ten campaigns, in the order in which they are asked for.',
  permission: 'campaign.read',
  query: z.strictObject({
    ids: z
      .string()
      .max(400)
      .transform((text) => text.split(',').map((part) => part.trim()))
      .pipe(z.array(id<CampaignId>('A campaign.')).min(2).max(10))
      .meta({ description: 'Campaigns, separated by commas.' }),
  }),
  answer: { status: 200, schema: z.object({ items: z.array(resultView) }), description: 'Their results.' },
  refusals: { not_found: commonProblems.not_found },
  audit: null,
  act: async (ctx) => {
    const items: z.input<typeof resultView>[] = [];
    for (const each of ctx.query.ids) {
      const result = await ctx.inTenant((trx) => resultOf({ ...ctx, trx }, each));
      if (result === null) throw ctx.refuse('not_found');
      items.push(result);
    }
    return answer({ items });
  },
});

const seriesView = z
  .object({
    bucket: z.enum(buckets),
    asOf: instantView('When the ledger was counted.'),
    points: z.array(
      z.object({
        at: instantView('When the span begins.'),
        sent: count,
        delivered: count,
        read: count,
        replied: count,
        failed: count,
      }),
    ),
  })
  .meta({ id: 'CampaignSeries', description: 'What happened when; spans in which nothing did are left out.' });

export const readSeries = defineRoute({
  method: 'get',
  path: '/v1/campaigns/{campaignId}/results/series',
  tag: 'Campaigns',
  summary: 'Read the course of a campaign',
  description: 'How many were sent, delivered, read, answered and failed in each span of time.',
  permission: 'campaign.read',
  params: campaignParams,
  query: z.strictObject({
    bucket: z.enum(buckets).default('hour').meta({ description: 'The span; days are those of the tenant’s zone.' }),
  }),
  answer: { status: 200, schema: seriesView, description: 'The course.' },
  refusals: {},
  audit: null,
  act: async (ctx) => {
    const { caller, params, query, now } = ctx;
    const about = { tenantId: caller.tenantId, campaignId: params.campaignId, now };
    const { result, at } = await ctx.inTenant(async (trx) => {
      const campaign = await selectCampaign(trx, params.campaignId);
      if (campaign === null) throw ctx.refuse('not_found');
      return campaignSeries(trx, about, query.bucket);
    });
    return answer({ bucket: query.bucket, asOf: at.toISOString(), points: [...result] });
  },
});

type ResultContext = HandleContext<unknown, unknown, unknown, never>;

async function resultOf(
  { trx, caller, now }: Pick<ResultContext, 'trx' | 'caller' | 'now'>,
  of: CampaignId,
): Promise<z.input<typeof resultView> | null> {
  const campaign = await selectCampaign(trx, of);
  if (campaign === null) return null;
  const { result, at } = await campaignResult(trx, { tenantId: caller.tenantId, campaignId: of, now });
  return {
    campaignId: of,
    name: campaign.name,
    recipients: campaign.recipients,
    currency: campaign.currency,
    asOf: at.toISOString(),
    total: withRates(result.total),
    variants: Object.entries(result.variants).map(([key, each]) => ({ key, tally: withRates(each) })),
    failures: result.failures.map((each) => ({ ...each, reason: failureReason(each.code) })),
    skips: [...result.skips],
  };
}

const withRates = (each: Tally) => ({ ...each, rates: ratesOf(each) });

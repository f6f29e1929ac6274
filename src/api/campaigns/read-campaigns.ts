import { z } from 'zod';
import { selectCampaigns } from '../../db/campaign-list.ts';
import { campaignStates } from '../../domain/campaign.ts';
import type { CampaignId, UserId } from '../../domain/ids.ts';
import { defineRoute } from '../define-route.ts';
import { listOf } from '../list-of.ts';
import { cursorCodec, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { id, instant } from '../schemas.ts';
import { campaignParams } from './campaign-schemas.ts';
import { campaignView, listedCampaign } from './campaign-view.ts';
import { answerWhole, readWhole } from './present-campaign.ts';

const codec = cursorCodec('campaigns', id<CampaignId>('The last campaign of the page before.'));

export const listCampaigns = defineRoute({
  method: 'get',
  path: '/v1/campaigns',
  tag: 'Campaigns',
  summary: 'List campaigns',
  description: 'Campaigns of the tenant, newest first. Filters narrow each other.',
  permission: 'campaign.read',
  query: z.strictObject({
    ...pageQuery,
    state: listOf(campaignStates, 'In which states; several separated by commas.'),
    q: z.string().trim().min(1).max(200).optional().meta({ description: 'Only those whose name says this.' }),
    createdBy: id<UserId>('Only campaigns that this member drafted.').optional(),
    createdFrom: instant('Drafted then or later.').optional(),
    createdTo: instant('Drafted earlier than that.').optional(),
  }),
  answer: { status: 200, schema: pageOf(listedCampaign), description: 'A page of campaigns.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, query }) => {
    const rows = await selectCampaigns(trx, {
      states: query.state,
      search: query.q ?? null,
      createdBy: query.createdBy ?? null,
      created: { from: query.createdFrom ?? null, to: query.createdTo ?? null },
      before: codec.decode(query.cursor),
      limit: query.limit,
    });
    return answer(pageFrom(rows, query.limit, { codec, positionOf: (row) => row.id, present }));
  },
});

export const readCampaign = defineRoute({
  method: 'get',
  path: '/v1/campaigns/{campaignId}',
  tag: 'Campaigns',
  summary: 'Read a campaign',
  description: 'The campaign with what it names, where it stands, and what stands in the way of sending it.',
  permission: 'campaign.read',
  params: campaignParams,
  answer: { status: 200, schema: campaignView, description: 'The campaign.', headers: { etag: 'Its version.' } },
  refusals: {},
  audit: null,
  handle: async (ctx) => {
    const whole = await readWhole(ctx.trx, ctx.params.campaignId, ctx.now);
    if (whole === null) throw ctx.refuse('not_found');
    return answerWhole(ctx.trx, whole);
  },
});

type Row = Awaited<ReturnType<typeof selectCampaigns>>[number];

function present(row: Row): z.input<typeof listedCampaign> {
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    pauseReason: row.pause_reason,
    waitingUntil: row.waiting_until?.toISOString() ?? null,
    version: row.version,
    startsAtLocal: row.starts_at_local,
    zone: row.zone,
    recipients: row.recipients,
    createdBy: { id: row.created_by, name: row.author_name },
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}

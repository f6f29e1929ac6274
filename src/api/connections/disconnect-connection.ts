import { z } from 'zod';
import { selectConnection } from '../../db/connection-card.ts';
import { countOutgoing, selectCampaignsOf, selectOutgoing } from '../../db/connection-impact.ts';
import { disconnectConnection } from '../../db/disconnect.ts';
import { campaignStates, pauseReasons } from '../../domain/campaign.ts';
import { postStatuses } from '../../domain/post.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { connectionId, connectionView, presentConnection } from './connection-view.ts';
import type { GrantDesk } from './grant-desk.ts';
import { presentingTo } from './presenting.ts';
import { positionOf, presentWaiting, waitingCursors, waitingView } from './waiting-view.ts';

const params = z.strictObject({ connectionId });
const codec = waitingCursors('outgoing through a connection');

const counts = z.object({
  posts: z.partialRecord(z.enum(postStatuses), z.int()).meta({
    description: 'How many posts have yet to go out through it, by their status; `in_review`: approvals in flight.',
  }),
  parkedTargets: z.int().meta({ description: 'How many of them wait already.' }),
});

const campaign = z
  .object({
    id: z.string().meta({ description: 'The campaign.' }),
    name: z.string().meta({ description: 'What colleagues call it.' }),
    state: z.enum(campaignStates).meta({ description: 'Where it stands.' }),
    pauseReason: z.enum(pauseReasons).nullable().meta({ description: 'Why it is paused; null: it is not.' }),
    otherNumbers: z.int().meta({
      description: 'How many other numbers it sends from; it pauses all the same, for nobody may be left out.',
    }),
  })
  .meta({
    id: 'CampaignOfConnection',
    description: 'A campaign that has yet to be sent, or to go on, from the number.',
  });

export const showImpact = defineRoute({
  method: 'get',
  path: '/v1/connections/{connectionId}/impact',
  tag: 'Connections',
  summary: 'Show what a disconnect would affect',
  description:
    'Everything that runs and has yet to go out through the connection, by slot: scheduled posts, approvals in flight, what is parked already; and the campaigns that send from it. A disconnect parks all of it and fails nothing.',
  permission: 'connection.read',
  params,
  query: z.strictObject(pageQuery),
  answer: {
    status: 200,
    schema: pageOf(waitingView).extend({
      counts,
      campaigns: z.array(campaign).meta({ description: 'Campaigns, on every page; drafts are left out.' }),
    }),
    description: 'How much it is, and a page of it.',
  },
  refusals: {},
  audit: null,
  handle: async ({ trx, caller, params: { connectionId: about }, query: { limit, cursor }, refuse }) => {
    const after = codec.decode(cursor);
    if ((await selectConnection(trx, about)) === null) throw refuse('not_found');
    const rows = await selectOutgoing(trx, about, { after, limit });
    const { posts, parked } = await countOutgoing(trx, about);
    const page = pageFrom(rows, limit, { codec, positionOf, present: presentWaiting });
    const campaigns = caller.permissions.has('campaign.read') ? await selectCampaignsOf(trx, about) : [];
    return answer({ ...page, counts: { posts, parkedTargets: parked }, campaigns: [...campaigns] });
  },
});

export function disconnect({ urls, desk }: { urls: MediaUrls; desk: Pick<GrantDesk, 'offer'> }): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/connections/{connectionId}/disconnect',
    tag: 'Connections',
    summary: 'Disconnect a page',
    description:
      'Ends the connection. From the answer on nothing is published through it and nothing is asked of the network but to take the grant back, where it offers that and no other connection lives by the same consent; then the tokens are deleted. What has yet to go out there is parked, not failed: connecting the same page again brings the connection back with its history. Disconnecting it again changes nothing.',
    permission: 'connection.write',
    params,
    answer: { status: 200, schema: connectionView, description: 'The connection as it is now.' },
    refusals: {},
    audit: 'connection.disconnected',
    handle: async (ctx) => {
      const { trx, caller, now, refuse } = ctx;
      const { connectionId: about } = ctx.params;
      await disconnectConnection(trx, {
        tenantId: caller.tenantId,
        connectionId: about,
        by: caller.userId,
        now,
        revocable: (network, kind) => desk.offer(network, kind)?.revocable === true,
      });
      const row = await selectConnection(trx, about);
      if (row === null) throw refuse('not_found');
      return answer(presentConnection(row, presentingTo(ctx, urls)));
    },
  });
}

import { z } from 'zod';
import {
  type HeldCampaign,
  type HeldPosition,
  type HeldPost,
  selectHeldCampaigns,
  selectHeldPosts,
} from '../../db/halt-list.ts';
import { selectHalt } from '../../db/halt.ts';
import { statesHeldByHalt } from '../../domain/campaign.ts';
import type { PostId } from '../../domain/ids.ts';
import { publishingNetworks } from '../../domain/network.ts';
import { postStatuses } from '../../domain/post.ts';
import { targetStates } from '../../domain/publication.ts';
import { defineRoute } from '../define-route.ts';
import { cursorCodec, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { id, instantView } from '../schemas.ts';
import { presentStop, stopView } from './stop-view.ts';

const codec = cursorCodec<HeldPosition>('held posts', z.tuple([z.iso.datetime(), id<PostId>('A post.')]));

const heldPost = z
  .object({
    id: z.string(),
    status: z.enum(postStatuses),
    excerpt: z.string().meta({ description: 'The beginning of its text.' }),
    scheduledAt: instantView('When it was, or is, to be published.').nullable(),
    slotPassed: z
      .boolean()
      .meta({ description: 'Whether that has passed: then it goes out only if a release says so.' }),
    targets: z
      .array(
        z.object({
          id: z.string(),
          connectionId: z.string(),
          connectionName: z.string(),
          network: z.enum(publishingNetworks),
          state: z.enum(targetStates),
          reason: z.string().nullable().meta({ description: 'A code, for example `halted`.' }),
        }),
      )
      .meta({ description: 'Those that have yet to go out.' }),
  })
  .meta({ description: 'A post that the stop holds back.' });

const heldCampaign = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(statesHeldByHalt),
    startsAtLocal: z.string().nullable().meta({ description: 'Wall-clock time of its start; null: at once.' }),
    recipients: z.int().nullable().meta({ description: 'People of its audience; null: it has not been taken down.' }),
  })
  .meta({ description: 'A campaign that the stop holds back.' });

export const readStop = defineRoute({
  method: 'get',
  path: '/v1/crisis-stop',
  tag: 'Crisis stop',
  summary: 'Show the stop and what it holds back',
  description:
    'Whether publication is stopped, and every post that would otherwise go out by itself, in the order in which they are due; with the first page also the campaigns, at most 100. Without a stop the lists are empty.',
  permission: 'post.read',
  query: z.strictObject(pageQuery),
  answer: {
    status: 200,
    schema: pageOf(heldPost).extend({ campaigns: z.array(heldCampaign), stop: stopView }),
    description: 'The stop, and a page of what it holds back.',
  },
  refusals: {},
  audit: null,
  handle: async ({ trx, query: { limit, cursor }, now }) => {
    const after = codec.decode(cursor);
    const halt = await selectHalt(trx);
    const rows = halt === null ? [] : await selectHeldPosts(trx, { haltId: halt.id, after, limit });
    const page = pageFrom(rows, limit, {
      codec,
      positionOf: (row) => [row.scheduled_at.toISOString(), row.id] as const,
      present: (row) => present(row, now),
    });
    const campaigns = halt === null || after !== null ? [] : await selectHeldCampaigns(trx, maxCampaigns);
    return answer({ ...page, campaigns: campaigns.map(presentCampaign), stop: await presentStop(trx, halt, now) });
  },
});

const maxCampaigns = 100;

const presentCampaign = ({ starts_at_local: startsAtLocal, ...campaign }: HeldCampaign) => ({
  ...campaign,
  startsAtLocal,
});

function present({ id: postId, status, excerpt, scheduled_at: dueAt, targets }: HeldPost, now: Date) {
  return {
    id: postId,
    status,
    excerpt,
    scheduledAt: dueAt.toISOString(),
    slotPassed: dueAt <= now,
    targets: targets.map(({ reason, ...target }) => ({ ...target, reason: reason?.code ?? null })),
  };
}

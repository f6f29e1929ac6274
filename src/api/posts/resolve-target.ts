import { z } from 'zod';
import { selectTarget } from '../../db/post-destination.ts';
import type { Resolution } from '../../domain/publication.ts';
import { resolveTarget } from '../../workflows/post/messages.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { commandPost, freshPost, readStored } from './command-post.ts';
import { type PermalinkHosts, publishedAddress } from './permalink.ts';
import { commandProblems } from './post-problems.ts';
import { targetParams } from './post-schemas.ts';
import { postView } from './post-view-schemas.ts';

const resolution = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('published'), url: z.url().max(2_000) })
    .meta({ description: 'It is out: here it can be seen.' }),
  z.strictObject({ kind: z.literal('send_again') }).meta({ description: 'It is not out: publish it once more.' }),
  z.strictObject({ kind: z.literal('give_up') }).meta({ description: 'It is not to be published here any more.' }),
]);

/** `simulated`: where the posts of simulated networks are shown. */
export function resolvePostTarget(simulated: PermalinkHosts): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/posts/{postId}/targets/{targetId}/resolve',
    tag: 'Posts',
    summary: 'Resolve a target',
    description:
      'A person’s word on a target that is `unconfirmed`, after looking at the page itself: it is published there, it has to be sent again, or it is given up. A `parked` target can be given up.',
    permission: 'post.publish',
    params: targetParams,
    body: z.strictObject({ resolution: resolution.meta({ description: 'What became of it, or is to become of it.' }) }),
    answer: { status: 200, schema: postView, description: 'The post as it is now.', headers: { etag: 'Its version.' } },
    refusals: {
      ...commandProblems,
      target_not_open: {
        status: 409,
        title: 'Target not open',
        description: 'Nothing is to be resolved on this target, or not in this way.',
      },
      post_claimed: {
        status: 409,
        title: 'Post claimed',
        description: 'That post on the network belongs to another target already.',
      },
    },
    audit: 'target.resolved',
    act: async (ctx) => {
      const { params, body, caller } = ctx;
      const post = await readStored(ctx, params.postId);
      const target = await ctx.inTenant((trx) => selectTarget(trx, post.id, params.targetId));
      if (target === undefined) throw ctx.refuse('not_found');
      const word = asResolution(body.resolution, { network: target.network, pageId: target.external_id, simulated });
      if (word === null) {
        const detail = `is not the address of a post on ${target.network}`;
        throw ctx.invalid([
          { pointer: '/resolution/url', rule: 'permalink', limit: target.network, value: null, detail },
        ]);
      }
      await commandPost(ctx, post, {
        update: resolveTarget,
        args: [{ targetId: target.id, resolution: word, by: caller.userId }],
      });
      return freshPost(ctx, post.id, async () => {
        const now = await ctx.inTenant((trx) => selectTarget(trx, post.id, target.id));
        return now?.state !== target.state;
      });
    },
  });
}

function asResolution(
  said: z.output<typeof resolution>,
  page: Parameters<typeof publishedAddress>[1],
): Resolution | null {
  if (said.kind !== 'published') return said;
  const address = publishedAddress(said.url, page);
  return address === null ? null : { kind: 'published', ...address };
}

import { recordRemoval } from '../../db/after-publication.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { changePublication, type PublicationDependencies, publicationProblems } from './change-publication.ts';
import { targetParams } from './post-schemas.ts';
import { postView } from './post-view-schemas.ts';
import { presentPost } from './present-post.ts';

export function removePublication(dependencies: PublicationDependencies): Route {
  return defineRoute({
    method: 'delete',
    path: '/v1/posts/{postId}/targets/{targetId}/publication',
    tag: 'Posts',
    summary: 'Take a published post down',
    description:
      'Deletes the post from the page on the network. The target stays `published` here, as the record of what was public, with `removedAt`. Deleting what is gone already is success, whoever deleted it, so this can be repeated. Facebook and LinkedIn can do this; Instagram lets no program delete.',
    permission: 'post.publish',
    params: targetParams,
    answer: { status: 200, schema: postView, description: 'The post as it is now.', headers: { etag: 'Its version.' } },
    refusals: publicationProblems,
    audit: 'target.removed',
    act: async (ctx) => {
      const { caller, params, services } = ctx;
      await changePublication(ctx, dependencies, {
        kind: 'remove',
        isNeeded: async (_trx, { removedAt }) => removedAt === null,
        call: dependencies.published.remove,
        record: async (trx, { connectionId, removedAt }) => {
          if (removedAt !== null) return;
          const now = new Date(services.clock());
          await recordRemoval(trx, { ...params, tenantId: caller.tenantId, connectionId, by: caller.userId, now });
        },
      });
      return ctx.inTenant((trx) => presentPost(trx, ctx, params.postId));
    },
  });
}

import { z } from 'zod';
import { type PublishedTarget, recordEdit } from '../../db/after-publication.ts';
import { contentHash } from '../../db/content-hash.ts';
import { selectMediaFacts } from '../../db/media.ts';
import { lockPost, selectPost } from '../../db/post.ts';
import { insertRevision, mediaIdsOf, nextRevisionNumber } from '../../db/post-revision.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { effective, type PostContent } from '../../domain/content.ts';
import type { ConnectionId, RevisionId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { Caller } from '../route-context.ts';
import { changePublication, type PublicationDependencies, publicationProblems } from './change-publication.ts';
import { judge, knownFacts } from './judge-content.ts';
import { targetParams, text } from './post-schemas.ts';
import { postView } from './post-view-schemas.ts';
import { presentPost, presentViolation } from './present-post.ts';

export function editPublication(dependencies: PublicationDependencies): Route {
  return defineRoute({
    method: 'patch',
    path: '/v1/posts/{postId}/targets/{targetId}/publication',
    tag: 'Posts',
    summary: 'Change the text of a published post',
    description:
      'Changes the text that the page shows; media, link and everything else stay. The text becomes a new revision that this target alone points to (`editedAt`, `editedText`); what was approved stays what was approved. No approval is asked for: whoever may publish answers for it, and the timeline names them. Sending the same text again is success. Facebook and LinkedIn can do this; Instagram lets no program edit.',
    permission: 'post.publish',
    params: targetParams,
    body: z.strictObject({ text: text.meta({ description: 'What the page is to show.' }) }),
    ifMatch: true,
    answer: { status: 200, schema: postView, description: 'The post as it is now.', headers: { etag: 'Its version.' } },
    refusals: {
      ...publicationProblems,
      already_removed: {
        status: 409,
        title: 'Already removed',
        description: 'The publication was taken down before; `at` says when.',
        example: { at: '2026-12-01T10:15:00.000Z' },
      },
    },
    audit: 'target.edited',
    act: async (ctx) => {
      const { body, caller, params, services } = ctx;
      await changePublication(ctx, dependencies, {
        kind: 'edit',
        isNeeded: async (trx, target) => {
          const post = await selectPost(trx, params.postId);
          if (post === undefined) throw ctx.refuse('not_found');
          ctx.requireVersion(post.version);
          const { removedAt } = target;
          if (removedAt !== null) throw ctx.refuse('already_removed', { extensions: { at: removedAt.toISOString() } });
          const broken = await judge(trx, withText(post.content, target, body.text).alone, () => target.network);
          if (broken.length === 0) return true;
          throw ctx.invalid(
            broken.map(presentViolation).map(({ rule, limit, value, message }) => ({
              pointer: '/text',
              rule,
              limit,
              value,
              detail: message,
            })),
          );
        },
        call: (page, id, signal) => dependencies.published.edit(page, { id, text: body.text }, signal),
        record: (trx, target) => record(trx, { caller, target, text: body.text, now: new Date(services.clock()) }),
      });
      return ctx.inTenant((trx) => presentPost(trx, ctx, params.postId));
    },
  });
}

/** Writes the text as a revision of its own, unless it is what the page was known to show. */
async function record(
  trx: TenantTransaction,
  { caller, target, text: shown, now }: { caller: Caller; target: PublishedTarget; text: string; now: Date },
): Promise<void> {
  const { postId, connectionId } = target;
  const { tenantId, userId: by } = caller;
  const post = await lockPost(trx, postId);
  if (post === undefined) throw new Error('a published post has gone');
  if (textOf(target.editedContent ?? post.content, connectionId) === shown) return;
  const content = withText(post.content, target, shown).whole;
  const facts = await selectMediaFacts(trx, mediaIdsOf(content));
  const revision = { id: newId<RevisionId>(), number: await nextRevisionNumber(trx, postId) };
  await insertRevision(trx, {
    ...revision,
    tenantId,
    postId,
    content,
    contentHash: contentHash(content, (id) => knownFacts(facts, id).original.sha256),
    by,
    now,
  });
  await recordEdit(trx, { tenantId, postId, targetId: target.id, connectionId, by, now }, revision);
}

/** The content with another text on one page: the whole of it, and what it says to that page alone. */
function withText(
  content: PostContent,
  { connectionId }: PublishedTarget,
  shown: string,
): { whole: PostContent; alone: PostContent } {
  const targets = content.targets.map((target) =>
    target.connectionId === connectionId ? { ...target, text: shown } : target,
  );
  return {
    whole: { ...content, targets },
    alone: { ...content, targets: targets.filter((target) => target.connectionId === connectionId) },
  };
}

function textOf(content: PostContent, connectionId: ConnectionId): string | null {
  const target = content.targets.find((candidate) => candidate.connectionId === connectionId);
  return target === undefined ? null : effective(content, target).text;
}

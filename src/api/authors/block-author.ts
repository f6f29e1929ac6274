import { lockAuthor, setBlocked } from '../../db/author.ts';
import { selectConsentHistory } from '../../db/consent.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { authorParams } from './author-schemas.ts';
import { answerAuthor, authorWithHistory } from './author-view.ts';
import { recordChanges } from './record-change.ts';

export const blockAuthor = blockRoute({
  path: '/v1/authors/{authorId}/block',
  summary: 'Block a contact',
  description: 'Puts a contact on the block list: no campaign reaches them, whatever they have agreed to.',
  audit: 'author.blocked',
});

export const unblockAuthor = blockRoute({
  path: '/v1/authors/{authorId}/unblock',
  summary: 'Unblock a contact',
  description: 'Takes a contact off the block list. What they have agreed to is as it was.',
  audit: 'author.unblocked',
});

function blockRoute({
  audit,
  ...described
}: {
  path: `/${string}`;
  summary: string;
  description: string;
  audit: 'author.blocked' | 'author.unblocked';
}): Route {
  const block = audit === 'author.blocked';
  return defineRoute({
    ...described,
    method: 'post',
    tag: 'Contacts',
    permission: 'contact.write',
    params: authorParams,
    answer: {
      status: 200,
      schema: authorWithHistory,
      description: 'The contact as it is now.',
      headers: { etag: 'Its version.' },
    },
    refusals: {},
    audit,
    handle: async (ctx) => {
      const { trx, caller, params, now } = ctx;
      const row = await lockAuthor(trx, params.authorId);
      if (row === null) throw ctx.refuse('not_found');
      const history = await selectConsentHistory(trx, row.id);
      if ((row.blockedAt !== null) === block) return answerAuthor(row, history);
      await setBlocked(trx, row.id, { by: block ? caller.userId : null, now });
      await recordChanges(ctx, [{ kind: audit, id: row.id }]);
      const blockedAt = block ? now : null;
      return answerAuthor({ ...row, blockedAt, updatedAt: now, version: row.version + 1 }, history);
    },
  });
}

import type { Belongings } from './foreign-tenant.ts';
import type { Attempt } from './isolation-recipes.ts';

const anyVersion = { 'if-match': '*' };

/** Comments and notifications. */
export function talkRecipes(foreign: Belongings, own: Belongings): Record<string, readonly Attempt[]> {
  const { draft, commentId, commentCursor, notificationId, userId } = foreign;
  const comments = `/v1/posts/${draft.id}/comments`;
  const ownComments = `/v1/posts/${own.draft.id}/comments`;
  const say = (at: string, json: object): Attempt => ({
    at: [at],
    path: ownComments,
    call: () => ({ json }),
    outcome: 'refused',
  });
  const single = (call: Attempt['call'] = () => ({})): readonly Attempt[] =>
    [
      { at: ['path.postId', 'path.commentId'], path: `${comments}/${commentId}` },
      { at: ['path.postId'], path: `${comments}/${own.commentId}` },
      { at: ['path.commentId'], path: `${ownComments}/${commentId}` },
    ].map((attempt) => ({ ...attempt, call, outcome: 'missing' }));
  return {
    'GET /v1/posts/{postId}/comments': [
      { at: ['path.postId'], path: comments, outcome: 'missing' },
      { at: ['query.cursor'], path: `${ownComments}?cursor=${commentCursor}`, outcome: 'own' },
    ],
    'POST /v1/posts/{postId}/comments': [
      { at: ['path.postId'], path: comments, call: () => ({ json: { body: 'Io' } }), outcome: 'missing' },
      say('body.replyTo', { body: 'Io', replyTo: commentId }),
      say('body.body', { body: `@[](user:${userId})` }),
    ],
    'PATCH /v1/posts/{postId}/comments/{commentId}': single(() => ({ json: { body: 'Io' }, headers: anyVersion })),
    'DELETE /v1/posts/{postId}/comments/{commentId}': single(),
    'GET /v1/notifications': [
      { at: ['query.unread'], path: '/v1/notifications?unread=true', outcome: 'own' },
      { at: ['query.cursor'], path: `/v1/notifications?cursor=${foreign.cursors.notifications}`, outcome: 'own' },
    ],
    'POST /v1/notifications/read': [{ at: [], path: '/v1/notifications/read', outcome: 'own' }],
    'POST /v1/notifications/{notificationId}/read': [
      { at: ['path.notificationId'], path: `/v1/notifications/${notificationId}/read`, outcome: 'missing' },
    ],
  };
}

/** What a post said before, and copies of it. */
export function revisionRecipes({ draft, inReview }: Belongings, own: Belongings): Record<string, readonly Attempt[]> {
  const revisions = `/v1/posts/${draft.id}/revisions`;
  // A number is all that the cursor holds.
  const cursor = Buffer.from(JSON.stringify([1, 'revisions', 2])).toString('base64url');
  return {
    'GET /v1/posts/{postId}/revisions': [
      { at: ['path.postId'], path: revisions, outcome: 'missing' },
      { at: ['query.cursor'], path: `/v1/posts/${own.draft.id}/revisions?cursor=${cursor}`, outcome: 'own' },
    ],
    'GET /v1/posts/{postId}/revisions/{number}': [
      { at: ['path.postId', 'path.number'], path: `${revisions}/1`, outcome: 'missing' },
    ],
    'GET /v1/posts/{postId}/revisions/difference': [
      {
        at: ['path.postId', 'query.from', 'query.to'],
        path: `${revisions}/difference?from=1&to=1`,
        outcome: 'missing',
      },
    ],
    'POST /v1/posts/{postId}/revisions/{number}/restore': [
      {
        at: ['path.postId', 'path.number'],
        path: `${revisions}/1/restore`,
        call: () => ({ headers: anyVersion }),
        outcome: 'missing',
      },
    ],
    'POST /v1/posts/{postId}/duplicate': [draft, inReview].map(({ id }) => ({
      at: ['path.postId'],
      path: `/v1/posts/${id}/duplicate`,
      outcome: 'missing',
    })),
  };
}

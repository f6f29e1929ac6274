import type { Call } from './api.ts';
import { revisionRecipes, talkRecipes } from './isolation-recipes-of-talk.ts';
import { approvalRecipes } from './approval-recipes.ts';
import { authorizationRecipes } from './isolation-recipes-of-authorizations.ts';
import { campaignRecipes } from './isolation-recipes-of-campaigns.ts';
import { contactRecipes } from './isolation-recipes-of-contacts.ts';
import { messageRecipes } from './isolation-recipes-of-messages.ts';
import { templateRecipes } from './isolation-recipes-of-templates.ts';
import { connectionRecipes } from './isolation-recipes-of-connections.ts';
import { type Belongings, type ListName, sameImage } from './foreign-tenant.ts';

/** One way of reaching for what belongs to another tenant. */
export interface Attempt {
  /** Where the foreign thing is named: `path.postId`, `query.cursor`, `body.mediaIds`; several if it needs them. */
  readonly at: readonly string[];
  readonly path: string;
  readonly call?: () => Promise<Call> | Call;
  readonly outcome: Outcome;
}

/**
 * `missing`: 404, as for an id that never was. `refused`: 422 or 404. `nothing`: an empty list. `own`: a 2xx with
 * nothing of anybody else in it.
 */
export type Outcome = 'missing' | 'refused' | 'nothing' | 'own';

/** What is tried on every operation: whoever adds a route, a filter or an id to a body adds it here. */
export function recipesFor(foreign: Belongings, own: Belongings): Readonly<Record<string, readonly Attempt[]>> {
  return {
    ...readingRecipes(foreign),
    ...writingRecipes(foreign, own),
    ...calendarRecipes(foreign),
    ...commandRecipes(foreign, own),
    ...talkRecipes(foreign, own),
    ...revisionRecipes(foreign, own),
    ...approvalRecipes(foreign, own),
    ...authorizationRecipes(foreign),
    ...campaignRecipes(foreign, own),
    ...contactRecipes(foreign, own),
    ...messageRecipes(foreign, own),
    ...templateRecipes(foreign, own),
  };
}

function readingRecipes(foreign: Belongings): Record<string, readonly Attempt[]> {
  const { connectionId, adminProfileId, groupId, userId, userName, mediaId, uploadId, inReview, draft, calendarId } =
    foreign;
  const list = (name: ListName, tries: Readonly<Record<string, readonly [string, Outcome]>>): readonly Attempt[] =>
    Object.entries({ ...tries, cursor: [foreign.cursors[name], 'own'] as const }).map(([filter, [value, outcome]]) => ({
      at: [`query.${filter}`],
      path: `/v1/${name}?${new URLSearchParams({ [filter]: value })}`,
      outcome,
    }));
  const missing = (parameter: string, path: string): Attempt => ({
    at: [`path.${parameter}`],
    path,
    outcome: 'missing',
  });
  return {
    'GET /v1/me': [{ at: [], path: '/v1/me', outcome: 'own' }],
    'GET /v1/users': list('users', { search: [userName, 'nothing'], active: ['true', 'own'] }),
    'GET /v1/users/{userId}': [missing('userId', `/v1/users/${userId}`)],
    'GET /v1/groups': list('groups', {}),
    'GET /v1/groups/{groupId}': [missing('groupId', `/v1/groups/${groupId}`)],
    'GET /v1/business-calendars': list('business-calendars', {}),
    'GET /v1/business-calendars/{calendarId}': [
      {
        at: ['path.calendarId', 'query.year'],
        path: `/v1/business-calendars/${calendarId}?year=2026`,
        outcome: 'missing',
      },
    ],
    'GET /v1/business-calendars/{calendarId}/deadline': [
      {
        at: ['path.calendarId', 'query.from', 'query.minutes'],
        path: `/v1/business-calendars/${calendarId}/deadline?from=2026-12-01T09:00:00Z&minutes=60`,
        outcome: 'missing',
      },
    ],
    'GET /v1/holiday-regions': [{ at: [], path: '/v1/holiday-regions', outcome: 'own' }],
    ...connectionRecipes(foreign),
    'GET /v1/connections': list('connections', {
      network: ['facebook', 'own'],
      state: ['connected', 'own'],
      badge: ['connected', 'own'],
      adminProfileId: [adminProfileId, 'nothing'],
      q: ['a', 'own'],
      suspended: ['false', 'own'],
    }),
    'GET /v1/networks': [{ at: [], path: '/v1/networks', outcome: 'own' }],
    'GET /v1/admin-profiles': list('admin-profiles', { family: ['meta', 'own'] }),
    'GET /v1/admin-profiles/{adminProfileId}': [missing('adminProfileId', `/v1/admin-profiles/${adminProfileId}`)],
    'GET /v1/media': list('media', {
      kind: ['image', 'own'],
      search: ['natale', 'own'],
      unused: ['true', 'own'],
    }),
    'GET /v1/media/{mediaId}': [missing('mediaId', `/v1/media/${mediaId}`)],
    'GET /v1/uploads/{uploadId}': [missing('uploadId', `/v1/uploads/${uploadId}`)],
    'GET /v1/posts': list('posts', {
      status: ['in_review', 'own'],
      connectionId: [connectionId, 'nothing'],
      authorId: [userId, 'nothing'],
      text: [inReview.text, 'nothing'],
      attention: ['false', 'own'],
      createdFrom: [draft.createdAt, 'own'],
      createdTo: [new Date().toISOString(), 'own'],
      scheduledFrom: ['2000-01-01T00:00:00Z', 'own'],
      scheduledTo: ['2100-01-01T00:00:00Z', 'own'],
    }),
    'GET /v1/posts/{postId}': [draft, inReview].map(({ id }) => missing('postId', `/v1/posts/${id}`)),
    'GET /v1/posts/{postId}/previews': [draft, inReview].flatMap(({ id }) => [
      missing('postId', `/v1/posts/${id}/previews`),
      { ...missing('postId', `/v1/posts/${id}/previews?revision=1`), at: ['query.revision'] },
    ]),
    'GET /v1/approvals': list('approvals', { assignee: [userId, 'nothing'], outcome: ['open', 'own'] }),
    'GET /v1/events': Object.entries({ kinds: 'post.*', entity: inReview.id, after: '0-0' }).map(([name, value]) => ({
      at: [`query.${name}`],
      path: `/v1/events?${new URLSearchParams({ [name]: value })}`,
      outcome: 'own' as const,
    })),
    'GET /v1/approvals/{approvalId}': [missing('approvalId', `/v1/approvals/${inReview.approvalId}`)],
    'GET /v1/crisis-stop': [
      { at: [], path: '/v1/crisis-stop', outcome: 'own' },
      { at: ['query.cursor'], path: `/v1/crisis-stop?${heldAfter(inReview.id)}`, outcome: 'own' },
    ],
    'GET /v1/approval-policies': list('approval-policies', {}),
    'GET /v1/approval-policies/{policyId}': [missing('policyId', `/v1/approval-policies/${foreign.policyId}`)],
    'GET /v1/absences': list('absences', { userId: [userId, 'nothing'] }),
  };
}

function writingRecipes(foreign: Belongings, own: Belongings): Record<string, readonly Attempt[]> {
  const { draft, connectionId, mediaId, uploadId } = foreign;
  const target = { connectionId: own.connectionId };
  const bodies = {
    'body.mediaIds': { mediaIds: [mediaId] },
    'body.link.mediaId': { link: { url: 'https://example.com', mediaId } },
    'body.targets.connectionId': { targets: [{ connectionId }] },
    'body.targets.mediaIds': { targets: [{ ...target, mediaIds: [mediaId] }] },
  };
  const named = (path: string): readonly Attempt[] =>
    Object.entries(bodies).map(([at, json]) => ({
      at: [at],
      path,
      call: () => ({ json, headers: anyVersion }),
      outcome: 'refused',
    }));
  const path = `/v1/posts/${draft.id}`;
  return {
    'POST /v1/media': [{ at: [], path: '/v1/media', call: async () => ({ body: await sameImage() }), outcome: 'own' }],
    'PATCH /v1/media/{mediaId}': [
      {
        at: ['path.mediaId'],
        path: `/v1/media/${mediaId}`,
        call: () => ({ json: { altText: 'x' } }),
        outcome: 'missing',
      },
    ],
    'DELETE /v1/media/{mediaId}': [{ at: ['path.mediaId'], path: `/v1/media/${mediaId}`, outcome: 'missing' }],
    'POST /v1/uploads': [
      { at: [], path: '/v1/uploads', call: () => ({ headers: { ...tus, 'upload-length': '1000' } }), outcome: 'own' },
    ],
    'PATCH /v1/uploads/{uploadId}': [
      { at: ['path.uploadId'], path: `/v1/uploads/${uploadId}`, call: sentBytes, outcome: 'missing' },
    ],
    'DELETE /v1/uploads/{uploadId}': [
      { at: ['path.uploadId'], path: `/v1/uploads/${uploadId}`, call: () => ({ headers: tus }), outcome: 'missing' },
    ],
    'POST /v1/uploads/{uploadId}/media': [
      { at: ['path.uploadId'], path: `/v1/uploads/${uploadId}/media`, call: () => ({ json: {} }), outcome: 'missing' },
    ],
    'POST /v1/posts': named('/v1/posts'),
    'POST /v1/previews': named('/v1/previews'),
    'PATCH /v1/posts/{postId}': [
      { at: ['path.postId'], path, call: () => ({ json: { text: '' }, headers: anyVersion }), outcome: 'missing' },
      ...named(`/v1/posts/${own.draft.id}`),
    ],
    'DELETE /v1/posts/{postId}': [
      { at: ['path.postId'], path, call: () => ({ headers: anyVersion }), outcome: 'missing' },
    ],
    // Nothing foreign can be named; without its reason it stops nobody in the tenant that all tests share.
    'POST /v1/crisis-stop': [
      { at: [], path: '/v1/crisis-stop', call: () => ({ json: { reason: ' ' } }), outcome: 'refused' },
    ],
    'POST /v1/crisis-stop/release': [
      {
        at: ['body.posts'],
        path: '/v1/crisis-stop/release',
        call: () => ({ json: { posts: [foreign.inReview.id] } }),
        outcome: 'refused',
      },
    ],
  };
}

function calendarRecipes({ calendarId, calendarName }: Belongings): Record<string, readonly Attempt[]> {
  const path = `/v1/business-calendars/${calendarId}`;
  const edit = () => ({ json: { timeZone: 'UTC' }, headers: anyVersion });
  // Refused for its week, so that nothing is left behind.
  const sameName = () => ({ json: { name: calendarName, timeZone: 'UTC', week: {} } });
  return {
    'POST /v1/business-calendars': [{ at: [], path: '/v1/business-calendars', call: sameName, outcome: 'refused' }],
    'PUT /v1/business-calendars/default': [
      {
        at: ['body.businessCalendarId'],
        path: '/v1/business-calendars/default',
        call: () => ({ json: { businessCalendarId: calendarId } }),
        outcome: 'refused',
      },
    ],
    'PATCH /v1/business-calendars/{calendarId}': [{ at: ['path.calendarId'], path, call: edit, outcome: 'missing' }],
    'DELETE /v1/business-calendars/{calendarId}': [
      { at: ['path.calendarId'], path, call: () => ({ headers: anyVersion }), outcome: 'missing' },
    ],
  };
}

function commandRecipes(foreign: Belongings, own: Belongings): Record<string, readonly Attempt[]> {
  const { draft, inReview, returned } = foreign;
  const command = (name: string, json?: unknown): Record<string, readonly Attempt[]> => ({
    [`POST /v1/posts/{postId}/${name}`]: [draft, inReview, returned].map(({ id }) => ({
      at: ['path.postId'],
      path: `/v1/posts/${id}/${name}`,
      call: () => (json === undefined ? {} : { json }),
      outcome: 'missing',
    })),
  });
  const slot = { scheduledAt: new Date(Date.now() + 3_600_000).toISOString() };
  const resolve = (post: string, target: string, at: readonly string[]): Attempt => ({
    at,
    path: `/v1/posts/${post}/targets/${target}/resolve`,
    call: () => ({ json: { resolution: { kind: 'give_up' } } }),
    outcome: 'missing',
  });
  const publication = (post: string, target: string, at: readonly string[], call: Call = {}): Attempt => ({
    at,
    path: `/v1/posts/${post}/targets/${target}/publication`,
    call: () => call,
    outcome: 'missing',
  });
  const publications = (call?: Call): readonly Attempt[] => [
    publication(inReview.id, inReview.targetId, ['path.postId', 'path.targetId'], call),
    publication(inReview.id, own.inReview.targetId, ['path.postId'], call),
    publication(own.inReview.id, inReview.targetId, ['path.targetId'], call),
  ];
  return {
    ...command('submit'),
    ...command('decisions', { verdict: 'approve' }),
    ...command('schedule', slot),
    ...command('reschedule', slot),
    ...command('cancel'),
    ...command('publish-now'),
    'DELETE /v1/posts/{postId}/targets/{targetId}/publication': publications(),
    'PATCH /v1/posts/{postId}/targets/{targetId}/publication': publications({
      json: { text: 'Nuovo' },
      headers: anyVersion,
    }),
    'POST /v1/posts/{postId}/targets/{targetId}/resolve': [
      resolve(inReview.id, inReview.targetId, ['path.postId', 'path.targetId']),
      resolve(inReview.id, own.inReview.targetId, ['path.postId']),
      resolve(own.inReview.id, inReview.targetId, ['path.targetId']),
    ],
  };
}

/** A cursor of the list of held posts, made as the API makes them. */
function heldAfter(postId: string): URLSearchParams {
  const position = [1, 'held posts', ['2000-01-01T00:00:00.000Z', postId]];
  return new URLSearchParams({ cursor: Buffer.from(JSON.stringify(position)).toString('base64url') });
}

const anyVersion = { 'if-match': '*' };
const tus = { 'tus-resumable': '1.0.0' };
const sentBytes = () => ({
  headers: { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
  body: 'bytes',
});

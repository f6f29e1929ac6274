import { z } from 'zod';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { gatewayError, notFound } from './errors.ts';
import { actFor, type Grant, rest } from './gateway.ts';
import { pathUrn, queryNumber, queryParam } from './keys.ts';
import { shownText } from './little-text.ts';
import { linkedinObjects, type LinkedInPost } from './objects.ts';
import { judgeCommentary } from './post-content.ts';

/** Reading, listing, editing and deleting an organisation's posts. */
export function postReading(world: World): Operation[] {
  const at = { path: '/rest/posts/:urn' };
  return [
    rest(world, {
      name: 'linkedin.post.list',
      method: 'GET',
      path: '/rest/posts',
      handle: (call, grant) => list(world, call, grant),
    }),
    rest(world, { ...at, name: 'linkedin.post.read', method: 'GET', handle: (c, grant) => read(world, c, grant) }),
    rest(world, { ...at, name: 'linkedin.post.edit', method: 'POST', handle: (c, grant) => edit(world, c, grant) }),
    rest(world, {
      ...at,
      name: 'linkedin.post.delete',
      method: 'DELETE',
      handle: (c, grant) => remove(world, c, grant),
    }),
  ];
}

function found(world: World, call: Call, grant: Grant): LinkedInPost {
  const urn = pathUrn(call);
  const post = linkedinObjects(world).posts.get(urn);
  if (post === null || post.deleted) throw notFound(`Could not find entity: ${urn}`);
  actFor(call, grant, post.author);
  return post;
}

const read = (world: World, call: Call, grant: Grant): Answer => ({
  status: 200,
  body: view(found(world, call, grant)),
});

const maxCount = 100;

function list(world: World, call: Call, grant: Grant): Answer {
  const author = queryParam(call, 'author');
  if (queryParam(call, 'q') !== 'author' || author === null) {
    throw gatewayError(400, 'ILLEGAL_ARGUMENT', 'Invalid query parameters passed to request: q, author');
  }
  actFor(call, grant, author);
  const start = queryNumber(call, 'start', 0);
  const count = Math.min(queryNumber(call, 'count', 10), maxCount);
  const by = queryParam(call, 'sortBy') === 'CREATED' ? 'createdAt' : 'lastModifiedAt';
  const visibleUntil = Date.now() - world.settings.current().listingDelayMs;
  const posts = linkedinObjects(world)
    .posts.values()
    .filter((post) => post.author === author && !post.deleted && post.createdAt <= visibleUntil)
    .toReversed()
    .toSorted((a, b) => b[by] - a[by]);
  const paging = { start, count, links: links(call, { start, count, total: posts.length }), total: posts.length };
  return { status: 200, body: { paging, elements: posts.slice(start, start + count).map(view) } };
}

function links(call: Call, of: { start: number; count: number; total: number }): object[] {
  const at = (rel: string, start: number): object => {
    const query = new URLSearchParams(call.rawQuery);
    query.set('start', String(start));
    return { type: 'application/json', rel, href: `${call.rawPath}?${query.toString()}` };
  };
  const { start, count, total } = of;
  return [
    ...(start > 0 ? [at('prev', Math.max(0, start - count))] : []),
    ...(start + count < total ? [at('next', start + count)] : []),
  ];
}

const patch = z.object({ patch: z.object({ $set: z.object({ commentary: z.string() }).loose() }) });

function edit(world: World, call: Call, grant: Grant): Answer {
  const post = found(world, call, grant);
  if (String(call.headers['x-restli-method'] ?? '').toUpperCase() !== 'PARTIAL_UPDATE') {
    throw gatewayError(400, 'ILLEGAL_ARGUMENT', 'X-RestLi-Method must be PARTIAL_UPDATE');
  }
  const body = patch.safeParse(call.body);
  if (!body.success) throw gatewayError(400, 'ILLEGAL_ARGUMENT', 'The patch has no commentary');
  const { commentary } = body.data.patch.$set;
  judgeCommentary(commentary);
  const now = Date.now();
  linkedinObjects(world).posts.put(post.urn, { ...post, commentary, lastModifiedAt: now, edited: true });
  const shown = world.publications.get(post.urn);
  if (shown !== null) {
    world.publications.put({ ...shown, text: shownText(commentary), rawText: commentary, editedAt: now });
  }
  return { status: 204, body: null, effect: true };
}

/** Deleting what is gone is success, as LinkedIn has it. */
function remove(world: World, call: Call, grant: Grant): Answer {
  const urn = pathUrn(call);
  const post = linkedinObjects(world).posts.get(urn);
  if (post === null || post.deleted) return { status: 204, body: null };
  actFor(call, grant, post.author);
  linkedinObjects(world).posts.put(urn, { ...post, deleted: true });
  const shown = world.publications.get(urn);
  if (shown !== null) world.publications.put({ ...shown, deletedAt: Date.now() });
  return { status: 204, body: null, effect: true };
}

function view(post: LinkedInPost): object {
  const { urn, author, commentary, visibility, distribution, content, lifecycleState } = post;
  return {
    id: urn,
    author,
    commentary,
    visibility,
    distribution,
    ...(content === null ? {} : { content }),
    lifecycleState,
    lifecycleStateInfo: { isEditedByAuthor: post.edited },
    isReshareDisabledByAuthor: post.isReshareDisabledByAuthor,
    createdAt: post.createdAt,
    publishedAt: post.createdAt,
    lastModifiedAt: post.lastModifiedAt,
  };
}

import { isDeepStrictEqual } from 'node:util';
import { nextNumericId } from '../kernel/ids.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import { permalink } from '../kernel/pages.ts';
import type { World } from '../kernel/world.ts';
import { inputError } from './errors.ts';
import { actFor, type Grant, rest } from './gateway.ts';
import { shownText } from './little-text.ts';
import { linkedinObjects, type LinkedInPost } from './objects.ts';
import { judgeCommentary, type NewPost, parsePost, shownBy } from './post-content.ts';

/** Publishing on an organisation's page. */
export function postOperations(world: World): Operation[] {
  return [
    rest(world, {
      name: 'linkedin.post.create',
      method: 'POST',
      path: '/rest/posts',
      handle: (call, grant) => create(world, call, grant),
    }),
  ];
}

function create(world: World, call: Call, grant: Grant): Answer {
  const wanted = parsePost(call.body);
  actFor(call, grant, wanted.author);
  judgeCommentary(wanted.commentary);
  const shown = shownBy(world, wanted);
  refuseRepetition(world, wanted, shown);
  const post = keep(world, wanted, shown);
  if (post.lifecycleState === 'PUBLISHED') show(world, call, post);
  return {
    status: 201,
    headers: {
      'x-restli-id': post.urn,
      'x-linkedin-id': post.urn,
      location: `/posts/${encodeURIComponent(post.urn)}`,
    },
    body: null,
    effect: true,
  };
}

function keep(world: World, wanted: NewPost, shown: LinkedInPost['shown']): LinkedInPost {
  const now = Date.now();
  // LinkedIn's own rule: films, documents and several images make a ugcPost, anything simpler a share.
  const simple = shown.length <= 1 && shown.every(({ urn }) => urn.startsWith('urn:li:image:'));
  const kind = simple ? 'share' : 'ugcPost';
  const post: LinkedInPost = {
    urn: `urn:li:${kind}:7${nextNumericId()}`,
    author: wanted.author,
    commentary: wanted.commentary,
    shown,
    content: wanted.content ?? null,
    visibility: wanted.visibility,
    distribution: wanted.distribution,
    lifecycleState: wanted.lifecycleState,
    isReshareDisabledByAuthor: wanted.isReshareDisabledByAuthor,
    createdAt: now,
    lastModifiedAt: now,
    edited: false,
    deleted: false,
  };
  linkedinObjects(world).posts.put(post.urn, post);
  return post;
}

/** LinkedIn takes the same words with the same media of the same author only once in a while. */
function refuseRepetition(world: World, { author, commentary, content }: NewPost, shown: LinkedInPost['shown']): void {
  const since = Date.now() - world.settings.current().duplicateWindowMs;
  const media = shown.map(({ urn }) => urn);
  const first = linkedinObjects(world)
    .posts.values()
    .filter((post) => post.author === author && post.commentary === commentary && post.createdAt > since)
    .filter((post) =>
      isDeepStrictEqual(
        media,
        post.shown.map(({ urn }) => urn),
      ),
    )
    .find((post) => isDeepStrictEqual(articleOf(content), articleOf(post.content)));
  if (first === undefined) return;
  throw inputError({
    status: 422,
    message: `com.linkedin.content.common.exception.BadRequestResponseException: Content is a duplicate of ${first.urn}`,
    code: 'DUPLICATE_POST',
    description: 'Duplicate post is detected',
  });
}

/** The link that a post shows as an article; `null` where it shows none. */
function articleOf(content: unknown): unknown {
  return typeof content === 'object' && content !== null && 'article' in content ? content.article : null;
}

function show(world: World, call: Call, post: LinkedInPost): void {
  const account = post.author.split(':').at(-1) ?? '';
  const { assets } = linkedinObjects(world);
  world.publications.put({
    network: 'linkedin',
    account,
    id: post.urn,
    text: shownText(post.commentary),
    rawText: post.commentary,
    media: post.shown.map(({ urn, altText }) => ({ sha256: assets.get(urn)?.sha256 ?? '', altText })),
    receivedAt: call.receivedAt,
    publishedAt: post.createdAt,
    requestId: call.requestId,
    permalink: permalink(world.publicUrl(), account, post.urn),
    editedAt: null,
    deletedAt: null,
  });
}

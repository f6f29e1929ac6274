import type { Answer, Call, Operation } from '../kernel/operation.ts';
import { codePoints } from '../kernel/text.ts';
import type { World } from '../kernel/world.ts';
import { actAsPage, readAsPage } from './auth.ts';
import { graphError, invalidParameter } from './errors.ts';
import { parseFields, select } from './fields.ts';
import { previewOf } from './link-preview.ts';
import { graphObjects, type PagePost, type Photo } from './objects.ts';
import { publishPagePost, postNode } from './page-post.ts';
import { page } from './paging.ts';
import { flag, instant, objects, param } from './params.ts';
import { facebookPage } from './seeds.ts';

const maxMessageLength = 63_206;

/** Publishing on a page and listing what it has published. */
export function feedOperations(world: World): Operation[] {
  const isPage = ({ params }: Call): boolean => facebookPage(params['page'] ?? '') !== null;
  const list = (call: Call): Answer => listPosts(world, call);
  return [
    {
      name: 'facebook.feed.create',
      method: 'POST',
      path: '/:page/feed',
      when: isPage,
      handle: (call) => create(world, call),
    },
    { name: 'facebook.feed.list', method: 'GET', path: '/:page/feed', when: isPage, handle: list },
    { name: 'facebook.posts.list', method: 'GET', path: '/:page/published_posts', when: isPage, handle: list },
    { name: 'facebook.posts.list', method: 'GET', path: '/:page/posts', when: isPage, handle: list },
  ];
}

async function create(world: World, call: Call): Promise<Answer> {
  const pageId = call.params['page'] ?? '';
  actAsPage(world, call, pageId);
  const message = param(call, 'message');
  const link = param(call, 'link');
  // Read first: from here on the post is made in one go.
  const preview = link === null ? null : await previewOf(link);
  const photos = attachedPhotos(world, call, pageId);
  if (message === null && link === null && photos.length === 0) {
    throw invalidParameter('(#100) Missing message or attachment');
  }
  if (message !== null && codePoints(message) > maxMessageLength) {
    throw invalidParameter(`(#100) Param message must be at most ${maxMessageLength} characters long.`, {
      userTitle: 'Post too long',
      userMessage: `The status you are trying to publish is longer than ${maxMessageLength} characters.`,
    });
  }
  if (link !== null && !URL.canParse(link)) throw invalidParameter('(#100) link URL is not properly formatted');
  const wanted = { pageId, message, link, preview, photos, video: null, published: flag(call, 'published', true) };
  if (photos.length === 0) refuseRepetition(world, wanted);
  const post = publishPagePost(world, call, wanted);
  const fields = param(call, 'fields');
  const body = select(postNode(world, post), 'Post', fields === null ? null : parseFields(fields), ['id']);
  return { status: 200, body, effect: true };
}

function attachedPhotos(world: World, call: Call, pageId: string): Photo[] {
  return objects(call, 'attached_media').map(({ media_fbid: mediaId }) => {
    const photo = graphObjects(world).photos.get(String(mediaId));
    if (photo === null || photo.pageId !== pageId) {
      throw invalidParameter('(#100) Invalid parameter', {
        subcode: 33,
        userTitle: 'Invalid attachment',
        userMessage: 'One of the attached photos does not exist or does not belong to this Page.',
      });
    }
    if (photo.postId !== null) {
      throw invalidParameter('(#100) Invalid parameter', {
        subcode: 1366051,
        userTitle: 'Photos Already Posted',
        userMessage: 'These photos were already posted.',
      });
    }
    return photo;
  });
}

/** Facebook refuses the same words twice in a row, unless there is a photo with them. */
function refuseRepetition(
  world: World,
  { pageId, message, link }: Pick<PagePost, 'pageId' | 'message' | 'link'>,
): void {
  const last = postsOf(world, pageId).at(0);
  if (
    last === undefined ||
    last.message !== message ||
    last.link !== link ||
    last.photoIds.length > 0 ||
    last.videoId !== null
  )
    return;
  throw graphError({
    code: 506,
    message: '(#506) Duplicate status message',
    transient: false,
    userTitle: 'Duplicate Status Update',
    userMessage:
      'This status update is identical to the last one you posted. Try posting something different, or delete your ' +
      'previous update.',
  });
}

/** The page's posts, newest first. */
const postsOf = (world: World, pageId: string): PagePost[] =>
  graphObjects(world)
    .posts.values()
    .filter((post) => post.pageId === pageId && !post.deleted && post.published)
    .toReversed();

function listPosts(world: World, call: Call): Answer {
  const pageId = call.params['page'] ?? '';
  readAsPage(world, call, pageId);
  const [since, until] = [instant(call, 'since'), instant(call, 'until')];
  const visibleUntil = Date.now() - world.settings.current().listingDelayMs;
  const posts = postsOf(world, pageId)
    .filter(({ createdAt }) => createdAt <= visibleUntil)
    .filter(({ createdAt }) => since === null || Math.floor(createdAt / 1000) >= since)
    .filter(({ createdAt }) => until === null || Math.floor(createdAt / 1000) <= until);
  const fields = param(call, 'fields');
  const asked = fields === null ? null : parseFields(fields);
  const present = (post: PagePost): object =>
    select(postNode(world, post), 'Post', asked, ['created_time', 'message', 'story', 'id']);
  return { status: 200, body: page(world, call, posts, present) };
}

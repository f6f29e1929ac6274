import { nextNumericId } from '../kernel/ids.ts';
import type { Call } from '../kernel/operation.ts';
import { permalink } from '../kernel/pages.ts';
import type { World } from '../kernel/world.ts';
import type { Node } from './fields.ts';
import { graphObjects, graphTime, type PagePost, type Photo } from './objects.ts';
import { facebookPage } from './seeds.ts';

export interface NewPagePost {
  readonly pageId: string;
  readonly message: string | null;
  readonly link: string | null;
  readonly photos: readonly Photo[];
  readonly published: boolean;
}

/** Makes the post and, if it is to be seen, shows it on the page. */
export function publishPagePost(world: World, call: Call, wanted: NewPagePost): PagePost {
  const { posts, photos } = graphObjects(world);
  const now = Date.now();
  const { pageId, message, link, published } = wanted;
  const id = `${pageId}_${nextNumericId()}`;
  const photoIds = wanted.photos.map((photo) => photo.id);
  const post: PagePost = {
    id,
    pageId,
    message,
    link,
    photoIds,
    published,
    createdAt: now,
    updatedAt: now,
    deleted: false,
  };
  posts.put(id, post);
  for (const photo of wanted.photos) photos.put(photo.id, { ...photo, postId: id });
  if (published) {
    const text = [message, link].filter((part) => part !== null).join('\n');
    world.publications.put({
      network: 'facebook',
      account: pageId,
      id,
      text,
      rawText: message ?? '',
      media: wanted.photos.map(({ image, altText }) => ({ sha256: image.sha256, altText })),
      receivedAt: call.receivedAt,
      publishedAt: now,
      requestId: call.requestId,
      permalink: permalink(world.publicUrl(), pageId, id),
      editedAt: null,
      deletedAt: null,
    });
  }
  return post;
}

/** A post as Graph tells it. */
export function postNode(world: World, post: PagePost): Node {
  const { photos } = graphObjects(world);
  const shown = post.photoIds.map((id) => photos.get(id)).filter((photo) => photo !== null);
  const [first] = shown;
  return {
    id: post.id,
    message: post.message,
    created_time: graphTime(post.createdAt),
    updated_time: graphTime(post.updatedAt),
    permalink_url: permalink(world.publicUrl(), post.pageId, post.id),
    is_published: post.published,
    is_hidden: false,
    story: null,
    status_type: shown.length > 0 ? 'added_photos' : 'mobile_status_update',
    from: { name: facebookPage(post.pageId)?.name ?? '', id: post.pageId },
    full_picture: first === undefined ? null : source(world, first),
    attachments: shown.length === 0 ? null : { data: [attachment(world, shown)] },
  };
}

function attachment(world: World, photos: readonly Photo[]): unknown {
  const items = photos.map((photo) => ({
    media: { image: { height: photo.image.heightPx, src: source(world, photo), width: photo.image.widthPx } },
    media_type: 'photo',
    target: { id: photo.id, url: source(world, photo) },
    type: 'photo',
    url: source(world, photo),
  }));
  if (items.length === 1) return items[0];
  return { ...items[0], media_type: 'album', type: 'album', subattachments: { data: items } };
}

const source = (world: World, { image }: Photo): string => `${world.publicUrl()}/_media/${image.sha256}`;

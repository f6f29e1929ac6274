import { nextNumericId } from '../kernel/ids.ts';
import { permalink } from '../kernel/pages.ts';
import type { PostMedia } from '../kernel/publications.ts';
import type { World } from '../kernel/world.ts';
import type { Node } from './fields.ts';
import { graphObjects, graphTime, type LinkPreview, type PagePost, type Photo, type Video } from './objects.ts';
import { facebookPage } from './seeds.ts';

export interface NewPagePost {
  readonly pageId: string;
  readonly message: string | null;
  readonly link: string | null;
  readonly preview: LinkPreview | null;
  readonly photos: readonly Photo[];
  readonly video: Video | null;
  readonly published: boolean;
}

/** Makes the post and, if it is to be seen, shows it on the page. */
export function publishPagePost(
  world: World,
  asked: { readonly receivedAt: number; readonly requestId: string },
  wanted: NewPagePost,
): PagePost {
  const { posts, photos } = graphObjects(world);
  const now = Date.now();
  const { pageId, message, link, preview, video, published } = wanted;
  const id = `${pageId}_${nextNumericId()}`;
  const photoIds = wanted.photos.map((photo) => photo.id);
  const post: PagePost = {
    id,
    pageId,
    message,
    link,
    preview,
    photoIds,
    videoId: video?.id ?? null,
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
      media: [...wanted.photos.map(({ image, altText }) => ({ sha256: image.sha256, altText })), ...filmOf(video)],
      receivedAt: asked.receivedAt,
      publishedAt: now,
      requestId: asked.requestId,
      permalink: permalink(world.publicUrl(), pageId, id),
      editedAt: null,
      deletedAt: null,
    });
  }
  return post;
}

function filmOf(video: Video | null): readonly PostMedia[] {
  const file = video?.file ?? null;
  return file === null ? [] : [{ sha256: file.sha256, altText: null, kind: 'video' }];
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
    status_type: statusType(post),
    from: { name: facebookPage(post.pageId)?.name ?? '', id: post.pageId },
    full_picture: first === undefined ? null : source(world, first),
    attachments: attachmentsOf(world, post, shown),
  };
}

function statusType({ photoIds, videoId, link }: PagePost): string {
  if (photoIds.length > 0) return 'added_photos';
  if (videoId !== null) return 'added_video';
  return link === null ? 'mobile_status_update' : 'shared_story';
}

function attachmentsOf(world: World, { videoId, link, preview }: PagePost, photos: readonly Photo[]): unknown {
  if (photos.length > 0) return { data: [attachment(world, photos)] };
  if (videoId !== null) {
    const url = `${world.publicUrl()}/_video/${videoId}`;
    return { data: [{ media_type: 'video', type: 'video_inline', target: { id: videoId, url }, url }] };
  }
  if (link === null) return null;
  const { title = link, description = null, imageUrl = null } = preview ?? {};
  const media = imageUrl === null ? {} : { media: { image: { src: imageUrl } } };
  return {
    data: [
      {
        media_type: 'link',
        type: 'share',
        title,
        description,
        ...media,
        target: { url: link },
        url: link,
        unshimmed_url: link,
      },
    ],
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

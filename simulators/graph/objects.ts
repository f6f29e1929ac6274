import type { ImageFacts, KeptFile } from '../kernel/media.ts';
import type { Collection } from '../kernel/store.ts';
import type { World } from '../kernel/world.ts';

/** A photo that a page holds; nobody sees it until a post shows it. */
export interface Photo {
  readonly id: string;
  readonly pageId: string;
  readonly image: ImageFacts;
  readonly altText: string | null;
  readonly postId: string | null;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

export interface PagePost {
  readonly id: string;
  readonly pageId: string;
  readonly message: string | null;
  readonly link: string | null;
  readonly preview: LinkPreview | null;
  readonly photoIds: readonly string[];
  readonly videoId: string | null;
  readonly published: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deleted: boolean;
}

/** What Facebook has read from the page behind a link. */
export interface LinkPreview {
  readonly title: string;
  readonly description: string | null;
  readonly imageUrl: string | null;
}

/** A film, on its way to becoming a post or a reel. */
export interface Video {
  readonly id: string;
  readonly pageId: string;
  readonly kind: 'video' | 'reel';
  readonly description: string | null;
  /** `null` until all of it has been handed over. */
  readonly file: FilmFacts | null;
  readonly createdAt: number;
  /** Epoch milliseconds at which the processing begins: once the film is there, for a reel once it is to be published. */
  readonly processedFrom: number | null;
  readonly failure: VideoFailure | null;
  /** The request that had it published; visitors see it as soon as it is processed. */
  readonly publication: { readonly receivedAt: number; readonly requestId: string } | null;
  readonly postId: string | null;
  readonly deleted: boolean;
}

export interface VideoFailure {
  readonly code: number;
  readonly message: string;
  /** Whether it shows before the processing begins. */
  readonly atOnce: boolean;
}

export type FilmFacts = Extract<KeptFile, { kind: 'video' }>;

/** What will become an Instagram post, or one part of a carousel. */
export interface Container {
  readonly id: string;
  readonly accountId: string;
  readonly kind: 'image' | 'reel' | 'child' | 'carousel';
  readonly caption: string;
  readonly altText: string | null;
  /** `null` for a carousel, and for a film that could not be had. */
  readonly file: ImageFacts | FilmFacts | null;
  /** Of a carousel, in their order. */
  readonly children: readonly string[];
  readonly createdAt: number;
  /** Epoch milliseconds at which the processing is over. */
  readonly readyAt: number;
  /** Why the processing will fail, as one of Instagram's subcodes; `null` if it will not. */
  readonly failureCode: number | null;
  /** The post that it became. */
  readonly mediaId: string | null;
}

export interface InstagramMedia {
  readonly id: string;
  readonly accountId: string;
  readonly containerId: string;
  readonly caption: string;
  readonly altText: string | null;
  readonly kind: 'image' | 'reel' | 'carousel';
  readonly files: readonly { readonly kind: 'image' | 'video'; readonly sha256: string }[];
  readonly createdAt: number;
}

export interface GraphObjects {
  readonly photos: Collection<Photo>;
  readonly videos: Collection<Video>;
  readonly posts: Collection<PagePost>;
  readonly containers: Collection<Container>;
  readonly media: Collection<InstagramMedia>;
}

export const graphObjects = ({ store }: World): GraphObjects => ({
  photos: store.collection('photo'),
  videos: store.collection('video'),
  posts: store.collection('page-post'),
  containers: store.collection('container'),
  media: store.collection('instagram-media'),
});

/** An instant as Graph writes it: seconds, with an offset that has no colon. */
export const graphTime = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}+0000`;

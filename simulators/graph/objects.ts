import type { ImageFacts } from '../kernel/media.ts';
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
  readonly photoIds: readonly string[];
  readonly published: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deleted: boolean;
}

/** What will become an Instagram post. */
export interface Container {
  readonly id: string;
  readonly accountId: string;
  readonly caption: string;
  readonly altText: string | null;
  readonly image: ImageFacts;
  readonly createdAt: number;
  /** Epoch milliseconds at which the processing is over. */
  readonly readyAt: number;
  readonly processingFails: boolean;
  /** The post that it became. */
  readonly mediaId: string | null;
}

export interface InstagramMedia {
  readonly id: string;
  readonly accountId: string;
  readonly containerId: string;
  readonly caption: string;
  readonly altText: string | null;
  readonly sha256: string;
  readonly createdAt: number;
}

export interface GraphObjects {
  readonly photos: Collection<Photo>;
  readonly posts: Collection<PagePost>;
  readonly containers: Collection<Container>;
  readonly media: Collection<InstagramMedia>;
}

export const graphObjects = ({ store }: World): GraphObjects => ({
  photos: store.collection('photo'),
  posts: store.collection('page-post'),
  containers: store.collection('container'),
  media: store.collection('instagram-media'),
});

/** An instant as Graph writes it: seconds, with an offset that has no colon. */
export const graphTime = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}+0000`;

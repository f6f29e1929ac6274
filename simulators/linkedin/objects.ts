import type { Collection } from '../kernel/store.ts';
import type { World } from '../kernel/world.ts';

/** An image that an organisation uploads, then shows in a post. */
export interface LinkedInImage {
  readonly urn: string;
  readonly owner: string;
  /** The last part of the upload URL: whoever knows it and has a token may upload. */
  readonly uploadKey: string;
  readonly createdAt: number;
  /** Epoch milliseconds after which the upload URL is refused. */
  readonly uploadUntil: number;
  /** `null` until bytes came that are an image LinkedIn takes. */
  readonly sha256: string | null;
  /** Epoch milliseconds at which processing is over; `null` until the upload. */
  readonly readyAt: number | null;
  readonly processingFails: boolean;
}

export interface LinkedInPost {
  readonly urn: string;
  readonly author: string;
  readonly commentary: string;
  readonly images: readonly { readonly urn: string; readonly altText: string | null }[];
  /** As it was sent, for the answers. */
  readonly content: unknown;
  readonly visibility: string;
  readonly distribution: unknown;
  readonly lifecycleState: string;
  readonly isReshareDisabledByAuthor: boolean;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly lastModifiedAt: number;
  readonly edited: boolean;
  readonly deleted: boolean;
}

export interface LinkedInObjects {
  readonly images: Collection<LinkedInImage>;
  readonly posts: Collection<LinkedInPost>;
}

export const linkedinObjects = ({ store }: World): LinkedInObjects => ({
  images: store.collection('linkedin-image'),
  posts: store.collection('linkedin-post'),
});

export type ImageStatus = 'WAITING_UPLOAD' | 'PROCESSING' | 'PROCESSING_FAILED' | 'AVAILABLE';

export function imageStatus({ readyAt, processingFails }: LinkedInImage): ImageStatus {
  if (readyAt === null) return 'WAITING_UPLOAD';
  if (Date.now() < readyAt) return 'PROCESSING';
  return processingFails ? 'PROCESSING_FAILED' : 'AVAILABLE';
}

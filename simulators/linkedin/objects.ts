import type { Collection } from '../kernel/store.ts';
import type { World } from '../kernel/world.ts';

export const assetKinds = ['image', 'document', 'video'] as const;
export type AssetKind = (typeof assetKinds)[number];

/** A file that an organisation uploads, then shows in a post. */
export interface LinkedInAsset {
  readonly urn: string;
  readonly kind: AssetKind;
  readonly owner: string;
  /** The last part of the upload URL: whoever knows it and has a token may upload. */
  readonly uploadKey: string;
  readonly createdAt: number;
  /** Epoch milliseconds after which the upload URL is refused. */
  readonly uploadUntil: number;
  /** For films: how long it is to be, and the sha256 of each piece that has come, by its ETag. */
  readonly film: { readonly bytes: number; readonly pieces: Readonly<Record<string, string>> } | null;
  /** `null` until bytes came that LinkedIn takes. */
  readonly sha256: string | null;
  /** Epoch milliseconds at which processing is over; `null` until the upload. */
  readonly readyAt: number | null;
  readonly processingFails: boolean;
}

export interface LinkedInPost {
  readonly urn: string;
  readonly author: string;
  readonly commentary: string;
  readonly shown: readonly { readonly urn: string; readonly altText: string | null }[];
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
  readonly assets: Collection<LinkedInAsset>;
  readonly posts: Collection<LinkedInPost>;
}

export const linkedinObjects = ({ store }: World): LinkedInObjects => ({
  assets: store.collection('linkedin-asset'),
  posts: store.collection('linkedin-post'),
});

export type AssetStatus = 'WAITING_UPLOAD' | 'PROCESSING' | 'PROCESSING_FAILED' | 'AVAILABLE';

export function assetStatus({ readyAt, processingFails }: LinkedInAsset): AssetStatus {
  if (readyAt === null) return 'WAITING_UPLOAD';
  if (Date.now() < readyAt) return 'PROCESSING';
  return processingFails ? 'PROCESSING_FAILED' : 'AVAILABLE';
}

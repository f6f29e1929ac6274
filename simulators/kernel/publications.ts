import type { Store } from './store.ts';

export interface PostMedia {
  readonly sha256: string;
  readonly altText: string | null;
  /** An image, unless it says otherwise. */
  readonly kind?: 'video';
}

/** A post that the public could see. */
export interface Publication {
  readonly network: 'facebook' | 'instagram' | 'linkedin';
  /** The page's, account's or organisation's external id. */
  readonly account: string;
  readonly id: string;
  /** As readers see it. */
  readonly text: string;
  /** As it was sent. */
  readonly rawText: string;
  readonly media: readonly PostMedia[];
  /** Epoch milliseconds at which the irreversible request arrived. */
  readonly receivedAt: number;
  /** Epoch milliseconds at which the network made it public. */
  readonly publishedAt: number;
  /** The request in the log that made it. */
  readonly requestId: string;
  readonly permalink: string;
  readonly editedAt: number | null;
  readonly deletedAt: number | null;
}

export interface Publications {
  get(id: string): Publication | null;
  put(publication: Publication): void;
  /** Every post ever published, deleted ones too, in the order of arrival. */
  all(): Publication[];
  /** What an account's visitors see, newest first. */
  feed(account: string): Publication[];
}

export function openPublications(store: Store): Publications {
  const published = store.collection<Publication>('published');
  const all = (): Publication[] => published.values().toSorted((a, b) => a.receivedAt - b.receivedAt);
  return {
    get: published.get,
    put: (publication) => published.put(publication.id, publication),
    all,
    feed: (account) =>
      all()
        .filter((publication) => publication.account === account && publication.deletedAt === null)
        .toReversed(),
  };
}

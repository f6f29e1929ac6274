import type { Storage } from '../../platform/storage.ts';
import type { PublicRoute, Route } from '../define-route.ts';
import { deleteMedia } from './delete-media.ts';
import { editMedia } from './edit-media.ts';
import { fetchMedia } from './fetch-media.ts';
import { listMedia } from './list-media.ts';
import type { MediaUrls } from './media-view.ts';
import { readMedia } from './read-media.ts';
import { uploadMedia } from './upload-media.ts';

export interface MediaDependencies {
  /** The store that the publishing workers read too. */
  readonly storage: Storage;
  /** The base and key of signed addresses, the same that the publishing workers have. */
  readonly urls: MediaUrls;
}

export function mediaRoutes(media: MediaDependencies): readonly (Route | PublicRoute)[] {
  return [listMedia(media), uploadMedia(media), readMedia(media), editMedia(media), deleteMedia, fetchMedia(media)];
}

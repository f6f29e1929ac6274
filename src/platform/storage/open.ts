import type { Storage } from '../storage.ts';
import { folderStorage } from './folder.ts';
import { type S3Settings, s3Storage } from './s3.ts';

export type StorageSettings =
  | { readonly kind: 'folder'; readonly directory: string }
  | ({ readonly kind: 's3' } & S3Settings);

/** The store that the configuration names; API and workers open the same. */
export function openStorage(settings: StorageSettings): Storage {
  return settings.kind === 'folder' ? folderStorage(settings.directory) : s3Storage(settings);
}

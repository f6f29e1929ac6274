import type { Route } from '../define-route.ts';
import type { MediaDependencies } from '../media/routes.ts';
import { beginUpload } from './begin-upload.ts';
import { deleteUpload } from './delete-upload.ts';
import { finishUpload } from './finish-upload.ts';
import { readUpload } from './read-upload.ts';
import { sendBytes } from './send-bytes.ts';

export function uploadRoutes(media: MediaDependencies): readonly Route[] {
  return [beginUpload, readUpload, sendBytes(media), deleteUpload(media), finishUpload(media)];
}

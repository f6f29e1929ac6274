import type { Readable } from 'node:stream';
import { advanceUpload, selectUpload, type StoredUpload, takeUpload } from '../../db/media-upload.ts';
import type { UploadId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import type { Storage } from '../../platform/storage.ts';
import { refuseCommon } from '../common-problems.ts';
import type { UploadAbout } from '../define-route.ts';
import { headerOf } from '../pipeline/request.ts';
import { parameterError } from '../pipeline/validate.ts';
import { type ProblemKinds, Refused } from '../problem.ts';
import { intoPieces, lastPiece, pieceBytes, TooMuch } from './pieces.ts';
import { byteCount, requireTus } from './tus.ts';

export const sendingProblems = {
  offset_mismatch: {
    status: 409,
    title: 'Offset mismatch',
    description:
      'The upload does not go on from this byte: it stands elsewhere, or another request has taken it over. `offset` says where it stands; ask for it with HEAD.',
    example: { offset: 8_388_608 },
  },
  upload_complete: {
    status: 409,
    title: 'Upload complete',
    description: 'Media has been made of the upload; there is nothing more to send.',
  },
} as const satisfies ProblemKinds;

export type Sent = Pick<StoredUpload, 'length' | 'received' | 'expiresAt'>;

/**
 * Adds what one request brings to an upload. Every piece is stored, then recorded: what has been recorded survives the
 * end of the connection and of this process, and is all that counts. The latest request wins; one that was there before,
 * with a connection that nobody reads any more, finds at its next piece that it has lost.
 */
export async function receiveBytes(
  storage: Storage,
  stream: Readable,
  { headers, params, caller, now, inTenant }: UploadAbout<{ readonly uploadId: UploadId }>,
): Promise<Sent> {
  requireTus(headerOf(headers, 'tus-resumable') ?? undefined);
  const offset = offsetOf(headerOf(headers, 'upload-offset'));
  const { uploadId: id } = params;
  const writer = newId<string>();
  const upload = await inTenant(async (trx) => {
    const found = await selectUpload(trx, { id, by: caller.userId, now, lock: 'for update' });
    if (found === null) throw refuseCommon('not_found');
    if (found.mediaId !== null) throw new Refused('upload_complete', sendingProblems.upload_complete);
    if (found.received !== offset) throw mismatch(found.received);
    await takeUpload(trx, { id, writer });
    return found;
  });
  const remaining = upload.length - upload.received;
  if (Number(headers['content-length'] ?? 0) > remaining) throw tooMuch(remaining);

  const address = { tenantId: caller.tenantId, uploadId: id };
  const begun = await lastPiece(storage.pieces, address, upload);
  const pieces = upload.pieces.slice(0, Math.floor(upload.received / pieceBytes));
  let { received } = upload;
  try {
    // A stream that is destroyed takes the connection with it, and with that our answer.
    const arriving = stream.iterator({ destroyOnReturn: false });
    for await (const content of intoPieces(arriving, { begun, remaining })) {
      const piece = newId<string>();
      await storage.pieces.put({ ...address, piece }, content);
      received = pieces.length * pieceBytes + content.byteLength;
      pieces.push(piece);
      const counts = await inTenant((trx) => advanceUpload(trx, { id, writer, received, pieces }));
      if (!counts) throw mismatch(null);
    }
  } catch (error) {
    // What still comes flows away unread.
    stream.resume();
    if (error instanceof TooMuch) throw tooMuch(remaining);
    if (error instanceof Refused || !stream.errored) throw error;
    throw refuseCommon('malformed', { detail: 'The body broke off.' });
  }
  return { ...upload, received };
}

function offsetOf(header: string | null): number {
  const parsed = byteCount.safeParse(header);
  if (parsed.success) return parsed.data;
  throw parameterError('upload-offset', 'format', 'must say from which byte on the upload goes on');
}

function mismatch(offset: number | null): Refused {
  const details =
    offset === null
      ? { detail: 'Another request has taken the upload over, or it has been deleted.' }
      : { detail: `The upload goes on from byte ${offset}.`, extensions: { offset } };
  return new Refused('offset_mismatch', sendingProblems.offset_mismatch, details);
}

function tooMuch(remaining: number): Refused {
  return refuseCommon('too_large', {
    detail: `The upload takes ${remaining} more bytes, as it was begun with.`,
    extensions: { limitBytes: remaining },
  });
}

import { Readable } from 'node:stream';
import type { Renditions } from '../../db/media.ts';
import { claimFiles } from '../../db/stored-file.ts';
import type { Sha256, TenantId } from '../../domain/ids.ts';
import type { FileFacts } from '../../domain/media.ts';
import type { ReceivedFile, Storage } from '../../platform/storage.ts';
import type { UploadAbout } from '../define-route.ts';
import { type JudgedRendition, judgeFile } from './judge-file.ts';

/** A file that has been read, judged and stored, with the pictures made of it. */
export interface KeptFile {
  readonly original: FileFacts;
  readonly renditions: Renditions;
}

export interface Keeping extends Pick<UploadAbout<unknown>, 'inTenant' | 'now'> {
  readonly storage: Storage;
  readonly tenantId: TenantId;
}

/**
 * Judges a file that was taken in and keeps it, or discards it and throws why. The files are claimed, then kept; only
 * after that may a row name them. Should no row come to do so, nobody can reach them, and the sweep finds the claim.
 */
export async function judgeAndKeep(keeping: Keeping, file: ReceivedFile): Promise<KeptFile> {
  const pictures: ReceivedFile[] = [];
  try {
    const { original, renditions } = await judgeFile(file);
    for (const rendition of renditions) pictures.push(await takePicture(keeping, rendition));
    const { tenantId, now } = keeping;
    const files = [file, ...pictures];
    const hashes = files.map(({ sha256 }) => sha256 as Sha256);
    await keeping.inTenant((trx) => claimFiles(trx, { tenantId, hashes, now }));
    for (const each of files) await each.keep();
    return {
      original,
      renditions: Object.fromEntries(renditions.map((made, i) => [made.kind, facts(made, pictures[i])])),
    };
  } catch (error) {
    await Promise.all([file, ...pictures].map((each) => each.discard()));
    throw error;
  }
}

function takePicture({ storage, tenantId }: Keeping, { content }: JudgedRendition): Promise<ReceivedFile> {
  return storage.receive(tenantId, Readable.from([content]), { maxBytes: content.length });
}

function facts({ widthPx, heightPx }: JudgedRendition, file: ReceivedFile | undefined) {
  if (file === undefined) throw new Error('a picture was made and not stored');
  const stored = { sha256: file.sha256 as Sha256, bytes: file.bytes, mimeType: 'image/jpeg' };
  return { kind: 'image', ...stored, widthPx, heightPx, frames: 1 } as const;
}

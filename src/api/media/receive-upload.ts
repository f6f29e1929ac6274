import { createHash } from 'node:crypto';
import type { Storage } from '../../platform/storage.ts';
import { FileTooLarge } from '../../platform/storage.ts';
import { refuseCommon } from '../common-problems.ts';
import type { Received, UploadAbout } from '../define-route.ts';
import { altTextOf, fileNameOf } from './file-words.ts';
import { judgeAndKeep, type KeptFile } from './keep-file.ts';
import { type FormFile, readForm } from './read-form.ts';
import { maxFormFileBytes } from './taken-files.ts';

/** A file of a form that has been read, judged and stored. */
export interface UploadedFile extends KeptFile {
  readonly fileName: string;
  readonly altText: string | null;
}

/**
 * Takes a form in. The bytes are in the store before any row speaks of them; the same bytes may be another upload's, so
 * they are never removed here.
 */
export async function receiveUpload(
  storage: Storage,
  stream: Parameters<typeof readForm>[0]['stream'],
  { headers, caller: { tenantId }, now, inTenant }: UploadAbout<unknown>,
): Promise<Received<UploadedFile>> {
  const { taken, fields } = await readForm(
    { stream, headers },
    {
      fields: ['altText'],
      take: async (file) => ({ file: await take(storage, tenantId, file), fileName: file.fileName }),
      drop: ({ file }) => file.discard(),
    },
  );
  try {
    const altText = altTextOf(fields.get('altText'));
    const kept = await judgeAndKeep({ storage, tenantId, now, inTenant }, taken.file);
    const body: UploadedFile = { fileName: fileNameOf(taken.fileName), altText, ...kept };
    return { body, bodyHash: bodyHash(body), discard: () => Promise.resolve() };
  } catch (error) {
    await taken.file.discard();
    throw error;
  }
}

async function take(storage: Storage, tenantId: string, { stream }: FormFile) {
  try {
    return await storage.receive(tenantId, stream, { maxBytes: maxFormFileBytes });
  } catch (error) {
    if (!(error instanceof FileTooLarge)) throw error;
    throw refuseCommon('too_large', {
      detail: `A form may carry a file of at most ${error.maxBytes} bytes; larger ones are sent to /v1/uploads.`,
      extensions: { limitBytes: error.maxBytes },
    });
  }
}

function bodyHash({ fileName, altText, original }: UploadedFile): string {
  return createHash('sha256')
    .update(JSON.stringify([fileName, altText, original.sha256]))
    .digest('hex');
}

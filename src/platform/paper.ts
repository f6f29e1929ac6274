import { getResolvedPDFJS } from 'unpdf';
import type { RangedFile } from './inspect.ts';

export const paperTypes = ['application/pdf'] as const;

export interface Paper {
  readonly pages: number;
}

export type PaperRefusal = { readonly code: 'unreadable' } | { readonly code: 'encrypted' };
export type ReadPaper =
  | { readonly ok: true; readonly paper: Paper }
  | { readonly ok: false; readonly refusal: PaperRefusal };

/** Readers look for the end mark within so many last bytes. */
const trailerBytes = 1_024;

/**
 * Reads a PDF: how many pages it has, whether the first and the last can be opened, and that nobody needs a key for it.
 * Nothing is drawn. Reads only the parts of the file that it needs.
 */
export async function readPaper(file: RangedFile): Promise<ReadPaper> {
  // PDF.js mends files that are cut off, by leaving out what is missing; networks do not.
  if (!(await hasEnd(file))) return { ok: false, refusal: { code: 'unreadable' } };
  const { getDocument, PDFDataRangeTransport, VerbosityLevel } = await getResolvedPDFJS();
  const range = new PDFDataRangeTransport(file.bytes, null);
  range.requestDataRange = (start: number, end: number) => {
    file.read({ start, end: Math.min(end, file.bytes) }).then(
      (chunk) => range.onDataRange(start, Uint8Array.from(chunk)),
      () => range.abort(),
    );
  };
  const loading = getDocument({
    range,
    disableAutoFetch: true,
    disableStream: true,
    stopAtErrors: true,
    useSystemFonts: false,
    verbosity: VerbosityLevel.ERRORS,
  });
  try {
    const paper = await loading.promise;
    const { info } = await paper.getMetadata();
    if ('EncryptFilterName' in info && info.EncryptFilterName !== null) return refuse('encrypted');
    for (const number of new Set([1, paper.numPages])) await paper.getPage(number);
    return { ok: true, paper: { pages: paper.numPages } };
  } catch (error) {
    return refuse(error instanceof Error && error.name === 'PasswordException' ? 'encrypted' : 'unreadable');
  } finally {
    await loading.destroy();
  }
}

async function hasEnd({ bytes, read }: RangedFile): Promise<boolean> {
  const tail = await read({ start: Math.max(0, bytes - trailerBytes), end: bytes });
  return Buffer.from(tail).includes('%%EOF');
}

function refuse(code: PaperRefusal['code']): ReadPaper {
  return { ok: false, refusal: { code } };
}

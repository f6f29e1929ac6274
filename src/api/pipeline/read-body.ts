import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { refuseCommon } from '../common-problems.ts';
import type { Refused } from '../problem.ts';
import { headerOf } from './request.ts';

export const maxJsonBytes = 1_048_576;
/** Uploads take as long as they take; a small body must not hold a connection by coming a byte at a time. */
const jsonWithinMs = 30_000;

/**
 * Refuses by its headers a body that would not be read anyway: 415 for another content type or encoding, 413 for one
 * that says that it is too large.
 */
export function checkBodyHeaders(
  headers: IncomingHttpHeaders,
  { contentType, maxBytes }: { contentType: string; maxBytes: number },
): void {
  const given = headerOf(headers, 'content-type');
  if (given === null || given.split(';', 1)[0]?.trim().toLowerCase() !== contentType) {
    throw unsupported(`The body must be ${contentType}.`, { accepted: contentType });
  }
  const encoding = headerOf(headers, 'content-encoding');
  if (encoding !== null && encoding.toLowerCase() !== 'identity') throw unsupported('The body must not be compressed.');
  const charset = /charset="?([^";\s]+)/i.exec(given)?.[1];
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') throw unsupported('The body must be UTF-8.');
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
}

/** The parsed body and the sha256, in hex, of its bytes. Throws 400 or 413. */
export async function readJson(stream: Readable): Promise<{ value: unknown; hash: string }> {
  const bytes = await readBytes(stream, maxJsonBytes);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { value: JSON.parse(text), hash: createHash('sha256').update(bytes).digest('hex') };
  } catch {
    throw refuseCommon('malformed', {
      detail: 'The body is not JSON in UTF-8.',
      errors: [{ pointer: '', rule: 'json', limit: null, value: null, detail: 'is not JSON in UTF-8' }],
    });
  }
}

async function readBytes(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      // The rest is left to flow away unread, so that the answer can be received.
      stream.off('data', onData);
      stream.resume();
      reject(tooLarge(maxBytes));
    };
    const tooSlow = setTimeout(() => {
      stream.off('data', onData);
      stream.resume();
      reject(refuseCommon('malformed', { detail: 'The body did not arrive within 30 seconds.' }));
    }, jsonWithinMs);
    stream.on('data', onData);
    stream.once('end', () => resolve(Buffer.concat(chunks)));
    stream.once('error', reject);
    stream.once('close', () => {
      clearTimeout(tooSlow);
      reject(refuseCommon('malformed', { detail: 'The body ended too early.' }));
    });
  });
}

export function tooLarge(limitBytes: number): Refused {
  return refuseCommon('too_large', {
    detail: `The body may have at most ${limitBytes} bytes.`,
    extensions: { limitBytes },
  });
}

function unsupported(detail: string, extensions: Record<string, unknown> = {}): Refused {
  return refuseCommon('unsupported_media_type', { detail, extensions });
}

import type { ByteRange } from '../../platform/storage.ts';

/**
 * What the header `Range` asks of a file of so many bytes: a part, all of it (no header, a form that we do not serve, or
 * an `If-Range` that names other bytes), or nothing that there is.
 */
export function requestedRange(
  { range, ifRange, etag }: { range: string | null; ifRange: string | null; etag: string },
  bytes: number,
): ByteRange | 'all' | 'none' {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(range?.trim() ?? '');
  if (asked === null || (ifRange !== null && ifRange !== etag)) return 'all';
  const [first = '', last = ''] = [asked[1], asked[2]];
  if (first === '' && last === '') return 'all';
  if (first === '') {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? 'none' : { start: bytes - length, end: bytes };
  }
  const start = Number(first);
  const end = last === '' ? bytes : Math.min(Number(last) + 1, bytes);
  if (last !== '' && Number(last) < start) return 'all';
  return start >= bytes ? 'none' : { start, end };
}

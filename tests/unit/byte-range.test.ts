import { expect, it } from 'vitest';
import { requestedRange } from '../../src/api/media/byte-range.ts';

it.each<[range: string | null, answered: ReturnType<typeof requestedRange>]>([
  [null, 'all'],
  ['bytes=0-', { start: 0, end: 1_000 }],
  ['bytes=0-0', { start: 0, end: 1 }],
  ['bytes=200-299', { start: 200, end: 300 }],
  ['bytes=900-5000', { start: 900, end: 1_000 }],
  ['bytes=-100', { start: 900, end: 1_000 }],
  ['bytes=-5000', { start: 0, end: 1_000 }],
  ['bytes=1000-', 'none'],
  ['bytes=-0', 'none'],
  ['bytes=5-4', 'all'],
  ['bytes=-', 'all'],
  ['bytes=0-1,5-6', 'all'],
  ['lines=1-2', 'all'],
])('of a file of 1,000 bytes, %s asks for %j', (range, answered) => {
  expect(requestedRange({ range, ifRange: null, etag: '"x"' }, 1_000)).toEqual(answered);
});

it('a part of other bytes than the reader has begun with is no use: it gets all of them', () => {
  const asked = { range: 'bytes=5-9', etag: '"new"' };
  expect(requestedRange({ ...asked, ifRange: '"old"' }, 10)).toBe('all');
  expect(requestedRange({ ...asked, ifRange: '"new"' }, 10)).toEqual({ start: 5, end: 10 });
});

import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { PostContent, TargetContent } from '../../../src/domain/content.ts';
import { contentDifference } from '../../../src/domain/content-difference.ts';
import type { ConnectionId, ContentHash, MediaId } from '../../../src/domain/ids.ts';
import { revisionVotedOn } from '../../../src/domain/revision.ts';

const [a, b, c] = ['a', 'b', 'c'] as MediaId[] as [MediaId, MediaId, MediaId];
const [page, other] = ['page', 'other'] as ConnectionId[] as [ConnectionId, ConnectionId];
const target = (changes: Partial<TargetContent> = {}): TargetContent => ({
  connectionId: page,
  text: null,
  mediaIds: null,
  format: 'feed',
  ...changes,
});
const content = (changes: Partial<PostContent> = {}): PostContent => ({
  text: 'Ciao',
  mediaIds: [a, b],
  link: null,
  targets: [target()],
  ...changes,
});
const between = (from: Partial<PostContent>, to: Partial<PostContent>) => contentDifference(content(from), content(to));

describe('the difference of two contents', () => {
  it('names media that came, went, or changed places', () => {
    expect(between({}, { mediaIds: [b, c] }).media).toEqual({ added: [c], removed: [a], reordered: false });
    expect(between({}, { mediaIds: [b, a] }).media).toEqual({ added: [], removed: [], reordered: true });
    expect(between({}, { mediaIds: [c, a, b] }).media).toEqual({ added: [c], removed: [], reordered: false });
  });

  it('names targets that came and went, and not their order', () => {
    const both = [target(), target({ connectionId: other })];
    expect(between({}, { targets: both }).targets).toEqual({ added: [other], removed: [], changed: [] });
    expect(between({ targets: both }, {}).targets).toEqual({ added: [], removed: [other], changed: [] });
    expect(between({ targets: both }, { targets: both.toReversed() }).targets.changed).toEqual([]);
  });

  it('tells of a variant what its readers saw and see, also where it came or went', () => {
    const own = { targets: [target({ text: 'Salve' })] };
    expect(between({}, own).targets.changed).toMatchObject([{ text: { from: 'Ciao', to: 'Salve' }, media: null }]);
    expect(between(own, { text: 'Buongiorno' })).toMatchObject({
      text: { from: 'Ciao', to: 'Buongiorno' },
      targets: { changed: [{ text: { from: 'Salve', to: 'Buongiorno' } }] },
    });
  });

  it('says nothing of a target that only follows the post', () => {
    expect(between({}, { text: 'Salve', mediaIds: [] }).targets.changed).toEqual([]);
  });

  it('knows link and format', () => {
    const link = { url: 'https://aurora.test', title: null, description: null, mediaId: null };
    expect(between({}, { link }).link).toEqual({ from: null, to: link });
    expect(between({ link }, { link: { ...link } }).link).toBeNull();
    expect(between({}, { targets: [target({ format: 'reel' })] }).targets.changed).toMatchObject([
      { format: { from: 'feed', to: 'reel' } },
    ]);
  });
});

const anyContent = fc.record({
  text: fc.constantFrom('', 'Ciao', 'Salve'),
  mediaIds: fc.uniqueArray(fc.constantFrom(a, b, c)),
  link: fc.constant(null),
  targets: fc.uniqueArray(
    fc.record({
      connectionId: fc.constantFrom(page, other),
      text: fc.constantFrom(null, 'Ciao'),
      mediaIds: fc.option(fc.uniqueArray(fc.constantFrom(a, b))),
      format: fc.constantFrom('feed' as const, 'reel' as const),
    }),
    { selector: ({ connectionId }) => connectionId },
  ),
});

test('a content does not differ from itself, and a difference turned round swaps what came and what went', () => {
  const none = { text: null, media: null, link: null, targets: { added: [], removed: [], changed: [] } };
  fc.assert(
    fc.property(anyContent, anyContent, (from, to) => {
      expect(contentDifference(from, from)).toEqual(none);
      const [there, back] = [contentDifference(from, to), contentDifference(to, from)];
      expect(new Set(back.targets.added)).toEqual(new Set(there.targets.removed));
      expect(new Set(back.media?.added)).toEqual(new Set(there.media?.removed));
      expect(back.text?.to).toBe(there.text?.from);
      expect(back.targets.changed).toHaveLength(there.targets.changed.length);
    }),
  );
});

describe('a vote', () => {
  const hash = (name: string) => name as ContentHash;
  const at = (hour: number) => new Date(Date.UTC(2026, 10, 24, hour));
  const revisions = [
    { number: 1, contentHash: hash('one'), createdAt: at(8) },
    { number: 2, contentHash: hash('two'), createdAt: at(10) },
    { number: 3, contentHash: hash('one'), createdAt: at(12) },
  ];

  it.each([
    ['the first, before it was changed', 'one', 9, 1],
    ['the changed one', 'two', 11, 2],
    ['what was changed meanwhile, if that is what was read', 'one', 11, 1],
    ['the restored one, not the one that said the same before', 'one', 13, 3],
    ['the only one that says it, though a clock was behind', 'two', 9, 2],
  ])('counts for %s', (_name, said, hour, number) => {
    expect(revisionVotedOn(revisions, { contentHash: hash(said), at: at(hour) })?.number).toBe(number);
  });

  it('on what no revision says any more counts for none', () => {
    expect(revisionVotedOn(revisions, { contentHash: hash('three'), at: at(9) })).toBeNull();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonical,
  effective,
  fileFor,
  type LinkCard,
  type PostContent,
  postFormats,
  textLength,
  violations,
} from '../../../src/domain/content.ts';
import type { ConnectionId, MediaId, Sha256 } from '../../../src/domain/ids.ts';
import type { ImageFacts, MediaFacts } from '../../../src/domain/media.ts';
import { contentLimits, type Network, networks } from '../../../src/domain/network.ts';

describe('the limits of a network', () => {
  it.each(networks)('on %s take a text of the greatest length and refuse one more character', (network) => {
    const { maxTextLength } = contentLimits[network];
    expect(textRules(network, 'x'.repeat(maxTextLength))).not.toContain('max_text_length');
    expect(textRules(network, 'x'.repeat(maxTextLength + 1))).toContain('max_text_length');
  });

  it('count what people see as one character as one', () => {
    expect(textLength('🎄à')).toBe(2);
    expect(textRules('linkedin', '🎄'.repeat(3_000))).toEqual([]);
    expect(textRules('linkedin', '🎄'.repeat(3_001))).toEqual(['max_text_length']);
  });

  it('count hashtags, but not what only looks like one', () => {
    expect(textRules('instagram', '#saldi '.repeat(30))).not.toContain('max_hashtags');
    expect(textRules('instagram', '#saldi '.repeat(31))).toContain('max_hashtags');
    expect(textRules('instagram', 'a#b &#39; # '.repeat(40))).not.toContain('max_hashtags');
  });

  it('ask for something to publish', () => {
    expect(judge({ ...content('facebook'), text: '  \n' })).toEqual([
      { target: 'facebook', field: 'text', rule: 'required', limit: 1, value: 0 },
    ]);
    expect(rules({ ...content('facebook'), text: '', mediaIds: [square] })).toEqual([]);
  });

  it('ask for exactly one image on Instagram', () => {
    expect(rules({ ...content('instagram'), mediaIds: [] })).toEqual(['min_images']);
    expect(rules({ ...content('instagram'), mediaIds: [square] })).toEqual([]);
    expect(rules({ ...content('instagram'), mediaIds: [square, square] })).toEqual(['max_images']);
  });

  it.each<[number, number, readonly string[]]>([
    [1_080, 1_350, []],
    [1_080, 1_360, ['image_ratio']],
    [1_910, 1_000, []],
    [1_930, 1_000, ['image_ratio']],
    [320, 320, []],
    [319, 319, ['min_image_width']],
  ])('judge a picture of %i × %i pixels for Instagram: %j', (widthPx, heightPx, expected) => {
    const picture = { original: file({ widthPx, heightPx }), jpeg: null };
    expect(rules({ ...content('instagram'), mediaIds: [square] }, () => picture)).toEqual(expected);
  });

  it('that a post breaks in several places are all told, each with its connection', () => {
    const both: PostContent = {
      text: 'x'.repeat(3_001),
      mediaIds: [],
      link: null,
      targets: [target('instagram'), target('linkedin'), { ...target('facebook'), text: '' }],
    };
    expect(judge(both).map(({ target: at, rule }) => [at, rule])).toEqual([
      ['instagram', 'max_text_length'],
      ['instagram', 'min_images'],
      ['linkedin', 'max_text_length'],
      ['facebook', 'required'],
    ]);
  });
});

describe('the file that a network is given', () => {
  it('is the original where the network takes it, and else the JPEG made from it', () => {
    const webp = { original: file({ mimeType: 'image/webp' }), jpeg: file({ sha256: jpegHash }) };
    const large = { original: file({ bytes: 5_000_000 }), jpeg: file({ bytes: 400_000, sha256: jpegHash }) };
    expect(fileFor('facebook', webp)).toBe(webp.jpeg);
    expect(fileFor('facebook', large)).toBe(large.jpeg);
    expect(fileFor('linkedin', large)).toBe(large.original);
  });

  it('is never worse than the original: what the original satisfies stays satisfied', () => {
    fc.assert(
      fc.property(fc.constantFrom(...networks), facts, facts, (network, original, jpeg) => {
        const alone = rules({ ...content(network), mediaIds: [square] }, () => ({ original, jpeg: null }));
        const both = rules({ ...content(network), mediaIds: [square] }, () => ({ original, jpeg }));
        return alone.length > 0 || both.length === 0;
      }),
    );
  });
});

describe('what votes are bound to', () => {
  it('does not change with the order of targets', () => {
    fc.assert(
      fc.property(anyContent, (post) => {
        const reversed = { ...post, targets: post.targets.toReversed() };
        return canonical(reversed, hashOf) === canonical(post, hashOf);
      }),
    );
  });

  it('does not change when a variant says what the post says anyway', () => {
    fc.assert(
      fc.property(anyContent, (post) => {
        const spelledOut = {
          ...post,
          targets: post.targets.map((at) => ({ connectionId: at.connectionId, ...effective(post, at) })),
        };
        return canonical(spelledOut, hashOf) === canonical(post, hashOf);
      }),
    );
  });

  it('changes with anything that a reader would see', () => {
    fc.assert(
      fc.property(anyContent, anyContent, (one, other) => {
        fc.pre(JSON.stringify(seenBy(one)) !== JSON.stringify(seenBy(other)));
        return canonical(one, hashOf) !== canonical(other, hashOf);
      }),
    );
  });

  it('changes with the bytes of a file, even if it is called the same', () => {
    const post = { ...content('facebook'), mediaIds: [square] };
    expect(canonical(post, () => jpegHash)).not.toBe(canonical(post, hashOf));
  });
});

const square = 'square' as MediaId;
const jpegHash = 'b'.repeat(64) as Sha256;
const hashOf = (id: MediaId) => `hash of ${id}` as Sha256;

/** In these tests a connection is called like its network. */
const target = (network: Network) => ({
  connectionId: network as unknown as ConnectionId,
  text: null,
  mediaIds: null,
  format: 'feed' as const,
});
const content = (network: Network): PostContent => ({
  text: 'Buon Natale',
  mediaIds: [],
  link: null,
  targets: [target(network)],
});

function file(facts: Partial<ImageFacts> = {}): ImageFacts {
  const sha256 = 'a'.repeat(64) as Sha256;
  return {
    kind: 'image',
    sha256,
    mimeType: 'image/jpeg',
    bytes: 200_000,
    widthPx: 1_080,
    heightPx: 1_080,
    frames: 1,
    ...facts,
  };
}

function judge(post: PostContent, factsOf: (id: MediaId) => MediaFacts = () => ({ original: file(), jpeg: null })) {
  return violations(post, (id) => id as unknown as Network, factsOf);
}

function rules(post: PostContent, factsOf?: (id: MediaId) => MediaFacts): readonly string[] {
  return judge(post, factsOf).map(({ rule }) => rule);
}

const textRules = (network: Network, text: string) =>
  rules({ ...content(network), text, mediaIds: network === 'instagram' ? [square] : [] });

/** Who reads what, in a fixed order. */
function seenBy(post: PostContent) {
  return post.targets
    .map((at) => [at.connectionId, effective(post, at)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const facts = fc.record({
  kind: fc.constant('image' as const),
  frames: fc.constant(1),
  sha256: fc.constant('a'.repeat(64) as Sha256),
  mimeType: fc.constantFrom('image/jpeg', 'image/png', 'image/webp', 'image/gif'),
  bytes: fc.integer({ min: 1, max: 25_000_000 }),
  widthPx: fc.integer({ min: 1, max: 9_000 }),
  heightPx: fc.integer({ min: 1, max: 9_000 }),
});

const someMedia = fc.array(fc.constantFrom('m1', 'm2', 'm3') as fc.Arbitrary<MediaId>, { maxLength: 3 });

const anyLink: fc.Arbitrary<LinkCard> = fc.record({
  url: fc.constantFrom('https://a.example/', 'https://b.example/'),
  title: fc.option(fc.string({ maxLength: 3 })),
  description: fc.option(fc.string({ maxLength: 3 })),
  mediaId: fc.option(fc.constantFrom('m1', 'm2') as fc.Arbitrary<MediaId>),
});

const anyContent: fc.Arbitrary<PostContent> = fc.record({
  text: fc.string({ maxLength: 5 }),
  mediaIds: someMedia,
  link: fc.option(anyLink),
  targets: fc.uniqueArray(
    fc.record({
      connectionId: fc.constantFrom('c1', 'c2', 'c3', 'c4') as fc.Arbitrary<ConnectionId>,
      text: fc.option(fc.string({ maxLength: 5 })),
      mediaIds: fc.option(someMedia),
      format: fc.constantFrom(...postFormats),
    }),
    { selector: ({ connectionId }) => connectionId },
  ),
});

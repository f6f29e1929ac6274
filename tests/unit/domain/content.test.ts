import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonical,
  effective,
  fileFor,
  type LinkCard,
  type PostContent,
  postFormats,
} from '../../../src/domain/content.ts';
import { violations } from '../../../src/domain/content-violations.ts';
import type { ConnectionId, MediaId, Sha256 } from '../../../src/domain/ids.ts';
import type { ImageFacts, MediaFacts } from '../../../src/domain/media.ts';
import { type PublishingNetwork, publishingNetworks } from '../../../src/domain/network.ts';
import { contentFor, image as file, networkOf } from '../../support/contents.ts';

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
      fc.property(fc.constantFrom(...publishingNetworks), facts, facts, (network, original, jpeg) => {
        const alone = rules(network, { original, jpeg: null });
        const both = rules(network, { original, jpeg });
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
    const post = contentFor('facebook', { mediaIds: [square] });
    expect(canonical(post, () => jpegHash)).not.toBe(canonical(post, hashOf));
  });
});

const square = 'square' as MediaId;
const jpegHash = 'b'.repeat(64) as Sha256;
const hashOf = (id: MediaId) => `hash of ${id}` as Sha256;

function rules(network: PublishingNetwork, facts: MediaFacts): readonly string[] {
  const post = contentFor(network, { mediaIds: [square] });
  return violations(post, networkOf, () => facts).map(({ rule }) => rule);
}

/** Who reads what, in a fixed order. */
function seenBy(post: PostContent) {
  return post.targets
    .map((at) => [at.connectionId, effective(post, at)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const facts: fc.Arbitrary<ImageFacts> = fc.record({
  kind: fc.constant('image' as const),
  frames: fc.constantFrom(1, 30),
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

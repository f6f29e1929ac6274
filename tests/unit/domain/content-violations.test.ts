import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PostContent } from '../../../src/domain/content.ts';
import { contentLimits } from '../../../src/domain/content-limits.ts';
import { violations } from '../../../src/domain/content-violations.ts';
import type { FileFacts } from '../../../src/domain/media.ts';
import { type PublishingNetwork, publishingNetworks } from '../../../src/domain/network.ts';
import { textLength } from '../../../src/domain/text-length.ts';
import {
  carouselVideo,
  connectionOf,
  contentFor,
  document,
  gif,
  image,
  judgeWith,
  networkOf,
  rulesWith,
  targetOn,
  uploads,
  video,
} from '../../support/contents.ts';

describe('a text', () => {
  it.each(publishingNetworks)('on %s may have the greatest length and not one character more', (network) => {
    const { maxLength } = contentLimits[network].text;
    expect(textRules(network, 'x'.repeat(maxLength))).not.toContain('max_text_length');
    expect(textRules(network, 'x'.repeat(maxLength + 1))).toContain('max_text_length');
  });

  it('counts what people see as one character as one', () => {
    expect(textLength('🎄à')).toBe(2);
    expect(textRules('linkedin', '🎄'.repeat(3_000))).toEqual([]);
    expect(textRules('linkedin', '🎄'.repeat(3_001))).toEqual(['max_text_length']);
  });

  it('has hashtags, which are counted, but not what only looks like one', () => {
    expect(textRules('instagram', '#saldi '.repeat(30))).not.toContain('max_hashtags');
    expect(textRules('instagram', '#saldi '.repeat(31))).toContain('max_hashtags');
    expect(textRules('instagram', 'a#b &#39; # '.repeat(40))).not.toContain('max_hashtags');
  });

  it('mentions at most twenty accounts on Instagram; addresses of mail are none', () => {
    expect(textRules('instagram', '@mercato '.repeat(20))).toEqual([]);
    expect(textRules('instagram', '@mercato '.repeat(21))).toEqual(['max_mentions']);
    expect(textRules('instagram', 'info@mercato.example '.repeat(21))).toEqual([]);
    expect(textRules('facebook', '@mercato '.repeat(21))).toEqual([]);
  });

  it('is not needed where media or a card are shown', () => {
    expect(judge(contentFor('facebook', { text: '  \n' }))).toEqual([
      { target: 'facebook', field: 'text', mediaId: null, rule: 'required', limit: 1, value: 0 },
    ]);
    expect(rulesWith('facebook', [image()], { text: '' })).toEqual([]);
    expect(rulesWith('facebook', [], { text: '', link: card() })).toEqual([]);
    expect(rulesWith('instagram', [], { text: '', link: card() })).toEqual(['required', 'min_media']);
  });
});

describe('the media of one post', () => {
  it.each<[PublishingNetwork, string, readonly FileFacts[], readonly string[]]>([
    ['facebook', 'nothing', [], []],
    ['facebook', 'ten images', times(10, image()), []],
    ['facebook', 'eleven images', times(11, image()), ['max_media']],
    ['facebook', 'one video', [video()], []],
    ['facebook', 'two videos', [video(), video()], ['max_media']],
    ['facebook', 'an image and a video', [image(), video()], ['mixed_media']],
    ['facebook', 'a document', [document()], ['media_kind']],
    ['facebook', 'an image and a document', [image(), document()], ['media_kind']],
    ['instagram', 'nothing', [], ['min_media']],
    ['instagram', 'one image', [image()], []],
    ['instagram', 'one video', [video()], []],
    ['instagram', 'images and videos mixed', [image(), carouselVideo(), image()], []],
    ['instagram', 'ten items', [...times(9, image()), carouselVideo()], []],
    ['instagram', 'eleven items', [...times(10, image()), carouselVideo()], ['max_media']],
    ['instagram', 'a document', [document()], ['media_kind']],
    ['linkedin', 'twenty images', times(20, image()), []],
    ['linkedin', 'twenty-one images', times(21, image()), ['max_media']],
    ['linkedin', 'one video', [video()], []],
    ['linkedin', 'one document', [document()], []],
    ['linkedin', 'two documents', [document(), document()], ['max_media']],
    ['linkedin', 'an image and a document', [image(), document()], ['mixed_media']],
    ['linkedin', 'a moving GIF', [gif()], []],
    ['linkedin', 'a moving GIF among others', [image(), gif()], ['animated_alone']],
    ['linkedin', 'a still GIF among others', [image(), gif({ frames: 1 })], []],
    ['linkedin', 'a GIF of too many frames', [gif({ frames: 251 })], ['max_image_frames']],
  ])('on %s: %s', (network, _what, files, expected) => {
    expect(rulesWith(network, files)).toEqual(expected);
  });

  it('that are of a kind the network does not take are told one by one', () => {
    const found = judgeWith('instagram', [document(), image(), document()]);
    expect(found.map(({ rule, mediaId, limit, value }) => [rule, mediaId, limit, value])).toEqual([
      ['media_kind', 'm0', 'image, video', 'document'],
      ['media_kind', 'm2', 'image, video', 'document'],
    ]);
  });

  it('are judged file by file, each with its own name', () => {
    const found = judgeWith('instagram', [image(), image({ widthPx: 200, heightPx: 200 })]);
    expect(found).toEqual([
      { target: 'instagram', field: 'mediaIds', mediaId: 'm1', rule: 'min_image_width', limit: 320, value: 200 },
    ]);
  });
});

describe('a link card', () => {
  it('needs a title on LinkedIn, which reads nothing from the page; elsewhere none', () => {
    const link = card({ title: null });
    expect(judgeWith('linkedin', [], { link })).toEqual([
      { target: 'linkedin', field: 'link.title', mediaId: null, rule: 'card_title', limit: 1, value: 0 },
    ]);
    expect(rulesWith('facebook', [], { link })).toEqual([]);
  });

  it('is not judged where the post shows its media instead', () => {
    expect(rulesWith('linkedin', [image()], { link: card({ title: null }) })).toEqual([]);
  });

  it.each<[string, FileFacts, readonly string[]]>([
    ['a picture', image(), []],
    ['a film', video(), ['media_kind']],
    ['a picture of a type that LinkedIn refuses', image({ mimeType: 'image/webp' }), ['image_type']],
  ])('shows %s as its picture', (_what, picture, expected) => {
    const { mediaIds, factsOf } = uploads([picture]);
    const link = card({ mediaId: mediaIds[0] ?? null });
    const found = violations(contentFor('linkedin', { link }), networkOf, factsOf);
    expect(found.map(({ field, rule }) => [field, rule])).toEqual(expected.map((rule) => ['link.mediaId', rule]));
  });
});

describe('the judge', () => {
  it('tells of a post that goes nowhere', () => {
    expect(judge(contentFor('facebook', { targets: [] }))).toEqual([
      { target: null, field: 'targets', mediaId: null, rule: 'required', limit: 1, value: 0 },
    ]);
  });

  it('tells all places where a post breaks a limit, each with its connection', () => {
    const everywhere: PostContent = {
      text: 'x'.repeat(3_001),
      mediaIds: [],
      link: null,
      targets: [targetOn('instagram'), targetOn('linkedin'), targetOn('facebook', { text: '' })],
    };
    expect(judge(everywhere).map(({ target, rule }) => [target, rule])).toEqual([
      ['instagram', 'max_text_length'],
      ['instagram', 'min_media'],
      ['linkedin', 'max_text_length'],
      ['facebook', 'required'],
    ]);
  });

  it('finds the same in a target whether it stands alone or among others', () => {
    fc.assert(
      fc.property(anyFiles, fc.constantFrom('feed', 'reel'), (files, format) => {
        const { mediaIds, factsOf } = uploads(files);
        const targets = publishingNetworks.map((network) => targetOn(network, { format }));
        const content = contentFor('facebook', { mediaIds, targets });
        const together = violations(content, networkOf, factsOf);
        for (const target of targets) {
          const alone = violations({ ...content, targets: [target] }, networkOf, factsOf);
          expect(together.filter((found) => found.target === target.connectionId)).toEqual(alone);
        }
      }),
    );
  });

  it('names a file only where the file is among those shown, and a limit that the value breaks', () => {
    fc.assert(
      fc.property(anyFiles, fc.constantFrom(...publishingNetworks), (files, network) => {
        const { mediaIds, factsOf } = uploads(files);
        for (const found of violations(contentFor(network, { mediaIds }), networkOf, factsOf)) {
          expect(found.target).toBe(connectionOf(network));
          if (found.mediaId !== null) expect(mediaIds).toContain(found.mediaId);
          const { rule, limit, value } = found;
          if (typeof limit !== 'number' || typeof value !== 'number' || rule === 'animated_alone') continue;
          if (rule.startsWith('max_')) expect(value).toBeGreaterThan(limit);
          else expect(value).toBeLessThan(limit);
        }
      }),
    );
  });

  it('lets pass what a network takes alone, in as many copies as it takes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...publishingNetworks), fc.integer({ min: 1, max: 10 }), (network, count) => {
        expect(rulesWith(network, times(count, image()))).toEqual([]);
      }),
    );
  });
});

function times<T>(count: number, thing: T): readonly T[] {
  return Array.from({ length: count }, () => thing);
}

function card(differing: Partial<NonNullable<PostContent['link']>> = {}) {
  return { url: 'https://mercato.example/saldi', title: 'Saldi', description: null, mediaId: null, ...differing };
}

function judge(content: PostContent) {
  return violations(content, networkOf, uploads([image()]).factsOf);
}

function textRules(network: PublishingNetwork, text: string): readonly string[] {
  return rulesWith(network, network === 'instagram' ? [image()] : [], { text });
}

const anyFiles = fc.array(
  fc.oneof(
    fc
      .record({
        mimeType: fc.constantFrom('image/jpeg', 'image/png', 'image/gif', 'image/webp'),
        bytes: fc.integer({ min: 1, max: 25_000_000 }),
        widthPx: fc.integer({ min: 1, max: 9_000 }),
        heightPx: fc.integer({ min: 1, max: 9_000 }),
        frames: fc.integer({ min: 1, max: 400 }),
      })
      .map(image),
    fc
      .record({
        bytes: fc.integer({ min: 1, max: 2_000_000_000 }),
        widthPx: fc.integer({ min: 1, max: 4_000 }),
        heightPx: fc.integer({ min: 1, max: 4_000 }),
        durationMs: fc.integer({ min: 1, max: 3_600_000 }),
        framesPerSecond: fc.option(fc.double({ min: 1, max: 240, noNaN: true })),
        videoCodec: fc.constantFrom('avc', 'hevc', 'vp9', 'av1'),
        audioCodec: fc.option(fc.constantFrom('aac', 'opus')),
      })
      .map(video),
    fc
      .record({ bytes: fc.integer({ min: 1, max: 200_000_000 }), pages: fc.integer({ min: 1, max: 500 }) })
      .map(document),
  ),
  { maxLength: 24 },
);

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { postFormats, type PostContent, type TargetContent } from '../../../src/domain/content.ts';
import { targetViolations } from '../../../src/domain/content-violations.ts';
import type { PostId } from '../../../src/domain/ids.ts';
import type { FileFacts, MediaFacts } from '../../../src/domain/media.ts';
import { type PublishingNetwork, publishingNetworks } from '../../../src/domain/network.ts';
import { preview } from '../../../src/domain/preview.ts';
import { contentFor, document, gif, image, targetOn, uploads, video } from '../../support/contents.ts';

describe('the text of a preview', () => {
  it('is its segments, joined, and is folded within itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(...publishingNetworks), (text, network) => {
        const shown = foretell(network, [], { text });
        expect(shown.segments.map((segment) => segment.text).join('')).toBe(shown.text);
        expect(shown.truncatedAt ?? 0).toBeLessThanOrEqual(shown.text.length);
      }),
    );
  });

  it.each<[PublishingNetwork, number]>([
    ['facebook', 477],
    ['instagram', 125],
    ['linkedin', 210],
  ])('is folded by %s after %i characters', (network, characters) => {
    expect(foretell(network, [image()], { text: 'x'.repeat(characters) }).truncatedAt).toBeNull();
    const folded = foretell(network, [image()], { text: 'x'.repeat(characters + 1) });
    expect(folded.truncatedAt).toBe(characters);
    expect(codes(folded)).toContain('text_folded');
  });

  it('is folded earlier beneath a reel', () => {
    const text = 'x'.repeat(100);
    expect(foretell('facebook', [video()], { text }).truncatedAt).toBeNull();
    expect(foretell('facebook', [video()], { text }, { format: 'reel' }).truncatedAt).toBe(72);
  });

  it('counts what the network limits, as it is written', () => {
    const text = 'Grazie @anna #uno #due @[Aurora](urn:li:organization:42)';
    expect(foretell('instagram', [image()], { text }).counts).toEqual({
      characters: { used: text.length, limit: 2_200 },
      hashtags: { used: 2, limit: 30 },
      mentions: { used: 1, limit: 20 },
    });
    expect(foretell('linkedin', [], { text }).counts.mentions).toEqual({ used: 1, limit: null });
    expect(foretell('facebook', [], { text }).counts.mentions).toEqual({ used: 0, limit: null });
  });
});

describe('the media of a preview', () => {
  it('lie as the network lays them', () => {
    const layout = (network: PublishingNetwork, files: readonly FileFacts[], target: Partial<TargetContent> = {}) =>
      foretell(network, files, {}, target).layout;
    expect(layout('facebook', [])).toEqual({ kind: 'none', visible: 0, hidden: 0 });
    expect(layout('facebook', [image()])).toEqual({ kind: 'single', visible: 1, hidden: 0 });
    expect(
      layout(
        'facebook',
        Array.from({ length: 7 }, () => image()),
      ),
    ).toEqual({
      kind: 'collage',
      visible: 5,
      hidden: 2,
    });
    expect(layout('instagram', [image(), video(), image()])).toEqual({ kind: 'carousel', visible: 1, hidden: 2 });
    expect(layout('instagram', [video()])).toEqual({ kind: 'reel', visible: 1, hidden: 0 });
    expect(layout('facebook', [video()])).toEqual({ kind: 'single', visible: 1, hidden: 0 });
    expect(layout('facebook', [video()], { format: 'reel' })).toEqual({ kind: 'reel', visible: 1, hidden: 0 });
    expect(layout('linkedin', [document()])).toEqual({ kind: 'document', visible: 1, hidden: 0 });
  });

  it('are cropped to the shape of the first in a carousel', () => {
    const tall = image({ widthPx: 1_080, heightPx: 1_350 });
    const { media, warnings } = foretell('instagram', [tall, image()]);
    expect(media.map(({ crops }) => crops.find(({ place }) => place === 'feed'))).toEqual([
      { place: 'feed', x: 0, y: 0, width: 1_080, height: 1_350, cropped: false },
      { place: 'feed', x: 108, y: 0, width: 864, height: 1_080, cropped: true },
    ]);
    expect(warnings.filter(({ code }) => code === 'cropped_in_feed').map(({ mediaId }) => mediaId)).toEqual(['m1']);
  });

  it('show a reel in the feed, among the tiles and in the viewer', () => {
    const [shown] = foretell('instagram', [video()]).media;
    expect(shown?.crops.map(({ place, width, height }) => [place, width, height])).toEqual([
      ['feed', 1_080, 1_350],
      ['grid', 1_080, 1_440],
      ['viewer', 1_080, 1_920],
    ]);
  });

  it('are the files that the network is given', () => {
    const jpeg = image({ bytes: 1_000 });
    const [onFacebook] = foretell('facebook', [{ original: gif(), jpeg }]).media;
    expect([onFacebook?.file, onFacebook?.stilled]).toEqual([jpeg, true]);
    const moving = gif();
    const [onLinkedin] = foretell('linkedin', [{ original: moving, jpeg }]).media;
    expect([onLinkedin?.file, onLinkedin?.stilled]).toEqual([moving, false]);
  });
});

describe('the link of a preview', () => {
  const link = {
    url: 'https://www.mercato.example/saldi',
    title: 'Saldi',
    description: 'Fino a fine mese',
    mediaId: null,
  };

  it('is a card with what was given on LinkedIn, with what the page says on Facebook, and none on Instagram', () => {
    expect(foretell('linkedin', [], { link }).link.card).toEqual({
      source: 'given',
      url: link.url,
      domain: 'mercato.example',
      title: 'Saldi',
      description: 'Fino a fine mese',
      image: null,
    });
    expect(foretell('facebook', [], { link }).link.card).toMatchObject({ source: 'read', title: null });
    expect(foretell('instagram', [image()], { link }).link.card).toBeNull();
  });

  it('is no card beside media', () => {
    const shown = foretell('linkedin', [image()], { link });
    expect([shown.link.card, codes(shown)]).toEqual([null, expect.arrayContaining(['link_not_shown'])]);
  });

  it('in the text is plain on Instagram, and a short one on LinkedIn if it is long', () => {
    const text = 'https://mercato.example/saldi-di-fine-stagione e https://m.example';
    expect(foretell('instagram', [image()], { text }).link.inText).toEqual({ clickable: false, shortened: 0 });
    expect(foretell('linkedin', [], { text }).link.inText).toEqual({ clickable: true, shortened: 1 });
    expect(foretell('facebook', [], { text }).link.inText).toEqual({ clickable: true, shortened: 0 });
  });
});

describe('a warning', () => {
  const described = { altText: 'La vetrina' };
  const link = { url: 'https://mercato.example', title: null, description: null, mediaId: null };

  it.each<[string, readonly string[], Parameters<typeof foretell>]>([
    ['nothing in a plain post', [], ['facebook', [], {}]],
    ['a picture that nobody described', ['no_alt_text'], ['facebook', [image()], {}]],
    ['no film that nobody described', [], ['linkedin', [video({ widthPx: 1_920, heightPx: 1_080 })], {}]],
    ['a document without a title', ['document_untitled'], ['linkedin', [document()], {}]],
    [
      'six hashtags on Instagram',
      ['hashtags_beyond_advice'],
      ['instagram', [image()], { text: '#a '.repeat(6) }, {}, described],
    ],
    ['five hashtags on Instagram', [], ['instagram', [image()], { text: '#a '.repeat(5) }, {}, described]],
    ['a name that Facebook does not resolve', ['mention_not_resolved'], ['facebook', [], { text: 'Ciao @anna' }]],
    ['a name that Instagram resolves', [], ['instagram', [image()], { text: 'Ciao @anna' }, {}, described]],
    [
      'a link that cannot be clicked',
      ['link_not_clickable'],
      ['instagram', [image()], { text: 'https://a.example' }, {}, described],
    ],
    ['a card beside media', ['link_not_shown'], ['facebook', [image()], { link }, {}, described]],
    ['a card without a picture', ['card_without_picture'], ['linkedin', [], { link: { ...link, title: 'Saldi' } }]],
    [
      'a card of which nothing is used',
      ['card_read_from_page'],
      ['facebook', [], { link: { ...link, title: 'Saldi' } }],
    ],
    ['no card that gives nothing', [], ['facebook', [], { link }]],
    ['a film that becomes a reel', ['shown_as_reel'], ['instagram', [video()], {}]],
    [
      'a lying reel',
      ['reel_cropped'],
      ['instagram', [video({ widthPx: 1_920, heightPx: 1_080 })], {}, { format: 'reel' }],
    ],
    ['no upright reel', [], ['facebook', [video()], {}, { format: 'reel' }]],
    ['a tall picture', ['cropped_in_feed'], ['facebook', [image({ heightPx: 2_160 })], {}, {}, described]],
    [
      'a GIF that stands still',
      ['gif_shown_still'],
      ['facebook', [{ original: gif(), jpeg: image() }], {}, {}, described],
    ],
    ['no GIF that moves', [], ['linkedin', [{ original: gif(), jpeg: image() }], {}, {}, described]],
    [
      'pictures behind the fifth',
      ['hidden_in_album'],
      ['facebook', Array.from({ length: 6 }, () => image()), {}, {}, described],
    ],
    [
      'a text that another post says',
      ['same_as_recent_post'],
      ['facebook', [], {}, {}, { sameText: { postId: 'p1' as PostId } }],
    ],
  ])('tells of %s: %j', (_what, expected, judged) => {
    expect(codes(foretell(...judged))).toEqual(expected);
  });
});

describe('a preview', () => {
  it('can be made of any content, with the violations of its target and crops within its files', () => {
    fc.assert(
      fc.property(
        anyFiles,
        fc.constantFrom(...publishingNetworks),
        fc.constantFrom(...postFormats),
        (files, network, format) => {
          const { mediaIds, factsOf } = uploads(files);
          const target = targetOn(network, { format });
          const content = contentFor(network, { mediaIds, targets: [target] });
          const shown = foretell(network, files, {}, { format });
          expect(shown.violations).toEqual(targetViolations(content, target, { network, factsOf }));
          expect(shown.media.map(({ mediaId }) => mediaId)).toEqual(mediaIds);
          expect(shown.layout.visible + shown.layout.hidden).toBe(files.length);
          for (const { file, crops } of shown.media) {
            if (file.kind === 'document') expect(crops).toEqual([]);
            else
              expect(
                crops.every(({ x, y, width, height }) => x + width <= file.widthPx && y + height <= file.heightPx),
              ).toBe(true);
          }
        },
      ),
    );
  });
});

function foretell(
  network: PublishingNetwork,
  files: readonly (FileFacts | MediaFacts)[],
  content: Partial<PostContent> = {},
  target: Partial<TargetContent> = {},
  { altText = null, sameText = null }: { altText?: string | null; sameText?: { postId: PostId } | null } = {},
) {
  const { mediaIds, factsOf } = uploads(files);
  const shown = targetOn(network, target);
  return preview(contentFor(network, { mediaIds, targets: [shown], ...content }), shown, {
    network,
    mediaOf: (id) => ({ facts: factsOf(id), altText }),
    sameText,
  });
}

const codes = ({ warnings }: ReturnType<typeof foretell>) => warnings.map(({ code }) => code);

const side = fc.integer({ min: 1, max: 5_000 });
const anyFiles = fc.array(
  fc.oneof(
    fc.record({ widthPx: side, heightPx: side, frames: fc.constantFrom(1, 9) }).map(image),
    fc.record({ widthPx: side, heightPx: side }).map(video),
    fc.constant(document()),
  ),
  { maxLength: 12 },
);

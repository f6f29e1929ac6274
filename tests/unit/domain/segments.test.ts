import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentLimits } from '../../../src/domain/content-limits.ts';
import { type PublishingNetwork, publishingNetworks } from '../../../src/domain/network.ts';
import { type Segment, segments, shownText } from '../../../src/domain/segments.ts';

describe('the pieces of a text', () => {
  it('are the whole text, in order and without a gap, whatever it is', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(...publishingNetworks), (text, network) => {
        const pieces = segments(text, network);
        expect(pieces.map(({ written }) => written).join('')).toBe(text);
        expect(pieces.map((piece) => piece.text).join('')).toBe(shownText(text, network));
        expect(pieces.filter(({ written }) => written === '')).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('read the same when they are read again one by one', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(...publishingNetworks), (text, network) => {
        for (const piece of segments(text, network).filter(({ kind }) => kind !== 'text')) {
          expect(segments(piece.written, network)).toEqual([piece]);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, string]>([
    ['a long run of brackets after a link', `https://a.b/${')'.repeat(60_000)}`],
    ['links that are none', 'www..'.repeat(14_000)],
    ['mentions that never close', '@['.repeat(35_000)],
    ['nothing but signs', '#@'.repeat(35_000)],
    ['thousands of hashtags', '#a '.repeat(23_000)],
    ['links that lack one letter', 'www.a,'.repeat(11_000)],
  ])('are found before the test runs out of time in %s', (_what, text) => {
    expect(shownText(text, 'instagram')).toBe(text);
  });
});

it('a text of LinkedIn’s greatest length is read to its end', () => {
  const { maxLength } = contentLimits.linkedin.text;
  const pieces = segments('#a '.repeat(maxLength / 3), 'linkedin');
  expect(pieces.filter(({ kind }) => kind === 'hashtag')).toHaveLength(maxLength / 3);
});

describe('a link', () => {
  it.each<[string, string | null]>([
    ['Vedi https://mercato.example/saldi.', 'https://mercato.example/saldi'],
    ['(https://mercato.example/saldi)', 'https://mercato.example/saldi'],
    ['https://it.wikipedia.org/wiki/Natale_(festa)!', 'https://it.wikipedia.org/wiki/Natale_(festa)'],
    ['(vedi https://it.wikipedia.org/wiki/Natale_(festa))', 'https://it.wikipedia.org/wiki/Natale_(festa)'],
    ['“https://mercato.example/”', 'https://mercato.example/'],
    ['HTTPS://Mercato.Example', 'HTTPS://Mercato.Example'],
    ['www.mercato.example, domani', 'www.mercato.example'],
    ['https://mercato.example/?a=1&b=2#qui', 'https://mercato.example/?a=1&b=2#qui'],
    ['https://mercato.example/@anna/#saldi', 'https://mercato.example/@anna/#saldi'],
    ['https://città.example/è/日本', 'https://città.example/è/日本'],
    ['详情：https://mercato.example/saldi。谢谢', 'https://mercato.example/saldi'],
    ['<https://mercato.example>', 'https://mercato.example'],
    ['https://', null],
    ['http://...', null],
    ['www.', null],
    ['www.mercato', null],
    ['xhttps://mercato.example', null],
    ['mercato.example', null],
    ['info@www.mercato.example', null],
  ])('in “%s” is %s', (text, expected) => {
    expect(found('facebook', text, 'link')).toEqual(expected === null ? [] : [expected]);
  });

  it('leads where it says, with https where it says nothing, and nowhere on Instagram', () => {
    const [piece] = segments('www.mercato.example', 'linkedin');
    expect(piece?.href).toBe('https://www.mercato.example');
    expect(segments('https://mercato.example', 'instagram')[0]).toMatchObject({ kind: 'link', href: null });
  });
});

describe('a hashtag', () => {
  it.each<[string, readonly string[]]>([
    ['#saldi e #Città!', ['#saldi', '#Città']],
    ['#saldi#natale', ['#saldi']],
    ['(#saldi)', ['#saldi']],
    ['#عيد_الفصح مبارك', ['#عيد_الفصح']],
    ['חג #שמח לכולם', ['#שמח']],
    ['#日本語。', ['#日本語']],
    ['🎄#natale🎄', ['#natale']],
    ['#e\u0301te\u0301', ['#e\u0301te\u0301']],
    ['C# e F#', []],
    ['n. #️⃣', []],
    ['##saldi', []],
    ['a&#39;b', []],
    ['# saldi', []],
  ])('in “%s”: %j', (text, expected) => {
    for (const network of publishingNetworks) expect(found(network, text, 'hashtag')).toEqual(expected);
  });

  it('of digits alone is one on Instagram only', () => {
    expect(found('instagram', '#2026 #2026saldi', 'hashtag')).toEqual(['#2026', '#2026saldi']);
    expect(found('facebook', '#2026 #2026saldi', 'hashtag')).toEqual(['#2026saldi']);
    expect(found('linkedin', '#2026 #2026saldi', 'hashtag')).toEqual(['#2026saldi']);
  });

  it('leads to the network’s own page of it', () => {
    expect(segments('#città', 'instagram')[0]?.href).toBe('https://www.instagram.com/explore/tags/citt%C3%A0/');
  });
});

describe('a mention', () => {
  it.each<[string, readonly string[]]>([
    ['Grazie @mercato.aurora!', ['@mercato.aurora']],
    ['Grazie @mercato_aurora.', ['@mercato_aurora']],
    ['(@mercato)', ['@mercato']],
    ['@anna,@bruno', ['@anna', '@bruno']],
    ['שלום @anna', ['@anna']],
    ['anna@mercato.example', []],
    ['anna.rossi+saldi@mercato.example', []],
    ['@città', []],
    ['@anna@mastodon.example', []],
    [`@${'a'.repeat(31)}`, []],
    ['@', []],
    ['alle 5 @ casa', []],
  ])('in “%s”: %j', (text, expected) => {
    expect(found('instagram', text, 'mention')).toEqual(expected);
  });

  it('by a name is resolved by Instagram only', () => {
    expect(segments('@anna', 'instagram')[0]?.href).toBe('https://www.instagram.com/anna/');
    expect(segments('@anna', 'facebook')[0]).toMatchObject({ kind: 'mention', href: null });
    expect(segments('@anna', 'linkedin')[0]).toMatchObject({ kind: 'mention', href: null });
  });

  it('in LinkedIn’s spelling is shown by its name there, and as it is written elsewhere', () => {
    const written = '@[Mercato Aurora](urn:li:organization:42)';
    expect(segments(written, 'linkedin')).toEqual([
      { kind: 'mention', written, text: 'Mercato Aurora', href: 'https://www.linkedin.com/company/42' },
    ]);
    expect(segments(written, 'facebook')).toEqual([{ kind: 'mention', written, text: written, href: null }]);
    expect(shownText(`Con ${written}!`, 'linkedin')).toBe('Con Mercato Aurora!');
  });
});

function found(network: PublishingNetwork, text: string, kind: Segment['kind']): readonly string[] {
  return segments(text, network)
    .filter((piece) => piece.kind === kind)
    .map(({ written }) => written);
}

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(
      'https://',
      'www.',
      'a',
      'è',
      '.',
      ',',
      '/',
      '(',
      ')',
      '#',
      '@',
      '@[',
      ']',
      '](urn:li:organization:1)',
      ' ',
      '\n',
      'e\u0301',
      '🎄',
      '👩‍👩‍👧',
      'ש',
      'ع',
      '\u200f',
      '1',
      '_',
      '&',
      '\ud800',
    ),
    maxLength: 30,
  }),
);

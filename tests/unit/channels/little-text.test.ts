import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromLittleText, toLittleText } from '../../../src/channels/linkedin/little-text.ts';
import { shownText } from '../../../src/domain/segments.ts';

describe('little text', () => {
  it('escapes every reserved character', () => {
    expect(toLittleText('\\ < > # ~ _ | [ ] * ( ) { } @')).toBe(
      '\\\\ \\< \\> \\# \\~ \\_ \\| \\[ \\] \\* \\( \\) \\{ \\} \\@',
    );
  });

  it('keeps hashtags working', () => {
    expect(toLittleText('Novità #Natale2026 e #città!')).toBe('Novità {hashtag|\\#|Natale2026} e {hashtag|\\#|città}!');
  });

  it.each([
    'C#',
    'n.#1',
    'https://example.com/page#section',
    'https://example.com/?tag=#natale',
    '#',
    '##Natale',
    'a&#x27;b',
  ])('takes no hashtag out of %s', (text) => {
    expect(toLittleText(text)).not.toContain('{hashtag');
    expect(read(toLittleText(text))).toEqual({ text, hashtags: [], mentions: [] });
  });

  it('escapes inside a hashtag', () => {
    expect(toLittleText('#black_friday')).toBe('{hashtag|\\#|black\\_friday}');
  });

  it('keeps mentions of organisations working, and escapes inside of them', () => {
    expect(toLittleText('Grazie a @[Bar (Roma)](urn:li:organization:1)!')).toBe(
      'Grazie a @[Bar \\(Roma\\)](urn:li:organization:1)!',
    );
    expect(read(toLittleText('@[Bar #1 \\ {x}](urn:li:organization:7)'))).toEqual({
      text: 'Bar #1 \\ {x}',
      hashtags: [],
      mentions: ['urn:li:organization:7'],
    });
  });

  it.each(['@acme', '@[Anna](urn:li:person:1)', '@[](urn:li:organization:1)', '[Acme](urn:li:organization:1)'])(
    'mentions nobody by %s, which readers see as it is',
    (text) => {
      expect(read(toLittleText(text))).toEqual({ text, hashtags: [], mentions: [] });
    },
  );

  it('is read by others as what a preview shows, whatever was written', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(read(toLittleText(text)).text).toBe(shownText(text, 'linkedin'));
      }),
      { numRuns: 1_000 },
    );
  });

  it('shows everything but mentions as it was written', () => {
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(!text.includes('](urn'));
        expect(shownText(text, 'linkedin')).toBe(text);
      }),
    );
  });

  it('is read back by us as the text that was written', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(fromLittleText(toLittleText(text))).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });
});

const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...'\\<>#~_|[]*(){}@ \na1è&/hashtag'.split('')) }),
  fc.string({
    unit: fc.constantFrom(
      '@',
      '[',
      ']',
      '(',
      ')',
      'Acme',
      '#',
      '\\',
      ' ',
      '@[',
      '](urn:li:organization:42)',
      'https://a.b/',
    ),
  }),
);

/**
 * A reader of little text that shares nothing with ours: one character at a time, after the grammar, and as strict as
 * LinkedIn: what follows an unescaped reserved character that begins no element is lost.
 */
function read(little: string): { text: string; hashtags: string[]; mentions: string[] } {
  const hashtags: string[] = [];
  const mentions: string[] = [];
  let text = '';
  let at = 0;
  const plainUntil = (stop: string): string => {
    let plain = '';
    while (at < little.length && little[at] !== stop) {
      if (little[at] === '\\') at += 1;
      plain += little[at] ?? '';
      at += 1;
    }
    return plain;
  };
  while (at < little.length) {
    const character = little[at] ?? '';
    if (character === '\\') {
      text += little[at + 1] ?? '';
      at += 2;
    } else if (little.startsWith('{hashtag|\\#|', at)) {
      at += '{hashtag|\\#|'.length;
      const word = plainUntil('}');
      at += 1;
      hashtags.push(word);
      text += `#${word}`;
    } else if (little.startsWith('@[', at)) {
      at += '@['.length;
      text += plainUntil(']');
      if (little[at + 1] !== '(') return { text, hashtags, mentions };
      at += ']('.length;
      mentions.push(plainUntil(')'));
      at += 1;
    } else if ('<>#~_|[]*(){}@'.includes(character)) {
      return { text, hashtags, mentions };
    } else {
      text += character;
      at += 1;
    }
  }
  return { text, hashtags, mentions };
}

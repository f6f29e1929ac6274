import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromLittleText, toLittleText } from '../../../src/channels/linkedin/little-text.ts';

describe('little text', () => {
  it('escapes every reserved character', () => {
    expect(toLittleText('\\ < > # ~ _ | [ ] * ( ) { } @')).toBe(
      '\\\\ \\< \\> \\# \\~ \\_ \\| \\[ \\] \\* \\( \\) \\{ \\} \\@',
    );
  });

  it('keeps hashtags working', () => {
    expect(toLittleText('Novità #Natale2026 e #città!')).toBe('Novità {hashtag|\\#|Natale2026} e {hashtag|\\#|città}!');
  });

  it.each(['C#', 'n.#1', 'https://example.com/page#section', '#', '##Natale', 'a&#x27;b'])(
    'takes no hashtag out of %s',
    (text) => {
      expect(toLittleText(text)).not.toContain('{hashtag');
      expect(read(toLittleText(text))).toEqual({ text, hashtags: [] });
    },
  );

  it('escapes inside a hashtag', () => {
    expect(toLittleText('#black_friday')).toBe('{hashtag|\\#|black\\_friday}');
  });

  it('is read by others as the text that was written, whatever that was', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(read(toLittleText(text)).text).toBe(text);
      }),
      { numRuns: 1_000 },
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

  it('reads a mention by its name', () => {
    expect(fromLittleText('Grazie a @[Bar \\(Roma\\)](urn:li:organization:1)!')).toBe('Grazie a Bar (Roma)!');
  });
});

const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...'\\<>#~_|[]*(){}@ \na1è&/hashtag'.split('')) }),
);

/**
 * A reader of little text that shares nothing with ours: one character at a time, after the grammar, and as strict as
 * LinkedIn: what follows an unescaped reserved character that begins no element is lost.
 */
function read(little: string): { text: string; hashtags: string[] } {
  const hashtags: string[] = [];
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
    } else if ('<>#~_|[]*(){}@'.includes(character)) {
      return { text, hashtags };
    } else {
      text += character;
      at += 1;
    }
  }
  return { text, hashtags };
}

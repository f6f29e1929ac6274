import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldedAt } from '../../../src/domain/fold.ts';

const fold = { graphemes: 5, lines: 2 };

describe('a text in the feed', () => {
  it.each<[string, string, number | null]>([
    ['shorter than the fold', 'abcd', null],
    ['as long as the fold', 'abcde', null],
    ['longer', 'abcdef', 5],
    ['longer by spaces only', 'abcde   ', null],
    ['of two lines', 'a\nb', null],
    ['of three lines', 'a\nb\nc', 3],
    ['of lines that end as on Windows', 'a\r\nb\r\nc', 4],
    ['of empty lines', '\n\nc', 1],
    ['ending with empty lines', 'a\nb\n\n', null],
    ['empty', '', null],
    ['of families', '👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 40],
    ['of letters with accents apart', 'e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301', 10],
    ['of flags', '🇮🇹🇮🇹🇮🇹🇮🇹🇮🇹🇮🇹', 20],
  ])('%s', (_what, text, expected) => {
    expect(foldedAt(text, fold)).toBe(expected);
  });

  it('is folded between two characters, and what is shown fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.integer({ min: 1, max: 8 }), (text, graphemes) => {
        const at = foldedAt(text, { graphemes, lines: 3 });
        const shown = charactersOf(at === null ? text.trimEnd() : text.slice(0, at));
        expect(shown).toEqual(charactersOf(text).slice(0, shown.length));
        expect(shown.length).toBeLessThanOrEqual(graphemes);
      }),
    );
  });
});

function charactersOf(text: string): readonly string[] {
  return [...new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment);
}

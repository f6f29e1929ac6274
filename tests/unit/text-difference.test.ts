import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textDifference } from '../../src/platform/text-difference.ts';

test('a change is told word by word', () => {
  expect(textDifference('Apriamo anche di domenica!', 'Apriamo anche il sabato!')).toEqual([
    { kind: 'same', text: 'Apriamo anche ' },
    { kind: 'removed', text: 'di' },
    { kind: 'added', text: 'il' },
    { kind: 'same', text: ' ' },
    { kind: 'removed', text: 'domenica' },
    { kind: 'added', text: 'sabato' },
    { kind: 'same', text: '!' },
  ]);
});

test('equal texts are one piece, an empty one is none', () => {
  expect(textDifference('Sì', 'Sì')).toEqual([{ kind: 'same', text: 'Sì' }]);
  expect(textDifference('', '')).toEqual([]);
  expect(textDifference('', 'Sì')).toEqual([{ kind: 'added', text: 'Sì' }]);
});

test('spaces and line breaks count', () => {
  expect(textDifference('a b\n\nc', 'a  b\nc').filter(({ kind }) => kind !== 'same')).not.toEqual([]);
});

test('two long texts with nothing in common are told as such, in little time', () => {
  const words = (letter: string) => Array.from({ length: 10_000 }, (_, index) => `${letter}${index}`).join(' ');
  expect(textDifference(words('a'), words('b')).map(({ kind }) => kind)).toEqual(['removed', 'added']);
});

const words = fc
  .array(fc.oneof(fc.constantFrom('a', 'b', 'città', ' ', '\n', '👩‍🚀', '#tag', '.'), fc.string({ unit: 'grapheme' })))
  .map((list) => list.join(''));

test('the pieces always spell both texts, to the character', () => {
  fc.assert(
    fc.property(words, words, (from, to) => {
      const pieces = textDifference(from, to);
      const spelt = (left: string) =>
        pieces
          .filter(({ kind }) => kind === 'same' || kind === left)
          .map(({ text }) => text)
          .join('');
      expect(spelt('removed')).toBe(from);
      expect(spelt('added')).toBe(to);
    }),
  );
});

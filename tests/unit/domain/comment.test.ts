import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inPlainWords, mentionedIn, withNames, withoutNames } from '../../../src/domain/comment.ts';
import type { UserId } from '../../../src/domain/ids.ts';

const marco = '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77' as UserId;
const sara = '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a78' as UserId;
const nameOf = (user: UserId): string => (user === marco ? 'Marco Galli' : 'Sara [QA]');

test('mentions are found once each, in the order of their places', () => {
  expect(mentionedIn(`@[x](user:${sara}) and @[](user:${marco.toUpperCase()}), @[y](user:${sara})`)).toEqual([
    sara,
    marco,
  ]);
});

test.each([
  '@Marco',
  '@[Marco](user:42)',
  `[Marco](user:${marco})`,
  `@[Ma\nrco](user:${marco})`,
  `@[M](group:${marco})`,
])('%j mentions nobody', (body) => expect(mentionedIn(body)).toEqual([]));

test('names are not kept, so that nobody speaks under another’s name', () => {
  const kept = withoutNames(`Ask @[The boss](user:${marco})!`);
  expect(kept).toBe(`Ask @[](user:${marco})!`);
  expect(withNames(kept, nameOf)).toBe(`Ask @[Marco Galli](user:${marco})!`);
  expect(inPlainWords(kept, nameOf)).toBe('Ask @Marco Galli!');
});

const piece = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('@', '[', ']', '(', ')', `@[Marco](user:${marco})`, `@[](user:${sara})`, `(user:${sara})`),
);
const anyBody = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

test('showing a body with today’s names and keeping it again changes nothing, whatever people write', () => {
  fc.assert(
    fc.property(anyBody, (body) => {
      const kept = withoutNames(body);
      const shown = withNames(kept, nameOf);
      expect(withoutNames(shown)).toBe(kept);
      expect(mentionedIn(shown)).toEqual(mentionedIn(body));
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EventPosition, formatPosition, isAfter, parsePosition } from '../../../src/domain/event-position.ts';

const anyPosition = fc.record({
  xid: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  position: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
});

test('what is written can be read again', () => {
  fc.assert(
    fc.property(anyPosition, (place) => {
      expect(parsePosition(formatPosition(place))).toEqual(place);
    }),
  );
});

const digitsAndDash = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-'];

test('nothing else can be read', () => {
  const isWritten = (text: string) => {
    const read = parsePosition(text);
    return read === null || formatPosition(read) === text.replaceAll(/(^|-)0+(?=\d)/g, '$1');
  };
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...digitsAndDash) }), isWritten));
  for (const text of ['', '1', '-', '1-', '-1', '1-2-3', ' 1-2', '1-2\n', '1.0-2', '0x1-2', '18446744073709551616-1']) {
    expect(parsePosition(text), text).toBeNull();
  }
  expect(parsePosition('1-9223372036854775808')).toBeNull();
});

test('transactions come before numbers, and nothing comes after itself', () => {
  const small = fc.record({ xid: fc.bigInt(0n, 3n), position: fc.bigInt(0n, 3n) });
  const naive = ({ xid, position }: EventPosition) => xid * 10n + position;
  fc.assert(fc.property(small, small, (a, b) => isAfter(a, b) === naive(a) > naive(b)));
});

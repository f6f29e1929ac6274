import { expect, test } from 'vitest';
import { csvLine } from '../../../src/domain/csv.ts';

test('a line quotes what would break it, and keeps numbers, instants and what is not there', () => {
  const line = csvLine(['a "b"', 'c,d', 'e\nf', 1.5, new Date('2026-12-01T10:00:00Z'), null]);
  expect(line).toBe('"a ""b""","c,d","e\nf",1.5,2026-12-01T10:00:00.000Z,\r\n');
});

test('nothing that somebody calls themselves runs in a spreadsheet', () => {
  expect(csvLine(['=1+1', '@SUM(A1)', '-2', '+390212345678'])).toBe("'=1+1,'@SUM(A1),'-2,+390212345678\r\n");
});

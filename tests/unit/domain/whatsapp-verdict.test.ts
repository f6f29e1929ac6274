import fc from 'fast-check';
import { expect, test } from 'vitest';
import { marketingCapMs, mayRepeat, whatsappVerdict } from '../../../src/domain/whatsapp-verdict.ts';

const first = (code: number | null) => whatsappVerdict({ code, attempt: 1 });

test('a recipient who cannot be reached costs the campaign nothing but that message', () => {
  for (const code of [131_026, 131_047, 130_472, 131_030, 131_021, 100]) {
    expect(first(code)).toEqual({ row: { kind: 'failed' }, effect: { kind: 'none' } });
  }
});

test('somebody whom WhatsApp shields from more marketing is left in peace for a day', () => {
  expect(first(131_049)).toEqual({ row: { kind: 'capped', afterMs: marketingCapMs }, effect: { kind: 'none' } });
});

test('somebody who has stopped marketing at WhatsApp is never written to again', () => {
  expect(first(131_050).row).toEqual({ kind: 'suppressed' });
});

test('"too fast" slows all down that send from the number, and uses up no attempt', () => {
  expect(first(130_429)).toEqual({
    row: { kind: 'again', afterMs: 1_000, counts: false },
    effect: { kind: 'slow_down' },
  });
});

test('a pair that was written to too often waits four times as long each time', () => {
  const waits = [1, 2, 3].map((attempt) => whatsappVerdict({ code: 131_056, attempt }).row);
  expect(waits.map((row) => row.kind === 'again' && row.afterMs)).toEqual([4_000, 16_000, 64_000]);
});

test.each([
  [190, 'token'],
  [0, 'token'],
  [10, 'permission'],
  [200, 'permission'],
  [131_005, 'permission'],
  [131_042, 'payment'],
  [368, 'restricted'],
  [131_031, 'restricted'],
  [133_010, 'number'],
] as const)('%i stops the account, and its message goes back unharmed', (code, problem) => {
  expect(first(code)).toEqual({
    row: { kind: 'again', afterMs: 0, counts: false },
    effect: { kind: 'stop_account', problem },
  });
});

test.each([131_048, 131_064, 132_015, 132_016])('%i pauses the campaign for its quality', (code) => {
  expect(first(code).effect).toEqual({ kind: 'pause', reason: 'quality' });
});

test('a template that is not there blocks the rest of its variant', () => {
  expect(first(132_001)).toEqual({ row: { kind: 'failed' }, effect: { kind: 'block_template' } });
});

test('no refusal keeps a row for ever: whatever the code, what counts as an attempt ends', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer(), fc.constantFrom(1, 2, 131_000, 131_016, 135_000)), (code) => {
      const { row } = whatsappVerdict({ code, attempt: 4 });
      if (code === 131_056) return;
      if (row.kind === 'again') expect(row.counts).toBe(false);
    }),
  );
});

test('a lost message is repeated once at most, and marketing never', () => {
  expect(mayRepeat('marketing', 1)).toBe(false);
  expect(mayRepeat('utility', 1)).toBe(true);
  expect(mayRepeat('utility', 2)).toBe(false);
});

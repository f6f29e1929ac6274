import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { consents, judgeConsent, normalLanguage, normalTags } from '../../../src/domain/author.ts';

describe('consent', () => {
  it('that was withdrawn does not come back by a list, but by the person', () => {
    expect(judgeConsent('withdrawn', 'granted', { inBulk: true })).toBe('withdrawn');
    expect(judgeConsent('withdrawn', 'granted', { inBulk: false })).toBe('change');
  });

  it('is withdrawn by whoever says so', () => {
    for (const inBulk of [true, false]) expect(judgeConsent('granted', 'withdrawn', { inBulk })).toBe('change');
  });

  it('told twice is one change', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...consents),
        fc.constantFrom('granted', 'withdrawn'),
        fc.boolean(),
        (known, told, inBulk) => {
          const after = judgeConsent(known, told, { inBulk }) === 'change' ? told : known;
          expect(judgeConsent(after, told, { inBulk })).not.toBe('change');
        },
      ),
    );
  });
});

test('tags are kept in lower case, without spare spaces, each once', () => {
  expect(normalTags([' VIP ', 'vip', 'Lago  di Como', ''])).toEqual(['vip', 'lago di como']);
  fc.assert(
    fc.property(fc.array(fc.string()), (tags) => {
      const normal = normalTags(tags);
      expect(normalTags(normal)).toEqual(normal);
      expect(new Set(normal).size).toBe(normal.length);
    }),
  );
});

test('languages are kept as BCP 47 spells them, however they came', () => {
  expect(['IT', 'en_us', ' pt-br ', 'zh_hant_tw'].map(normalLanguage)).toEqual(['it', 'en-US', 'pt-BR', 'zh-Hant-TW']);
  expect(['', 'italiano!', 'x', '12'].map(normalLanguage)).toEqual([null, null, null, null]);
});

import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { stopWordIn } from '../../../src/domain/stop-words.ts';

describe('who wants no more messages says so', () => {
  it.each([
    ['STOP', 'it'],
    ['Stop.', 'it'],
    [' stop !! ', 'ja'],
    ['stop', null],
    ['Basta', 'it-IT'],
    ['Disiscrivimi 🙏', 'it'],
    ['Abmelden', 'de-AT'],
    ['ARRÊTER', 'fr'],
    ['Désabonner', 'fr'],
    ['dar de   baja', 'es'],
    ['Cancelar inscrição', 'pt_BR'],
    ['opt-out', 'en'],
    ['unsubscribe', 'it'],
  ])('by "%s" in %s', (text, language) => expect(stopWordIn(text, [language])).toBe('stop'));
});

describe('who wants them again says so', () => {
  it.each([
    ['START', null],
    ['Iscrivimi', 'it'],
    ['Anmelden', 'de'],
    ['alta', 'es'],
    ['Unstop', 'en'],
  ])('by "%s" in %s', (text, language) => expect(stopWordIn(text, [language])).toBe('start'));
});

describe('nothing is asked', () => {
  it.each([
    ['Dove trovo la fermata? Stop al mare?', 'it'],
    ['non stop', 'it'],
    ['stopover', 'en'],
    ['basta', 'de'],
    ['va bene, fine', 'it'],
    ['no', 'en'],
    ['cancel my order', 'en'],
    ['', 'it'],
    ['🙂', null],
  ])('by "%s" in %s', (text, language) => expect(stopWordIn(text, [language])).toBeNull());
});

test('any of the languages that are spoken with them will do', () => {
  expect(stopWordIn('Basta', [null, 'it'])).toBe('stop');
  expect(stopWordIn('Abmelden', ['de', 'it'])).toBe('stop');
  expect(stopWordIn('Basta', ['de', 'fr'])).toBeNull();
});

test('case, spaces and punctuation around a word never matter', () => {
  const around = fc.string({ unit: fc.constantFrom(' ', '.', '!', '?', '\n', '…', '🙏', '*'), maxLength: 5 });
  fc.assert(
    fc.property(around, around, fc.mixedCase(fc.constant('disiscrivi')), (before, after, word) => {
      expect(stopWordIn(before + word + after, ['it'])).toBe('stop');
    }),
  );
});

test('a word inside of a sentence is no wish', () => {
  const more = fc.stringMatching(/^[a-z]{2,8}$/).filter((word) => !['all', 'messages', 'promotions'].includes(word));
  fc.assert(
    fc.property(more, (word) => {
      expect(stopWordIn(`stop ${word}`, ['en'])).toBeNull();
    }),
  );
});

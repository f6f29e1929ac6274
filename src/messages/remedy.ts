import { networkNames } from '../domain/network.ts';
import { type Ailment, remedyOf } from '../domain/remedy.ts';
import type { Speaker } from './speaker.ts';

/** What a person can do about a connection, in one or two sentences; `null` where nothing is wrong. */
export function remedySentence({ say, words, locale }: Speaker, ailment: Ailment): string | null {
  const code = remedyOf(ailment);
  if (code === null) return null;
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  return say(words.remedies[code], {
    network: networkNames[ailment.network],
    count: ailment.missing.length,
    permissions: list.format(ailment.missing),
  });
}

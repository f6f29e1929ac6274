import { organisationMention, type Segment, segments } from '../../domain/segments.ts';

/**
 * LinkedIn's "little text": what `commentary` is written in. An unescaped reserved character does not fail, it cuts
 * the published text short, so every one is escaped; a hashtag becomes a template, or it would be plain text, and a
 * mention of an organisation, `@[Name](urn:li:organization:1)`, stays one.
 *
 * Source: learn.microsoft.com, "little text format".
 */
export function toLittleText(text: string): string {
  return segments(text, 'linkedin').map(littleSegment).join('');
}

/** The text as its author wrote it, of a commentary as LinkedIn gives it back. */
export function fromLittleText(little: string): string {
  return little
    .replace(/\{hashtag\|\\?([#＃])\|((?:\\.|[^}\\])*)\}/gsu, (_all, sign: string, word: string) => `${sign}${word}`)
    .replace(/\\(.)/gsu, '$1');
}

function littleSegment({ kind, written }: Segment): string {
  if (kind === 'hashtag') return `{hashtag|\\#|${escaped(written.slice(1))}}`;
  const mention = kind === 'mention' ? organisationMention(written) : null;
  return mention === null ? escaped(written) : `@[${escaped(mention.name)}](${mention.urn})`;
}

const reserved = /[\\|{}@[\]()<>#*_~]/g;

function escaped(text: string): string {
  return text.replace(reserved, '\\$&');
}

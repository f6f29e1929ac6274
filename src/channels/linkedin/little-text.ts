/**
 * LinkedIn's "little text": what `commentary` is written in. An unescaped reserved character does not fail, it cuts
 * the published text short, so every one is escaped; a hashtag becomes a template, or it would be plain text.
 *
 * Source: learn.microsoft.com, "little text format".
 */
export function toLittleText(text: string): string {
  let little = '';
  let position = 0;
  for (const hashtag of text.matchAll(hashtags)) {
    little += escaped(text.slice(position, hashtag.index));
    little += `{hashtag|\\#|${escaped(hashtag[0].slice(1))}}`;
    position = hashtag.index + hashtag[0].length;
  }
  return little + escaped(text.slice(position));
}

/** The text a reader sees of a commentary, as LinkedIn gives it back: hashtags and mentions by their words. */
export function fromLittleText(little: string): string {
  return little
    .replace(/\{hashtag\|\\?([#＃])\|((?:\\.|[^}\\])*)\}/gsu, (_all, sign: string, word: string) => `${sign}${word}`)
    .replace(/@\[((?:\\.|[^\]\\])*)\]\((?:\\.|[^)\\])*\)/gsu, '$1')
    .replace(/\\(.)/gsu, '$1');
}

/** A `#` at the start of a word, before letters and digits of any script with a letter among them. */
const hashtags = /(?<![\p{L}\p{N}\p{M}_#&/])#(?=[\p{N}_]*\p{L})[\p{L}\p{N}\p{M}_]+/gu;

const reserved = /[\\|{}@[\]()<>#*_~]/g;

function escaped(text: string): string {
  return text.replace(reserved, '\\$&');
}

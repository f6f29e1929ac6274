import { refuseCommon } from '../common-problems.ts';
import { badText } from '../pipeline/check-text.ts';

export const maxAltTextLength = 1_000;
export const maxFileNameLength = 200;

/** What a picture shows, for those who cannot see it; nothing said is null. Throws 400 and 422. */
export function altTextOf(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return null;
  const { length } = trimmed;
  if (length > maxAltTextLength) {
    const at = { pointer: '/altText', rule: 'too_big', limit: maxAltTextLength, value: length };
    throw refuseCommon('invalid', { errors: [{ ...at, detail: 'is too long' }] });
  }
  if (badText(trimmed)) {
    const at = { pointer: '/altText', rule: 'characters', limit: null, value: null };
    throw refuseCommon('malformed', { errors: [{ ...at, detail: 'holds a NUL' }] });
  }
  return trimmed;
}

/** What the sender's system calls the file, for people to recognise it by; nothing is ever opened by it. */
export function fileNameOf(given: string): string {
  const name = given
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, '')
    .trim();
  return name === '' ? 'file' : name.slice(0, maxFileNameLength).toWellFormed();
}

import { diffWordsWithSpace } from 'diff';

/** One stretch of two texts: in both, only in the second, or only in the first. */
export interface TextPiece {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/**
 * Texts further apart than this are told as one removed and one added: no reader gains from a mosaic of them, and the
 * search for it grows with the square (16 ms at 500, a second at 4,000).
 */
const maxEdits = 500;

/**
 * What leads from one text to another, word by word. `same` and `removed` together spell the first, `same` and `added`
 * the second, to the character.
 */
export function textDifference(from: string, to: string): readonly TextPiece[] {
  if (from === to) return from === '' ? [] : [{ kind: 'same', text: from }];
  const changes = diffWordsWithSpace(from, to, { maxEditLength: maxEdits }) ?? [
    { added: false, removed: true, value: from },
    { added: true, removed: false, value: to },
  ];
  return changes
    .filter(({ value }) => value !== '')
    .map(({ added, removed, value }) => ({ kind: added ? 'added' : removed ? 'removed' : 'same', text: value }));
}

import type { FormatDisplay } from './network-display.ts';

const characters = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * Where a text is folded behind "See more": the index of the first UTF-16 code unit that is hidden, never inside of
 * what a reader sees as one character. `null`: all of it is shown.
 */
export function foldedAt(text: string, { graphemes, lines }: FormatDisplay['fold']): number | null {
  const end = text.trimEnd().length;
  let shown = 0;
  let line = 1;
  // Read only as far as it is needed: a text may be long, and most of it is hidden.
  for (const { index, segment } of characters.segment(text)) {
    if (index >= end) return null;
    if (isLineEnd(segment)) line += 1;
    if (shown === graphemes || line > lines) return index;
    shown += 1;
  }
  return null;
}

function isLineEnd(segment: string): boolean {
  return segment === '\n' || segment === '\r\n' || segment === '\r';
}

import type { Size } from './crop.ts';

/** How many are seen at once. */
export const maxTiles = 5;

/** How `count` pictures are shown at once: the ratio of each tile that is seen; the rest hides behind the last one. */
export function collageRatios(count: number, first: Size): readonly number[] {
  const [big, square] = [bigTile(first), 1];
  switch (Math.min(count, maxTiles)) {
    case 2:
      return [big, big];
    case 3:
      return [big, square, square];
    case 4:
      return [big === square ? square : (big + square) / 2, square, square, square];
    default:
      return Array.from({ length: maxTiles }, () => square);
  }
}

/** The first picture gives the layout: upright ones stand side by side, wide ones lie one above the other. */
function bigTile({ widthPx, heightPx }: Size): number {
  const ratio = widthPx / heightPx;
  return ratio > 1.1 ? 2 : ratio < 0.9 ? 1 / 2 : 1;
}

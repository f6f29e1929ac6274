import type { FilmFacts } from './objects.ts';

/** Meta takes films in these containers. */
export const isTakenFormat = ({ mimeType }: FilmFacts): boolean =>
  mimeType.startsWith('video/mp4') || mimeType.startsWith('video/quicktime');

/** Width divided by height. */
export const ratioOf = ({ widthPx, heightPx }: FilmFacts): number => widthPx / heightPx;

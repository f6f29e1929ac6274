import type { RatioLimits } from './content-limits.ts';

export interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A part of a picture, in its own pixels, from the upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The largest part of a picture that has this ratio, from its middle. */
export function centred({ widthPx, heightPx }: Size, ratio: number): Box {
  const width = Math.max(1, Math.min(widthPx, Math.round(heightPx * ratio)));
  const height = Math.max(1, Math.min(heightPx, Math.round(widthPx / ratio)));
  return { x: Math.floor((widthPx - width) / 2), y: Math.floor((heightPx - height) / 2), width, height };
}

/** The ratio nearest to a picture's own that a feed shows. */
export function shownRatio({ widthPx, heightPx }: Size, limits: RatioLimits | null): number {
  const own = widthPx / heightPx;
  return limits === null ? own : Math.min(limits.max, Math.max(limits.min, own));
}

/** Whether more is cut away than a whole number of pixels brings. */
export function isCropped({ widthPx, heightPx }: Size, { width, height }: Box): boolean {
  return widthPx - width > 1 || heightPx - height > 1;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collageRatios, maxTiles } from '../../../src/domain/collage.ts';
import { centred, isCropped, shownRatio } from '../../../src/domain/crop.ts';

const sizes = fc.record({ widthPx: fc.integer({ min: 1, max: 9_000 }), heightPx: fc.integer({ min: 1, max: 9_000 }) });
const ratios = fc.double({ min: 0.2, max: 5, noNaN: true });

describe('a crop', () => {
  it.each([
    [1_080, 1_350, 3 / 4, { x: 33, y: 0, width: 1_013, height: 1_350 }],
    [1_080, 1_080, 3 / 4, { x: 135, y: 0, width: 810, height: 1_080 }],
    [1_080, 1_920, 4 / 5, { x: 0, y: 285, width: 1_080, height: 1_350 }],
    [1_000, 1_000, 1, { x: 0, y: 0, width: 1_000, height: 1_000 }],
  ])('of %i × %i to %d', (widthPx, heightPx, ratio, expected) => {
    expect(centred({ widthPx, heightPx }, ratio)).toEqual(expected);
  });

  it('lies within its picture, in the middle, touches two of its edges, and has the ratio', () => {
    fc.assert(
      fc.property(sizes, ratios, (size, ratio) => {
        const { x, y, width, height } = centred(size, ratio);
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(Math.min(width, height)).toBeGreaterThanOrEqual(1);
        expect(Math.abs(size.widthPx - width - 2 * x)).toBeLessThanOrEqual(1);
        expect(Math.abs(size.heightPx - height - 2 * y)).toBeLessThanOrEqual(1);
        expect(width === size.widthPx || height === size.heightPx).toBe(true);
        // One pixel more or less is what whole pixels cost.
        const isNear = Math.abs(width - height * ratio) <= Math.max(1, ratio);
        expect(isNear || Math.abs(height - width / ratio) <= Math.max(1, 1 / ratio)).toBe(true);
      }),
    );
  });

  it('to a shape that the feed shows anyway cuts nothing away', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        expect(isCropped(size, centred(size, shownRatio(size, null)))).toBe(false);
        const limits = { min: 4 / 5, max: 1.91 };
        const shown = shownRatio(size, limits);
        expect(shown).toBeGreaterThanOrEqual(limits.min);
        expect(shown).toBeLessThanOrEqual(limits.max);
      }),
    );
  });
});

describe('a collage', () => {
  it('has a tile for each picture that is seen, and never more than five', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), sizes, (count, first) => {
        expect(collageRatios(count, first)).toHaveLength(Math.min(count, maxTiles));
      }),
    );
  });

  it('puts upright pictures side by side, and wide ones one above the other', () => {
    expect(collageRatios(2, { widthPx: 1_080, heightPx: 1_920 })).toEqual([1 / 2, 1 / 2]);
    expect(collageRatios(2, { widthPx: 1_920, heightPx: 1_080 })).toEqual([2, 2]);
    expect(collageRatios(3, { widthPx: 1_000, heightPx: 1_000 })).toEqual([1, 1, 1]);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConnectionState } from '../../../src/domain/connection.ts';
import {
  beginsWeek,
  probeDueAt,
  refreshDueAt,
  retryDueAt,
  watchDueAt,
} from '../../../src/domain/connection-schedule.ts';
import { sleepAfter } from '../../../src/domain/slice.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const now = Date.UTC(2026, 10, 24, 10);
const network = 'facebook';
/** As `Math.random()`. */
const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const lifeMs = fc.integer({ min: minuteMs, max: 400 * 24 * hourMs });

test('a token is renewed between three and seventeen twentieths of its life, never after it has lapsed', () => {
  fc.assert(
    fc.property(lifeMs, draw, (life, drawn) => {
      const share = (refreshDueAt({ issuedAt: now, expiresAt: now + life }, drawn) - now) / life;
      expect(share).toBeGreaterThanOrEqual(0.7499);
      expect(share).toBeLessThanOrEqual(0.8501);
    }),
  );
});

test('ten thousand hourly tokens that were issued together are renewed over six minutes, not at once', () => {
  const due = Array.from({ length: 10_000 }, (_, index) =>
    refreshDueAt({ issuedAt: now, expiresAt: now + hourMs }, index / 10_000),
  );
  const perSecond = Map.groupBy(due, (at) => Math.floor(at / 1_000));
  expect(perSecond.size).toBeGreaterThanOrEqual(360);
  expect(Math.max(...[...perSecond.values()].map(({ length }) => length))).toBeLessThan(40);
});

test('a token that has lapsed already is due at once', () => {
  expect(refreshDueAt({ issuedAt: now, expiresAt: now - hourMs }, 0.5)).toBe(now);
});

test('a page that works, or that waits for a permission, is looked at hourly', () => {
  fc.assert(
    fc.property(fc.constantFrom<ConnectionState>('connected', 'refresh_required'), draw, (state, drawn) => {
      const waitMs = (probeDueAt({ network, now, state, failures: 0 }, drawn) ?? 0) - now;
      expect(waitMs).toBeGreaterThanOrEqual(0.9 * hourMs);
      expect(waitMs).toBeLessThanOrEqual(1.1 * hourMs);
    }),
  );
});

test('one whose network is in trouble is looked at soon, then half as often each time, at least hourly', () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 60].map((failures) => {
    return ((probeDueAt({ network, now, state: 'degraded', failures }, 0.5) ?? 0) - now) / minuteMs;
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
});

test('YouTube, where looks are counted for all channels together, is looked at twice a day, and soon while in trouble', () => {
  const due = (state: ConnectionState, failures: number) =>
    ((probeDueAt({ network: 'youtube', now, state, failures }, 0.5) ?? 0) - now) / minuteMs;
  expect(due('connected', 0)).toBe(720);
  expect([0, 1, 6, 60].map((failures) => due('degraded', failures))).toEqual([1, 2, 64, 720]);
});

test('of each week since a page was connected, one look is the first', () => {
  const dayMs = 24 * hourMs;
  const looks = Array.from({ length: 60 }, (_, index) => now + (index + 1) * dayMs);
  const first = looks.filter((at) => beginsWeek({ connectedAt: now, lastLookAt: at - dayMs, now: at }));
  expect(first.map((at) => (at - now) / dayMs)).toEqual([7, 14, 21, 28, 35, 42, 49, 56]);
  // Nobody looked for three weeks: one look is enough.
  expect(beginsWeek({ connectedAt: now, lastLookAt: now + dayMs, now: now + 22 * dayMs })).toBe(true);
});

test('nobody looks at a page that only a person can mend', () => {
  expect(probeDueAt({ network, now, state: 'expired', failures: 0 }, 0.5)).toBeNull();
  expect(probeDueAt({ network, now, state: 'disconnected', failures: 0 }, 0.5)).toBeNull();
});

test('what came to nothing is tried again within ten minutes, or as late as the network asks', () => {
  const waits = [1, 2, 3, 4, 5, 50].map(
    (failures) => (retryDueAt({ now, failures, atLeastMs: 0 }, 0.5) - now) / minuteMs,
  );
  expect(waits).toEqual([1, 2, 4, 8, 10, 10]);
  expect(retryDueAt({ now, failures: 1, atLeastMs: hourMs }, 0.5)).toBe(now + hourMs);
});

test('a promise to tell us is renewed when half of it is over, daily at most', () => {
  expect(watchDueAt({ now, expiresAt: now + 2 * hourMs })).toBe(now + hourMs);
  expect(watchDueAt({ now, expiresAt: now + 7 * 24 * hourMs })).toBe(now + 24 * hourMs);
  expect(watchDueAt({ now, expiresAt: null })).toBe(now + 24 * hourMs);
  expect(watchDueAt({ now, expiresAt: now - hourMs })).toBe(now + minuteMs);
});

test('a slice’s process sleeps until something is due, a minute at most and a second at least', () => {
  fc.assert(
    fc.property(fc.option(fc.integer({ min: -hourMs, max: 24 * hourMs })), (inMs) => {
      const restMs = sleepAfter({ worked: 0, failed: 0, nextDueAt: inMs === null ? null : now + inMs }, now);
      expect(restMs).toBe(inMs === null ? minuteMs : Math.min(minuteMs, Math.max(1_000, inMs)));
    }),
  );
});

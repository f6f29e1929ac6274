import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { connectionStates } from '../../../src/domain/connection.ts';
import {
  type ConnectionProcess,
  type ConnectionReading,
  type ConnectionTurn,
  dueTurn,
  hear,
  hiccupMs,
  nextTurnAt,
  remindEveryMs,
  takenBack,
  told,
} from '../../../src/domain/connection-process.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

describe('people hear of', () => {
  it('a grant that is gone at once, then daily, then of its repair', () => {
    const life = new Life();
    life.reads('connected');
    life.passes(dayMs);
    life.reads('expired');
    life.passes(2 * dayMs + minuteMs);
    life.repaired();
    life.passes(10 * dayMs);
    expect(life.kinds()).toEqual([
      'connection_expired',
      'connection_reminder',
      'connection_reminder',
      'connection_repaired',
    ]);
    expect(life.heard.map(({ at }) => at - dayMs)).toEqual([0, dayMs, 2 * dayMs, 2 * dayMs + minuteMs]);
  });

  it('a network in trouble only if it lasts, and of its recovery only if they heard of the trouble', () => {
    const life = new Life();
    life.reads('degraded');
    life.passes(hiccupMs - 1);
    life.repaired();
    life.passes(dayMs);
    expect(life.kinds()).toEqual([]);
    life.reads('degraded');
    life.passes(hiccupMs);
    life.repaired();
    expect(life.kinds()).toEqual(['connection_degraded', 'connection_repaired']);
  });

  it('trouble that grows at once, and of the end of all of it once', () => {
    const life = new Life();
    life.reads('degraded');
    life.passes(hiccupMs);
    life.reads('expired');
    life.reads('refresh_required');
    life.repaired();
    expect(life.kinds()).toEqual([
      'connection_degraded',
      'connection_expired',
      'connection_refresh_required',
      'connection_repaired',
    ]);
  });

  it('what broke again before its repair was read as of something new', () => {
    const life = new Life();
    life.reads('expired');
    life.grantVersion += 1;
    life.passes(minuteMs);
    life.reads('expired');
    expect(life.kinds()).toEqual(['connection_expired', 'connection_expired']);
    expect(new Set(life.episodes()).size).toBe(2);
  });

  it('nothing after a person has disconnected it', () => {
    const life = new Life();
    life.reads('expired');
    life.reads('disconnected');
    life.passes(10 * dayMs);
    expect(life.kinds()).toEqual(['connection_expired']);
  });
});

describe('a disconnected connection', () => {
  const gone = { state: 'disconnected', grantVersion: 3 } as const;

  it('is over once its grant was taken back, however often the same is read again', () => {
    const over = takenBack(hear({ kind: 'working' }, gone, 0));
    expect(over).toEqual({ kind: 'over', grantVersion: 3 });
    expect(hear(over, gone, 1)).toBe(over);
  });

  it('that was connected and disconnected meanwhile has another grant to take back', () => {
    const over = takenBack(hear({ kind: 'working' }, gone, 0));
    expect(hear(over, { ...gone, grantVersion: 5 }, 1).kind).toBe('disconnected');
    expect(hear(over, { state: 'connected', grantVersion: 4 }, 1).kind).toBe('working');
  });

  it('without a row has nothing to be done for it', () => {
    expect(hear({ kind: 'unread' }, null, 0)).toEqual({ kind: 'over', grantVersion: null });
  });
});

const step = fc.record({
  state: fc.constantFrom(...connectionStates),
  repairs: fc.boolean(),
  afterMs: fc.oneof(fc.integer({ min: 0, max: 20 * minuteMs }), fc.integer({ min: 0, max: 3 * dayMs })),
});

function livedThrough(steps: readonly { state: ConnectionReading['state']; repairs: boolean; afterMs: number }[]) {
  const life = new Life();
  for (const { state, repairs, afterMs } of steps) {
    if (repairs) life.grantVersion += 1;
    life.reads(state);
    life.passes(afterMs);
  }
  return life;
}

test('whatever happens, no occasion is told twice, and reminders of one trouble are a day apart', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { heard } = livedThrough(steps);
      const occasions = heard.map(({ turn }) => `${turn.kind} ${turn.episode}`);
      expect(new Set(occasions).size).toBe(occasions.length);
      for (const [index, { turn, at }] of heard.entries()) {
        if (turn.kind !== 'connection_reminder') continue;
        const before = heard[index - 1];
        expect(at - (before?.at ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(remindEveryMs);
        expect(turn.episode.startsWith(before?.turn.episode.split('/reminder')[0] ?? '?')).toBe(true);
      }
    }),
  );
});

test('whatever happens, people hear only what the row says at that moment, and of a repair only after trouble', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { heard } = livedThrough(steps);
      let open = false;
      for (const { turn, row } of heard) {
        expect(turn.expected).toEqual(row);
        if (turn.kind === 'connection_repaired') expect(open).toBe(true);
        open = turn.kind !== 'connection_repaired';
      }
    }),
  );
});

test('whatever happens, what is due has an instant, and once told the next one lies ahead', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const life = livedThrough(steps);
      expect(dueTurn(life.process, life.now)).toBeNull();
      const next = nextTurnAt(life.process);
      if (next !== null) expect(next).toBeGreaterThan(life.now);
      expect(next !== null).toBe(life.process.kind === 'broken');
    }),
  );
});

/** A process with a clock and a row: what is due is told in the instant in which it is. */
class Life {
  now = 0;
  grantVersion = 1;
  process: ConnectionProcess = { kind: 'unread' };
  readonly heard: { readonly turn: ConnectionTurn; readonly at: number; readonly row: ConnectionReading }[] = [];
  #state: ConnectionReading['state'] = 'connected';

  reads(state: ConnectionReading['state']): void {
    this.#state = state;
    this.process = hear(this.process, this.#row(), this.now);
    this.#tell();
  }

  repaired(): void {
    this.grantVersion += 1;
    this.reads('connected');
  }

  passes(durationMs: number): void {
    const until = this.now + durationMs;
    for (;;) {
      const next = nextTurnAt(this.process);
      if (next === null || next > until) break;
      this.now = next;
      this.#tell();
    }
    this.now = until;
  }

  kinds() {
    return this.heard.map(({ turn }) => turn.kind);
  }

  episodes() {
    return this.heard.map(({ turn }) => turn.episode);
  }

  #row(): ConnectionReading {
    return { state: this.#state, grantVersion: this.grantVersion };
  }

  #tell(): void {
    const turn = dueTurn(this.process, this.now);
    if (turn === null) return;
    this.heard.push({ turn, at: this.now, row: this.#row() });
    this.process = told(this.process, this.now);
  }
}

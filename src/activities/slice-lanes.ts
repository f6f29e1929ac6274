import type { ClaimedDuty, Room } from '../db/connection-duty.ts';
import type { SliceResult } from '../domain/slice.ts';
import { type Network, networks } from '../domain/network.ts';
import { newBell } from '../platform/bell.ts';
import type { Clock } from '../platform/clock.ts';

/** Where a slice takes its work from, and gives back what it does not come to. */
export interface DutyQueue {
  claim(rooms: readonly Room[]): Promise<readonly ClaimedDuty[]>;
  /** Never throws. True: it came to something. */
  work(duty: ClaimedDuty): Promise<boolean>;
  giveBack(duties: readonly ClaimedDuty[]): Promise<void>;
  nextDueAt(): Promise<number | null>;
}

export interface SliceLimits {
  /** How many connections of one network are worked on at once. Each network has its own lane: none waits for another. */
  readonly width: number;
  /** Epoch milliseconds: nothing is begun any more. */
  readonly until: number;
  /** It stays while its next duty is due within this time; none that is known counts as due at the end of time. */
  readonly lingerMs: number;
  /** A duty whose lease has less left is not begun: somebody else may take it before it is done. */
  readonly leaseLeftMs: number;
  /** Ends it early: nothing is begun any more. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

interface Lane {
  readonly network: Network;
  readonly waiting: ClaimedDuty[];
  busy: number;
  after: Room['after'];
  /** Epoch milliseconds: it had no more then. */
  dryUntil: number;
}

const lookEveryMs = 1_000;
const idleLookEveryMs = 5_000;
const minPauseMs = 100;

/** Works duties off until none is due for a while, or its time is over. */
export async function workOff(queue: DutyQueue, limits: SliceLimits): Promise<SliceResult> {
  const lanes = networks.map((network): Lane => ({ network, waiting: [], busy: 0, after: null, dryUntil: 0 }));
  const bell = newBell();
  const done = { worked: 0, failed: 0 };
  const { clock, signal, lingerMs } = limits;
  signal.addEventListener('abort', bell.ring, { once: true });
  try {
    for (;;) {
      const isOver = signal.aborted || clock() >= limits.until;
      if (isOver) await queue.giveBack(lanes.flatMap(({ waiting }) => waiting.splice(0)));
      else await fill();
      for (const lane of lanes) begin(lane);
      if (lanes.some(({ busy }) => busy > 0)) await bell.rung(lookEveryMs);
      else {
        const nextDueAt = await queue.nextDueAt();
        const leftMs = (nextDueAt ?? Infinity) - clock();
        // Who ends it early leaves work to whoever is there: the next slice begins at once.
        if (signal.aborted) return { ...done, nextDueAt: clock() };
        if (isOver || leftMs > lingerMs) return { ...done, nextDueAt };
        await bell.rung(Math.min(idleLookEveryMs, Math.max(minPauseMs, leftMs)));
        for (const lane of lanes) lane.dryUntil = 0;
      }
    }
  } finally {
    signal.removeEventListener('abort', bell.ring);
  }

  function begin(lane: Lane): void {
    while (lane.busy < limits.width) {
      const duty = lane.waiting.shift();
      if (duty === undefined) return;
      if (duty.leaseUntil.getTime() - clock() < limits.leaseLeftMs) continue;
      lane.busy += 1;
      void queue.work(duty).then((succeeded) => {
        lane.busy -= 1;
        done.worked += 1;
        if (!succeeded) done.failed += 1;
        begin(lane);
        bell.ring();
      });
    }
  }

  /** Claims for the lanes that are running out of work, all in one statement. */
  async function fill(): Promise<void> {
    const now = clock();
    const rooms = lanes
      .filter(({ waiting, dryUntil }) => waiting.length * 2 < limits.width && dryUntil <= now)
      .map(({ network, waiting, busy, after }) => ({
        network,
        seats: 2 * limits.width - waiting.length - busy,
        after,
      }));
    if (rooms.length === 0) return;
    const claimed = await queue.claim(rooms);
    for (const { network, seats } of rooms) {
      const lane = lanes.find((candidate) => candidate.network === network);
      if (lane === undefined) continue;
      const mine = claimed.filter((duty) => duty.network === network);
      lane.waiting.push(...mine);
      // Behind the last one there may be more; where there was not, the next look begins at the front again.
      const isDry = mine.length < seats;
      if (isDry && lane.after === null) lane.dryUntil = clock() + lookEveryMs;
      lane.after = isDry ? null : (mine.at(-1) ?? null);
    }
  }
}

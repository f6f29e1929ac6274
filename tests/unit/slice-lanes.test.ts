import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type DutyQueue, type SliceLimits, workOff } from '../../src/activities/slice-lanes.ts';
import type { ClaimedDuty, Room } from '../../src/db/connection-duty.ts';
import type { ConnectionId, TenantId } from '../../src/domain/ids.ts';
import type { Network } from '../../src/domain/network.ts';

const width = 4;

test('every duty that is due is done once, and the slice says when the next one is due', async () => {
  const queue = queueOf({ linkedin: 50, x: 50 }, { nextDueAt: 5_000_000 });
  expect(await workOff(queue, limits())).toEqual({ worked: 100, failed: 0, nextDueAt: 5_000_000 });
  expect(new Set(queue.done).size).toBe(100);
});

test('no network is asked for more connections at once than its lane is wide', async () => {
  const queue = queueOf({ linkedin: 40, x: 40 }, { takesMs: 2 });
  await workOff(queue, limits());
  expect(queue.mostAtOnce).toEqual({ linkedin: width, x: width });
});

test('a network that does not answer keeps nobody else waiting', async () => {
  let answer: () => void = () => undefined;
  const silence = new Promise<void>((resolve) => (answer = resolve));
  const queue = queueOf({ facebook: 200, x: 100 }, { takes: (network) => (network === 'facebook' ? silence : null) });
  const working = workOff(queue, limits());
  await until(() => queue.done.filter((id) => id.startsWith('x')).length === 100);
  expect(queue.done.filter((id) => id.startsWith('facebook'))).toEqual([]);
  answer();
  expect(await working).toMatchObject({ worked: 300 });
});

test('one that fails is counted and stops nobody', async () => {
  const queue = queueOf({ x: 20 }, { fails: (id) => id === 'x-3' });
  expect(await workOff(queue, limits())).toMatchObject({ worked: 20, failed: 1 });
});

test('asked to stop, it finishes what it has begun and gives back the rest', async () => {
  const stopping = new AbortController();
  const queue = queueOf({ x: 30 }, { takesMs: 20 });
  const working = workOff(queue, limits({ signal: stopping.signal }));
  await until(() => queue.running > 0);
  stopping.abort();
  const { worked } = await working;
  expect(worked).toBeLessThan(30);
  expect(queue.done).toHaveLength(worked);
  expect(queue.claimed - worked).toBe(queue.givenBack);
});

test('what it has claimed too long ago is left to whoever claims it next', async () => {
  let now = 0;
  const queue = queueOf({ x: 2 * width }, { leaseMs: 100, takes: () => sleep(1).then(() => void (now = 60)) });
  const { worked } = await workOff(queue, limits({ clock: () => now, leaseLeftMs: 50 }));
  expect(worked).toBe(width);
});

test('what comes due while it lingers is done in the same slice', async () => {
  const queue = queueOf({ x: 1 }, { nextDueAt: 150 });
  const started = performance.now();
  const clock = (): number => performance.now() - started;
  const working = workOff(queue, limits({ clock, until: 10_000, lingerMs: 5_000 }));
  await until(() => queue.done.length === 1);
  queue.add('x', 1);
  await until(() => queue.done.length === 2);
  queue.nextAt(60_000);
  expect(await working).toMatchObject({ worked: 2, nextDueAt: 60_000 });
});

function limits(changes: Partial<SliceLimits> = {}): SliceLimits {
  const signal = new AbortController().signal;
  return { width, until: 1_000, lingerMs: 0, leaseLeftMs: 0, signal, clock: () => 0, ...changes };
}

interface Script {
  readonly takesMs?: number;
  readonly takes?: (network: Network) => Promise<void> | null;
  readonly fails?: (id: string) => boolean;
  readonly nextDueAt?: number;
  readonly leaseMs?: number;
}

/** A queue in memory, with so many duties of each network. */
function queueOf(due: Partial<Record<Network, number>>, script: Script = {}) {
  const left = new Map<Network, ClaimedDuty[]>();
  const running = new Map<Network, number>();
  let nextDueAt = script.nextDueAt ?? null;
  const queue = {
    done: [] as string[],
    claimed: 0,
    givenBack: 0,
    mostAtOnce: {} as Partial<Record<Network, number>>,
    get running() {
      return [...running.values()].reduce((sum, count) => sum + count, 0);
    },
    nextAt(at: number | null) {
      nextDueAt = at;
    },
    add(network: Network, count: number) {
      const duties = Array.from({ length: count }, (_, index) => dutyOf(network, `${network}-${index}`, script));
      left.set(network, [...(left.get(network) ?? []), ...duties]);
    },
    async claim(rooms: readonly Room[]) {
      const taken = rooms.flatMap(({ network, seats }) => left.get(network)?.splice(0, seats) ?? []);
      queue.claimed += taken.length;
      return taken;
    },
    async work({ network, connectionId }: ClaimedDuty) {
      const atOnce = (running.get(network) ?? 0) + 1;
      running.set(network, atOnce);
      queue.mostAtOnce[network] = Math.max(queue.mostAtOnce[network] ?? 0, atOnce);
      await (script.takes?.(network) ?? sleep(script.takesMs ?? 0));
      running.set(network, (running.get(network) ?? 1) - 1);
      queue.done.push(connectionId);
      return script.fails?.(connectionId) !== true;
    },
    async giveBack(duties: readonly ClaimedDuty[]) {
      queue.givenBack += duties.length;
    },
    nextDueAt: async () => nextDueAt,
  };
  for (const [network, count] of Object.entries(due)) queue.add(network as Network, count);
  return queue satisfies DutyQueue;
}

function dutyOf(network: Network, id: string, { leaseMs = 1_000 }: Script): ClaimedDuty {
  return {
    tenantId: 'tenant' as TenantId,
    connectionId: id as ConnectionId,
    kind: 'refresh',
    network,
    dueAt: new Date(0),
    leaseUntil: new Date(leaseMs),
    attempts: 1,
  };
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries === 1_000) throw new Error('it did not come to that');
    await sleep(5);
  }
}

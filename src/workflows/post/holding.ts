import { setHandler } from '@temporalio/workflow';
import type { EventKind } from '../../domain/event.ts';
import { type Hold, holdName, type PassedSlot } from '../../domain/hold.ts';
import type { Instant } from '../../domain/ids.ts';
import { letGo, type PostProcess } from '../../domain/post.ts';
import { type Desk, takeBackAttempts } from './commands.ts';
import { connectionRepaired, held, released } from './messages.ts';
import type { Standing } from './standing.ts';

interface Release {
  readonly hold: Hold;
  readonly passed: PassedSlot;
  readonly slot: Instant | null;
}

/** Hears what keeps targets from going out, and that it no longer does. The targets themselves wait for it. */
export function takeHolds(desk: Desk): void {
  const { standing } = desk;
  setHandler(held, async ({ hold, outboxId }) => {
    if (!isNew(standing, outboxId)) return;
    standing.holds.set(holdName(hold), hold);
    if (hold.kind === 'halt') await desk.exclusive(() => callBack(desk));
  });
  setHandler(released, async ({ outboxId, ...release }) => {
    if (isNew(standing, outboxId)) await letGoOf(desk, release);
  });
  setHandler(connectionRepaired, ({ connectionId, passed = 'now', outboxId }) => {
    if (!isNew(standing, outboxId)) return;
    standing.repairs.set(connectionId, (standing.repairs.get(connectionId) ?? 0) + 1);
    end(standing, { hold: { kind: 'grant', connectionId, problem: 'gone' }, passed });
  });
}

function isNew({ seen }: Standing, outboxId: string): boolean {
  if (seen.has(outboxId)) return false;
  seen.add(outboxId);
  return true;
}

/** A stop that ends first settles what becomes of a slot that it let pass: only then may anything go out. */
async function letGoOf(desk: Desk, release: Release): Promise<void> {
  const { standing, exclusive } = desk;
  if (release.hold.kind === 'halt') await exclusive(() => settleSlot(desk, release));
  end(standing, release);
}

function end({ holds, releases }: Standing, { hold, passed }: Pick<Release, 'hold' | 'passed'>): void {
  const name = holdName(hold);
  holds.delete(name);
  releases.set(name, { times: (releases.get(name)?.times ?? 0) + 1, passed });
}

/** Of a post that is stopped in its last minute workers hold the attempts: taken back, its targets are parked at once. */
async function callBack(desk: Desk): Promise<void> {
  const { standing } = desk;
  const armed = [...standing.attempts.values()].some(({ out }) => out);
  if (armed && standing.process.phase === 'scheduled') {
    await unlessCalled(desk, () => Promise.resolve(standing.round?.cancel()));
  }
}

async function settleSlot(desk: Desk, { passed, slot }: Release): Promise<void> {
  const { standing, record } = desk;
  if (letGo(standing.process, { passed, slot }, Date.now()) === null) return;
  await unlessCalled(desk, async () => {
    const next = letGo(standing.process, { passed, slot }, Date.now());
    if (next === null) return;
    const { round } = standing;
    standing.process = next;
    await record({ status: statusOf(next), process: next, event: eventOf(next), by: null });
    round?.cancel();
  });
}

/** Does the work once workers hold nothing any more. A post whose call had begun is out: its targets end one by one. */
async function unlessCalled(desk: Desk, work: () => Promise<void>): Promise<void> {
  const { standing } = desk;
  standing.holding = true;
  try {
    await takeBackAttempts(desk);
    await work();
  } catch (error) {
    if (standing.process.firstCallAt === null) throw error;
  } finally {
    standing.holding = false;
  }
}

function statusOf({ missedSlot }: PostProcess): 'approved' | 'scheduled' {
  return missedSlot ? 'approved' : 'scheduled';
}

function eventOf({ missedSlot }: PostProcess): EventKind {
  return missedSlot ? 'post.missed_slot' : 'post.rescheduled';
}

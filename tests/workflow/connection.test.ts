import { describe, expect, it, test } from 'vitest';
import { hiccupMs, remindEveryMs } from '../../src/domain/connection-process.ts';
import { searchAttributes } from '../../src/workflows/search-attributes.ts';
import { type ConnectionRunning, startConnection } from '../support/connection-run.ts';
import { expectReplay, keepHistory } from '../support/workflow-environment.ts';

const dayMs = 24 * 3_600_000;

describe('people hear of a grant that is gone', () => {
  it('at once, then daily until it is repaired, and of the repair once', async () => {
    const life = await startConnection();
    await life.becomes('expired');
    await life.untilTold('connection_expired');
    await life.fastForward(2 * dayMs + 3_600_000);
    await life.untilTold('connection_reminder', 2);
    await life.becomes('connected');
    await life.untilTold('connection_repaired');
    expect(kinds(life)).toEqual([
      'connection_expired',
      'connection_reminder',
      'connection_reminder',
      'connection_repaired',
    ]);
    const [first, second, third] = life.told.map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(remindEveryMs);
    expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(remindEveryMs);
    expect(new Set(life.told.map(({ turn }) => turn.episode)).size).toBe(3);
    await end(life);
    expect(kinds(life)).toHaveLength(4);
    await keepHistory(life.run, 'connection-expired-and-repaired');
    await expectReplay(life.run);
  });

  it('once, although a message comes twice and the worker restarts', async () => {
    const life = await startConnection();
    life.row.state = 'expired';
    await life.hears('7');
    await life.untilTold('connection_expired');
    const resume = await life.holdWorkflows();
    await life.hears('7');
    await life.hears('8');
    await resume();
    await expect.poll(() => life.calls.read, { timeout: 20_000 }).toBe(2);
    await life.fastForward(dayMs + 60_000);
    await life.untilTold('connection_reminder');
    await end(life);
    expect(kinds(life)).toEqual(['connection_expired', 'connection_reminder']);
    await expectReplay(life.run);
  });

  it('not at all if it is repaired in the very moment', async () => {
    const life = await startConnection();
    life.beforeTelling = () => Object.assign(life.row, { state: 'connected', grantVersion: 2 });
    await life.becomes('expired');
    await expect.poll(() => life.row.state, { timeout: 20_000 }).toBe('connected');
    await end(life);
    expect(kinds(life)).toEqual([]);
  });
});

describe('a network in trouble', () => {
  it('is nobody’s concern for a quarter of an hour', async () => {
    const life = await startConnection();
    await life.becomes('degraded');
    await expect.poll(() => life.calls.read, { timeout: 20_000 }).toBe(1);
    await life.fastForward(hiccupMs - 60_000);
    await life.becomes('connected');
    await end(life);
    expect(kinds(life)).toEqual([]);
  });

  it('is told after that, and so is its end', async () => {
    const life = await startConnection();
    const since = Date.now();
    await life.becomes('degraded');
    await life.fastForward(hiccupMs + 60_000);
    await life.untilTold('connection_degraded');
    expect((life.told[0]?.at ?? 0) - since).toBeGreaterThanOrEqual(hiccupMs);
    await life.becomes('connected');
    await life.untilTold('connection_repaired');
    await end(life);
    await keepHistory(life.run, 'connection-degraded');
    await expectReplay(life.run);
  });
});

describe('a disconnected connection', () => {
  it('ends its process when its grant has been taken back, however often the network has to be asked', async () => {
    const life = await startConnection();
    life.revocations.push('trouble', 'trouble', 'done');
    await life.becomes('connected');
    await life.becomes('disconnected');
    await life.fastForward(null);
    await life.run.result();
    expect(life.calls.revoke).toBe(3);
    await keepHistory(life.run, 'connection-disconnected');
    await expectReplay(life.run);
  });

  it('that is connected again has a process again', async () => {
    const life = await startConnection();
    await life.becomes('disconnected');
    await life.run.result();
    life.row.grantVersion += 1;
    await life.becomes('connected');
    await life.becomes('expired');
    await life.untilTold('connection_expired');
    await end(life);
  });

  it('that was connected again before its grant was taken back goes on', async () => {
    const life = await startConnection();
    life.revocations.push('alive');
    await life.becomes('disconnected');
    await expect.poll(() => life.calls.revoke, { timeout: 20_000 }).toBe(1);
    await life.becomes('expired');
    await life.untilTold('connection_expired');
    await end(life);
    expect(life.calls.revoke).toBe(2);
  });
});

test('the picture of a page is kept when it is connected, and again with a later change, a day apart at least', async () => {
  const life = await startConnection();
  await life.becomes('connected');
  await expect.poll(() => life.calls.picture, { timeout: 20_000 }).toBe(1);
  await life.becomes('expired');
  await life.untilTold('connection_expired');
  await life.becomes('connected');
  await life.untilTold('connection_repaired');
  await life.becomes('expired');
  await life.untilTold('connection_expired', 2);
  expect(life.calls.picture).toBe(1);
  await life.fastForward(dayMs + 60_000);
  await life.untilTold('connection_reminder');
  await life.becomes('connected');
  await expect.poll(() => life.calls.picture, { timeout: 20_000 }).toBe(2);
  await end(life);
});

test('operators find a connection by what it is like, and when something is due', async () => {
  const life = await startConnection();
  await life.becomes('expired');
  await life.untilTold('connection_expired');
  const seen = async () => {
    const { typedSearchAttributes } = await life.run.describe();
    return [searchAttributes.phase, searchAttributes.dueAt].map((key) => typedSearchAttributes.get(key));
  };
  const dueAt = new Date((life.told[0]?.at ?? 0) + remindEveryMs);
  await expect.poll(seen, { timeout: 20_000 }).toEqual(['expired', dueAt]);
  await life.becomes('connected');
  await expect.poll(seen, { timeout: 20_000 }).toEqual(['working', undefined]);
  await end(life);
});

test('a long history goes on as another run, which has forgotten nothing', async () => {
  const life = await startConnection();
  await life.becomes('expired');
  await life.untilTold('connection_expired');
  const { runId } = await life.run.describe();
  // The server suggests it after some thousand events, or after 4 MiB.
  const longId = 'again and again '.repeat(25_000);
  for (let times = 0; times < 12; times += 1) await life.hears(longId);
  await life.hears('something new');
  await expect.poll(async () => (await life.run.describe()).runId, { timeout: 60_000 }).not.toBe(runId);
  await life.becomes('connected');
  await life.untilTold('connection_repaired');
  expect(kinds(life)).toEqual(['connection_expired', 'connection_repaired']);
  const { typedSearchAttributes } = await life.run.describe();
  expect(typedSearchAttributes.get(searchAttributes.connectionId)).toBeDefined();
  await end(life);
});

const kinds = ({ told }: ConnectionRunning) => told.map(({ turn }) => turn.kind);

/** A person disconnects it: the process ends, and whatever it would still have told has been told. */
async function end(life: ConnectionRunning): Promise<void> {
  await life.becomes('disconnected');
  await life.run.result();
}

import { expect, test } from 'vitest';
import { committedAfter, readFaithfully, writeEvents } from '../support/fault-events.ts';
import { longTest, tell, useFaultStack } from '../support/fault-harness.ts';
import { destroy, type ProgramName, start, stop } from '../support/fault-stack.ts';
import { eventually } from '../support/fault-wait.ts';

useFaultStack();

test('an API that is killed while events are written: its readers come back and get each event once, in order', async () => {
  await tellsEachOnce(() => twice('api', destroy));
});

longTest('an API that is deployed anew while events are written loses none', async () => {
  await tellsEachOnce(() => twice('api', stop));
});

longTest(
  'Postgres killed while events are written and read: what it has committed is told once, in order',
  async () => {
    await tellsEachOnce(() => twice('postgres', destroy));
  },
);

async function tellsEachOnce(trouble: () => Promise<void>): Promise<void> {
  const reader = await readFaithfully();
  const writer = writeEvents();
  await trouble();
  await writer.stop();
  const committed = await committedAfter(reader.from);
  await eventually('everything', async () => (reader.ids.length >= committed.length ? true : null), {
    withinMs: 20_000,
  });
  const told = [...reader.ids];
  tell('events told', { events: told.length, reconnections: reader.losses() });
  await reader.stop();
  expect(told).toEqual(committed);
}

async function twice(name: ProgramName, end: (name: ProgramName) => Promise<void>): Promise<void> {
  for (let times = 0; times < 2; times += 1) {
    await untilWritten();
    await end(name);
    await start(name);
  }
  await untilWritten();
}

/** Long enough for some dozens of events. */
async function untilWritten(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}

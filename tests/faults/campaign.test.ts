import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { programVariables } from '../../dev/environment.ts';
import { connect, type DatabasePool } from '../../src/db/connect.ts';
import { readWorkerConfig } from '../../src/platform/config.ts';
import {
  command,
  forgetCampaigns,
  startedCampaign,
  takenMessages,
  untilEveryRowEnded,
  untilState,
  untilTaken,
} from '../support/fault-campaign.ts';
import { judge } from '../support/fault-campaign-verdicts.ts';
import { isLong, tell, useFaultStack } from '../support/fault-harness.ts';
import { destroy, type ProgramName, stack, start } from '../support/fault-stack.ts';

useFaultStack();

const recipients = isLong ? 100_000 : 5_000;
const limitMs = isLong ? 1_800_000 : 240_000;

/** Answers are lost, requests are cut and answers come late; statuses likewise, and twice, and in another order. */
const unreliable = {
  loseAnswerShare: 0.01,
  lateAnswerShare: 0.01,
  lateAnswerMs: 1_000,
  dropShare: 0.001,
  readAfterMs: 1_000,
  statusLossShare: 0.1,
  statusRepeatShare: 0.05,
  statusShuffleShare: 0.1,
};

let database: DatabasePool;
beforeAll(() => {
  const { database: at } = readWorkerConfig(programVariables(stack));
  database = connect(at.appUrl, { max: 2, onError: () => undefined, applicationName: 'fault-test' });
});
afterAll(async () => {
  await forgetCampaigns(database.db);
  await database.db.destroy();
});

test(
  'a campaign whose worker is killed again and again writes to nobody twice and leaves nobody out',
  async () => {
    const victims: readonly ProgramName[] = isLong
      ? [...workers(5), 'temporal', ...workers(3), 'postgres', ...workers(2)]
      : workers(3);
    const own = await startedCampaign(database.db, { recipients, whatsapp: unreliable });
    const kills: number[] = [];
    const begunAt = Date.now();
    for (const [n, victim] of victims.entries()) {
      await untilTaken(Math.floor((recipients * (n + Math.random())) / (victims.length + 1)), limitMs);
      await destroy(victim);
      if (victim === 'worker') kills.push(Date.now());
      tell('killed', { victim, atMs: Date.now() - begunAt });
      await start(victim);
      tell('started', { victim, atMs: Date.now() - begunAt });
    }
    await untilState(database.db, own, 'finished', limitMs);
    tell('finished', { atMs: Date.now() - begunAt });
    await judge(database.db, own, { recipients, kills });
  },
  limitMs,
);

test(
  'once a pause is answered no message leaves until the campaign is resumed, and after a cancel never again',
  async () => {
    const rounds = isLong ? 12 : 3;
    const own = await startedCampaign(database.db, { recipients, whatsapp: unreliable });
    const [kills, silences]: [number[], { from: number; to: number }[]] = [[], []];
    for (let round = 1; round <= rounds; round += 1) {
      await untilTaken(Math.floor((recipients * (round - Math.random())) / (rounds + 2)), limitMs);
      const askedAt = Date.now();
      const pausing = command(own, 'pause');
      // Every third time the worker dies while it is being asked.
      if (round % 3 === 2) kills.push(await killWithin(400));
      const { state, at: from } = await pausing;
      expect(state).toBe('paused');
      await sleep(500 + Math.random() * 2_000);
      silences.push({ from, to: Date.now() });
      tell('paused', { tookMs: from - askedAt });
      expect(await command(own, 'resume')).toMatchObject({ state: 'running' });
    }
    await untilTaken(Math.floor((recipients * (rounds + 1)) / (rounds + 2)), limitMs);
    const { state, at: from } = await command(own, 'cancel');
    expect(state).toBe('cancelled');
    await untilEveryRowEnded(database.db, own, 120_000);
    silences.push({ from, to: Infinity });

    const messages = await takenMessages();
    expect(messages.filter(({ at }) => silences.some(({ from: since, to }) => at > since && at < to))).toEqual([]);
    expect(messages.length).toBeLessThan(recipients);
    await judge(database.db, own, { recipients, kills });
  },
  limitMs,
);

const workers = (times: number): readonly ProgramName[] => Array.from({ length: times }, () => 'worker');

/** Kills the worker at some instant within the time, and starts it again; returns when it died. */
async function killWithin(ms: number): Promise<number> {
  await sleep(Math.random() * ms);
  await destroy('worker');
  const at = Date.now();
  await start('worker');
  return at;
}

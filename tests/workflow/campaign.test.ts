import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { activityInfo } from '@temporalio/activity';
import { expect, onTestFinished, test } from 'vitest';
import type { CampaignOrder } from '../../src/activities/campaign.ts';
import {
  type CampaignCommand,
  type CampaignReading,
  reviveEveryMs,
  ruleOnCommand,
} from '../../src/domain/campaign-process.ts';
import { campaignWorkflowId, type CampaignState, type PauseReason } from '../../src/domain/campaign.ts';
import type { CampaignId, ConnectionId, TenantId, UserId } from '../../src/domain/ids.ts';
import { campaignChanged, cancel, pause, resume, setRate } from '../../src/workflows/campaign/messages.ts';
import type { campaign } from '../../src/workflows/campaign/workflow.ts';
import { expectReplay, keepHistory, workflowEnvironment } from '../support/workflow-environment.ts';

const hourMs = 3_600_000;
const by = 'somebody' as UserId;

test('a campaign waits for its start, sends from all of its numbers while its audience is written down, and finishes', async () => {
  const { run, calls } = await start((world) => {
    world.startsInMs = hourMs;
    world.frozen = false;
  });
  await run.result();
  const sideBySide = ['freezeAudience', 'sendCampaign', 'sendCampaign'];
  expect([calls[0], ...calls.slice(1, -1).toSorted(), calls.at(-1)]).toEqual([
    'startCampaign',
    ...sideBySide,
    'finishCampaign',
  ]);
  await keepHistory(run, 'campaign-finished');
  await expectReplay(run);
});

test('with the reach used up it waits until there is more', async () => {
  const { run, calls, world } = await start((prepared) => {
    prepared.state = 'running';
    prepared.numbers = 1;
    prepared.onSend = (n) => {
      if (n === 1) prepared.waitMs = 24 * hourMs;
      else prepared.left = false;
    };
  });
  await run.result();
  expect(calls).toEqual(['sendCampaign', 'sendCampaign', 'finishCampaign']);
  expect(world.state).toBe('finished');
  await keepHistory(run, 'campaign-waiting');
  await expectReplay(run);
});

test('pause, resume, a new rate and cancel are answered, and a cancelled campaign closes its ledger', async () => {
  const { run, calls, world } = await start((prepared) => {
    prepared.state = 'running';
    prepared.numbers = 1;
    prepared.onSend = () => untilStopped(prepared);
  });
  expect(await run.executeUpdate(pause, { args: [{ by }] })).toEqual({ state: 'paused' });
  expect(await run.executeUpdate(setRate, { args: [{ by, ratePerS: 5 }] })).toEqual({ state: 'paused' });
  expect(await run.executeUpdate(resume, { args: [{ by }] })).toEqual({ state: 'running' });
  expect(await run.executeUpdate(cancel, { args: [{ by }] })).toEqual({ state: 'cancelled' });
  await run.result();
  expect(calls.at(-1)).toBe('closeCampaign');
  expect(world.left).toBe(false);
  await keepHistory(run, 'campaign-cancelled');
  await expectReplay(run);
});

test('what WhatsApp has stopped sends nothing until WhatsApp says that the cause has gone, and then goes on by itself', async () => {
  const { run, calls, world } = await start((prepared) => {
    prepared.state = 'running';
    prepared.numbers = 1;
    prepared.onSend = (n) => {
      if (n > 1) prepared.left = false;
      else [prepared.state, prepared.stopped] = ['paused', 'connection'];
    };
    prepared.onAsk = (n) => (prepared.stopped = n < 3 ? 'connection' : null);
  });
  await run.result();
  const asked = ['askAfterNumbers', 'askAfterNumbers', 'askAfterNumbers'];
  expect(calls).toEqual(['sendCampaign', ...asked, 'reviveCampaign', 'sendCampaign', 'finishCampaign']);
  expect(world.state).toBe('finished');
  await keepHistory(run, 'campaign-stopped');
  await expectReplay(run);
});

test('a command that the state forbids is refused by name, and changes nothing', async () => {
  const { run, world } = await start((prepared) => (prepared.startsInMs = hourMs), { skipping: false });
  const refusal = run.executeUpdate(pause, { args: [{ by }] });
  await expect(refusal).rejects.toThrow(WorkflowUpdateFailedError);
  await expect(refusal).rejects.toMatchObject({ cause: { type: 'wrong_state' } });
  expect(world.state).toBe('scheduled');
  await run.terminate();
});

test('what others have changed in its rows it finds when it is told so', async () => {
  const { run, calls, world } = await start((prepared) => (prepared.startsInMs = hourMs), { skipping: false });
  await expect.poll(() => world.reads, { timeout: 20_000 }).toBe(1);
  world.state = 'cancelled';
  world.left = false;
  await run.signal(campaignChanged, { outboxId: '1' });
  await run.result();
  expect(calls).toEqual([]);
});

test('a crisis stop holds a campaign back until its release is told', async () => {
  const { run, calls, world } = await start(
    (prepared) => {
      prepared.state = 'running';
      prepared.numbers = 1;
      prepared.halted = true;
    },
    { skipping: false },
  );
  await expect.poll(() => world.reads, { timeout: 20_000 }).toBe(1);
  world.halted = false;
  await run.signal(campaignChanged, { outboxId: '1' });
  await run.result();
  expect(calls).toEqual(['sendCampaign', 'finishCampaign']);
  await keepHistory(run, 'campaign-halted');
  await expectReplay(run);
});

/** The rows of a campaign, as a script. */
interface World {
  state: CampaignState;
  startsInMs: number;
  waitMs: number;
  numbers: number;
  frozen: boolean;
  halted: boolean;
  left: boolean;
  reads: number;
  onSend: (n: number) => unknown;
  /** What it is paused for when its numbers do not work. */
  stopped: PauseReason | null;
  onAsk: (n: number) => unknown;
}

async function untilStopped(world: World): Promise<void> {
  await expect.poll(() => world.state, { timeout: 20_000 }).not.toBe('running');
}

async function start(prepare: (world: World) => unknown, { skipping = true }: { skipping?: boolean } = {}) {
  const world: World = {
    state: 'scheduled',
    startsInMs: 0,
    waitMs: 0,
    numbers: 2,
    frozen: true,
    halted: false,
    left: true,
    reads: 0,
    onSend: () => (world.left = false),
    stopped: null,
    onAsk: () => (world.stopped = null),
  };
  prepare(world);
  const calls: string[] = [];
  let [firstReadAt, waitingUntil] = [null as number | null, null as number | null];
  let askedAt: number | null = null;
  const obey = (command: CampaignCommand, to: CampaignState) => async (_order: CampaignOrder) => {
    const ruling = ruleOnCommand(command, { state: world.state, pauseReason: world.stopped });
    if ('refusal' in ruling) return ruling;
    world.state = to;
    return { state: world.state };
  };
  const note = (name: string, work: () => unknown) => async () => {
    calls.push(name);
    await work();
  };
  let [sends, asks] = [0, 0];
  let paused: PauseReason = 'manual';
  const { client, taskQueue } = await workflowEnvironment(
    {
      readCampaign: async (): Promise<CampaignReading> => {
        const now = activityInfo().currentAttemptScheduledTimestampMs;
        firstReadAt ??= now;
        world.reads += 1;
        if (world.waitMs > 0) waitingUntil = now + world.waitMs;
        world.waitMs = 0;
        return {
          state: world.state,
          pauseReason: world.state === 'paused' ? (paused = world.stopped ?? paused) : null,
          startsAt: firstReadAt + world.startsInMs,
          waitingUntil,
          numbers: Array.from({ length: world.numbers }, (_, n) => `number-${n}` as ConnectionId),
          numbersWork: world.stopped === null,
          askAt: world.stopped === null ? null : (askedAt ??= now) + reviveEveryMs,
          frozen: world.frozen,
          halted: world.halted,
          nextDueAt: world.left ? now - 1 : null,
        };
      },
      startCampaign: note('startCampaign', () => (world.state = 'running')),
      askAfterNumbers: async () => {
        calls.push('askAfterNumbers');
        askedAt = activityInfo().currentAttemptScheduledTimestampMs;
        world.onAsk((asks += 1));
      },
      reviveCampaign: note('reviveCampaign', () => (world.state = 'running')),
      finishCampaign: note('finishCampaign', () => (world.state = 'finished')),
      freezeAudience: note('freezeAudience', () => (world.frozen = true)),
      closeCampaign: note('closeCampaign', () => (world.left = false)),
      sendCampaign: note('sendCampaign', () => world.onSend((sends += 1))),
      pauseCampaign: obey('pause', 'paused'),
      resumeCampaign: obey('resume', 'running'),
      cancelCampaign: obey('cancel', 'cancelled'),
      setCampaignRate: async () => ({ state: world.state }),
    },
    { skipping },
  );
  const [tenantId, campaignId] = [randomUUID() as TenantId, randomUUID() as CampaignId];
  const run: WorkflowHandle<typeof campaign> = await client.workflow.start<typeof campaign>('campaign', {
    taskQueue,
    workflowId: campaignWorkflowId(tenantId, campaignId),
    args: [{ v: 1, tenantId, campaignId }],
  });
  onTestFinished(() =>
    run.terminate().then(
      () => undefined,
      () => undefined,
    ),
  );
  return { run, calls, world };
}

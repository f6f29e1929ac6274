import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { programVariables } from '../../dev/environment.ts';
import { testStack } from '../../dev/stack.ts';
import { type CommandSender, createCommandSender } from '../../src/api/command.ts';
import type { UserId } from '../../src/domain/ids.ts';
import { readApiConfig } from '../../src/platform/config.ts';
import { createTemporalClient } from '../../src/platform/temporal-client.ts';
import { cancel } from '../../src/workflows/post/messages.ts';

const { temporal } = readApiConfig(programVariables(testStack()));
const limits = { deadlineMs: 1_000, reachWithinMs: 600 };
const nobodyServes = 'test-queue-without-worker';

let opened: ReturnType<typeof createTemporalClient>;
let commands: CommandSender;
beforeAll(() => {
  opened = createTemporalClient(temporal);
  commands = createCommandSender(opened.client, limits);
});
afterAll(() => opened.connection.close());

test('a command for a workflow that has ended is told so', async () => {
  const workflowId = await startWithoutWorker();
  await opened.client.workflow.getHandle(workflowId).terminate();
  expect(await send(workflowId)).toEqual({ kind: 'finished' });
});

test('a command that no worker answers is given up at the deadline', async () => {
  const workflowId = await startWithoutWorker();
  expect(await send(workflowId)).toEqual({ kind: 'unanswered' });
  await opened.client.workflow.getHandle(workflowId).terminate();
});

test('a workflow that is not there yet is waited for, since the outbox may be about to start it', async () => {
  const workflowId = `test/${randomUUID()}`;
  const sent = send(workflowId);
  await startWithoutWorker(workflowId);
  await opened.client.workflow.getHandle(workflowId).terminate();
  expect((await sent).kind).toBe('finished');
  expect(await send(`test/${randomUUID()}`)).toEqual({ kind: 'unanswered' });
});

test('a Temporal that cannot be reached is named within moments', async () => {
  const away = createTemporalClient({ ...temporal, address: '127.0.0.1:1' });
  const outcome = await createCommandSender(away.client, limits).send(cancel, target('test/none'));
  expect(outcome).toEqual({ kind: 'unreachable' });
  await away.connection.close();
});

function send(workflowId: string) {
  return commands.send(cancel, target(workflowId));
}

function target(workflowId: string) {
  return { workflowId, updateId: randomUUID(), args: [{ by: randomUUID() as UserId }] as [{ by: UserId }] };
}

async function startWithoutWorker(workflowId = `test/${randomUUID()}`): Promise<string> {
  await opened.client.workflow.start('post', { workflowId, taskQueue: nobodyServes, args: [] });
  return workflowId;
}

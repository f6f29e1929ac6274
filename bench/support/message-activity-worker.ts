import { Client, Connection } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundle,
} from '@temporalio/worker';
import type { activityPerMessage, MessageActivities } from './message-activities.ts';
import { type Counter, openCounter } from './message-loop.ts';

/** Of this run: a run that was broken off must not be gone on with. */
const taskQueue = `bench-messages-${Date.now()}`;
/** Bodies of a whole run would be too large an input. */
const perRun = 1_000;

/** Made once: it takes seconds. What this process' workers have to say is left out unless it is a warning. */
export function bundleMessages(): Promise<WorkflowBundle> {
  const workflowsPath = new URL('message-activities.ts', import.meta.url).pathname;
  const logger = new DefaultLogger('WARN');
  Runtime.install({ logger });
  return bundleWorkflowCode({ workflowsPath, logger });
}

/** Sends each message by an activity of its own, with a worker in this process. */
export async function sendByActivities(
  temporal: { readonly address: string; readonly namespace: string; readonly workflowBundle: WorkflowBundle },
  counter: Counter,
  bodies: readonly string[],
): Promise<void> {
  const { address, namespace, workflowBundle } = temporal;
  const { send, close } = openCounter(counter);
  const activities: MessageActivities = { sendOne: send };
  const [native, plain] = await Promise.all([NativeConnection.connect({ address }), Connection.connect({ address })]);
  const maxConcurrentActivityTaskExecutions = counter.connections;
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue,
    activities,
    workflowBundle,
    maxConcurrentActivityTaskExecutions,
  });
  const client = new Client({ connection: plain, namespace });
  await worker.runUntil(async () => {
    for (let from = 0; from < bodies.length; from += perRun) {
      await client.workflow.execute<typeof activityPerMessage>('activityPerMessage', {
        taskQueue,
        workflowId: `bench/messages/${Date.now()}/${from}`,
        args: [bodies.slice(from, from + perRun), counter.connections],
      });
    }
  });
  await Promise.all([native.close(), plain.close(), close()]);
}

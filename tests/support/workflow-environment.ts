import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { msToTs } from '@temporalio/common/lib/time.js';
import { bundleWorkflowCode, NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker';
import { onTestFinished } from 'vitest';
import { testStack } from '../../dev/stack.ts';

const address = `127.0.0.1:${testStack().ports.temporal}`;
const namespace = 'chorally';
export const workflowsPath = new URL('../../src/workflows/index.ts', import.meta.url).pathname;

let bundle: Promise<WorkflowBundle> | null = null;

/** The workflow code as a worker loads it, made once per test file. */
export function workflowBundle(): Promise<WorkflowBundle> {
  bundle ??= bundleWorkflowCode({ workflowsPath, logger: quiet });
  return bundle;
}

export interface WorkflowEnvironment {
  readonly client: Client;
  /** Where workflows of this test run; their activities run beside it. */
  readonly taskQueue: string;
  /** For workflows that were started with `{ skipping: false }`: lets so much of their time pass at once, or all of it. */
  fastForward(run: WorkflowHandle, durationMs: number | null): Promise<void>;
  /** No workflow goes on until the answer is called, activities do: what arrives meanwhile arrives together. */
  holdWorkflows(): Promise<() => Promise<void>>;
}

/**
 * Workers with `activities` on task queues of their own, against the real server, whose workflows skip the time they
 * only wait for, from their first event, children included; or when the test says so. Everything ends with the test.
 */
export async function workflowEnvironment(
  activities: object,
  { skipping = true }: { skipping?: boolean } = {},
): Promise<WorkflowEnvironment> {
  const prefix = `test-${randomUUID()}`;
  const [connection, native, workflowCode] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
    workflowBundle(),
  ]);
  if (skipping) skipTime(connection);
  const run = async (queue: 'core' | 'publish' | 'slice' | 'campaign', parts: object): Promise<() => Promise<void>> => {
    const worker = await Worker.create({ connection: native, namespace, taskQueue: `${prefix}-${queue}`, ...parts });
    const running = worker.run();
    return () => {
      worker.shutdown();
      return running;
    };
  };
  const workflows = { workflowBundle: workflowCode };
  const queues = ['core', 'publish', 'slice', 'campaign'] as const;
  const others = await Promise.all(queues.map((queue) => run(queue, { activities })));
  let stopWorkflows = await run('core', workflows);
  onTestFinished(async () => {
    await Promise.all([...others, stopWorkflows].map((stop) => stop()));
    await Promise.all([connection.close(), native.close()]);
  });
  return {
    client: new Client({ connection, namespace }),
    taskQueue: `${prefix}-core`,
    fastForward: (handle, durationMs) => fastForward(connection, handle, durationMs),
    holdWorkflows: async () => {
      await stopWorkflows();
      return async () => {
        stopWorkflows = await run('core', workflows);
      };
    },
  };
}

/**
 * Keeps the history of a finished run for the replay tests, when `SAVE_HISTORIES` is set. Saved ones stay until the
 * last run that could have been started by their code has ended.
 */
export async function keepHistory(handle: WorkflowHandle, name: string): Promise<void> {
  if (process.env['SAVE_HISTORIES'] === undefined) return;
  const folder = new URL('../../temporal/histories/', import.meta.url);
  await mkdir(folder, { recursive: true });
  const history = historyToJSON(await handle.fetchHistory());
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(JSON.parse(history), null, 1)}\n`);
}

/** Holds a finished run's history against the code that has made it. */
export async function expectReplay(run: WorkflowHandle): Promise<void> {
  await Worker.runReplayHistory(
    { workflowBundle: await workflowBundle(), replayName: run.workflowId },
    await run.fetchHistory(),
  );
}

/** The SDK has no option for it yet; the request has. */
function skipTime(connection: Connection): void {
  const { workflowService } = connection;
  const start = workflowService.startWorkflowExecution.bind(workflowService);
  workflowService.startWorkflowExecution = ((request: object, ...rest: []) =>
    start({ ...request, timeSkippingConfig: { enabled: true } }, ...rest)) as typeof start;
}

async function fastForward(connection: Connection, run: WorkflowHandle, durationMs: number | null): Promise<void> {
  const fastForwardConfig = durationMs === null ? null : { id: randomUUID(), duration: msToTs(durationMs) };
  await connection.workflowService.updateWorkflowExecutionOptions({
    namespace,
    workflowExecution: { workflowId: run.workflowId },
    workflowExecutionOptions: { timeSkippingConfig: { enabled: true, fastForwardConfig } },
    updateMask: { paths: ['time_skipping_config'] },
  });
}

const silence = (): void => undefined;
const quiet = { log: silence, trace: silence, debug: silence, info: silence, warn: silence, error: silence };

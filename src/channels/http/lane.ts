import { Agent } from 'undici';
import { guardedConnector } from './address-guard.ts';
import type { ExchangeLimits } from './exchange.ts';

/** One request that is sent at most once, over connections that are kept. */
export interface LaneRequest {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** By `performance.now()`: the first byte leaves until then, or nothing does. */
  readonly departBy: number;
  /** Told right before the first byte leaves. What throws here does not leave. */
  readonly onLeave?: () => void;
}

export type LaneAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** `departed`: the request may have arrived, and nobody knows what came of it. */
  | { readonly kind: 'lost'; readonly departed: boolean };

/** Many requests to one host. Never throws, never repeats. */
export interface Lane {
  send(request: LaneRequest): Promise<LaneAnswer>;
  close(): Promise<void>;
}

/**
 * A way for a thousand requests a second, none of which may be made twice. A connection of its own for each, as a post
 * has, would cost more than the request; a kept one may turn out to be closed only after the request was written, and
 * then the answer counts as lost.
 */
export function openLane(limits: ExchangeLimits, { connections }: { readonly connections: number }): Lane {
  const agent = new Agent({ connect: guardedConnector(limits), connections, pipelining: 1, allowH2: false });
  return {
    send: (request) => dispatch(agent, request, limits),
    close: () => agent.close(),
  };
}

function dispatch(agent: Agent, request: LaneRequest, limits: ExchangeLimits): Promise<LaneAnswer> {
  return new Promise((resolve) => {
    let departed = false;
    let status = 0;
    let receivedBytes = 0;
    const chunks: Buffer[] = [];
    const { origin, path, headers, body } = request;
    const times = { headersTimeout: limits.headersTimeoutMs, bodyTimeout: limits.bodyTimeoutMs };
    agent.dispatch(
      { origin, path, method: 'POST', headers, body, ...times },
      {
        // On an open connection, right before the first byte is written.
        onRequestStart(controller) {
          try {
            request.onLeave?.();
          } catch (error) {
            return controller.abort(error instanceof Error ? error : new Error('it could not be noted'));
          }
          // Last: whoever was halted before this line, and taken for dead, finds that it is too late.
          if (performance.now() > request.departBy) return controller.abort(new Error('too late'));
          departed = true;
        },
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(controller, chunk) {
          receivedBytes += chunk.length;
          if (receivedBytes > limits.maxAnswerBytes) return controller.abort(new Error('answer too large'));
          chunks.push(chunk);
        },
        onResponseEnd() {
          resolve({ kind: 'answered', status, body: Buffer.concat(chunks).toString('utf8') });
        },
        onResponseError() {
          resolve({ kind: 'lost', departed });
        },
      },
    );
  });
}

import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import { type LoggedRequest, redactedQuery, type RequestLog } from './request-log.ts';

/** The log's entry of the request that `res` will answer. */
export function arrivalOf(res: Response): LoggedRequest {
  // Set by `stampArrival`, the first middleware.
  return res.locals['arrival'] as LoggedRequest;
}

/**
 * Takes the instant of arrival and lets one request on per turn of the event loop, so that of hundreds that arrive
 * together none is stamped late because another was being worked on.
 */
export function stampArrival(log: RequestLog): RequestHandler {
  return (req, res, next) => {
    const url = new URL(req.originalUrl, 'http://simulator');
    const arrival: LoggedRequest = {
      id: randomUUID(),
      receivedAt: Date.now(),
      method: req.method,
      path: url.pathname,
      query: redactedQuery(url),
      operation: null,
      state: 'processing',
      status: null,
      answeredAt: null,
      fault: null,
      effect: false,
    };
    res.locals['arrival'] = arrival;
    log.note(arrival);
    inTurn(() => next());
  };
}

const queue: (() => void)[] = [];

function inTurn(work: () => void): void {
  queue.push(work);
  if (queue.length === 1) setImmediate(takeOne);
}

function takeOne(): void {
  const [work] = queue;
  work?.();
  queue.shift();
  if (queue.length > 0) setImmediate(takeOne);
}

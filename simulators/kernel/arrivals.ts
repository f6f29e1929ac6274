import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { RequestHandler, Response } from 'express';
import { type LoggedRequest, redactedQuery, type RequestLog } from './request-log.ts';

const instants = new WeakMap<IncomingMessage, number>();

/**
 * Takes the instant of arrival before anything else, and hands one request on per turn of the event loop: of hundreds
 * that arrive together none is stamped late because another was being worked on.
 */
export function stamped(listener: RequestListener): RequestListener {
  return (req, res) => {
    instants.set(req, Date.now());
    inTurn(() => listener(req, res));
  };
}

/** Begins the log's entry of a request. */
export function logArrival(log: RequestLog): RequestHandler {
  return (req, res, next) => {
    const url = new URL(req.originalUrl, 'http://simulator');
    const arrival: LoggedRequest = {
      id: randomUUID(),
      receivedAt: instants.get(req) ?? Date.now(),
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
    next();
  };
}

/** The log's entry of the request that `res` will answer, as it began. */
export function arrivalOf(res: Response): LoggedRequest {
  // Set by `logArrival`, which every request of the network passes.
  return res.locals['arrival'] as LoggedRequest;
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

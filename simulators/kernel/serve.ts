import { setTimeout as sleep } from 'node:timers/promises';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { arrivalOf } from './arrivals.ts';
import type { Fault } from './faults.ts';
import type { Answer, Call, Operation } from './operation.ts';
import { Refused } from './operation.ts';
import type { LoggedRequest } from './request-log.ts';
import type { World } from './world.ts';

/** How a network speaks, whatever the operation. */
export interface Dialect {
  /** What it answers of its own accord with `status` when something is wrong with it. */
  readonly trouble: (status: number) => unknown;
  /** The headers that every answer to `call` carries. */
  readonly headers: (call: Call) => Readonly<Record<string, string>>;
}

/** Serves `operation`: finds its fault, lets it act, and writes down what became of the request. */
export function serve(world: World, dialect: Dialect, operation: Operation): RequestHandler {
  return async (req, res, next) => {
    const call = callOf(req, res);
    if (operation.when !== undefined && !operation.when(call)) return next();
    await answer({ world, dialect, operation, call, req, res, next });
  };
}

interface Serving {
  readonly world: World;
  readonly dialect: Dialect;
  readonly operation: Operation;
  readonly call: Call;
  readonly req: Request;
  readonly res: Response;
  readonly next: NextFunction;
}

async function answer({ world, dialect, operation, call, req, res }: Serving): Promise<void> {
  const fault = world.faults.take(arrivalOf(res), operation, (account) => mentions(call, account));
  let entry: LoggedRequest = {
    ...arrivalOf(res),
    operation: operation.name,
    fault: fault === null ? null : { id: fault.id, action: fault.action },
  };
  const note = (change: Partial<LoggedRequest>): void => {
    entry = { ...entry, ...change };
    world.log.note(entry);
  };
  note({});

  if (fault?.action === 'drop_before_accept') return cut(req, note);
  if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
  if (fault?.action === 'hold') {
    note({ state: 'held' });
    if ((await world.holds.wait(entry.id)) === 'dropped') return void req.socket.destroy();
    note({ state: 'processing' });
  }
  const made = await outcome(fault, dialect, operation, { ...call, processingFails: fails(fault) });
  note({ effect: made.effect === true });
  if (made.effect === true) await world.store.flushed();
  if (fault?.action === 'lose_answer') return cut(req, note);
  // A caller that went away while the request was held gets nothing; the effect stands.
  if (res.destroyed) return note({ state: 'unanswered', answeredAt: Date.now() });
  send(res, made, { ...dialect.headers(call), ...made.headers, ...fault?.headers });
  note({ state: 'answered', status: made.status, answeredAt: Date.now() });
}

/** Whether the path or the body names the account. */
const mentions = ({ path, body }: Call, account: string): boolean =>
  path.includes(account) || (!Buffer.isBuffer(body) && JSON.stringify(body).includes(account));

const fails = (fault: Fault | null): boolean => fault?.action === 'processing_error';

function cut(req: Request, note: (change: Partial<LoggedRequest>) => void): void {
  note({ state: 'unanswered', answeredAt: Date.now() });
  req.socket.destroy();
}

async function outcome(fault: Fault | null, dialect: Dialect, operation: Operation, call: Call): Promise<Answer> {
  if (fault?.action !== 'status') return act(operation, call);
  const status = fault.status ?? 500;
  const made = fault.effect ? await act(operation, call) : null;
  return { status, body: fault.body ?? dialect.trouble(status), effect: made?.effect === true };
}

async function act(operation: Operation, call: Call): Promise<Answer> {
  try {
    return await operation.handle(call);
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    throw error;
  }
}

function send(res: Response, { status, body }: Answer, headers: Readonly<Record<string, string>>): void {
  res.status(status).set(headers);
  if (body === null) res.end();
  else res.json(body);
}

function callOf(req: Request, res: Response): Call {
  const { id, receivedAt, path } = arrivalOf(res);
  const [rawPath = '', rawQuery = ''] = req.originalUrl.split('?', 2);
  const params = Object.entries(req.params).map(([name, value]) => [name, String(value)] as const);
  return {
    requestId: id,
    receivedAt,
    method: req.method,
    path,
    params: Object.fromEntries(params),
    query: req.query,
    rawQuery,
    rawPath,
    headers: req.headers,
    body: req.body ?? null,
    processingFails: false,
  };
}

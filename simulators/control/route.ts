import express, { type Request, type RequestHandler, Router } from 'express';
import { z } from 'zod';

/** One route of a control API: what it takes, what it answers and what it does, for the router and the document alike. */
export interface ControlRoute {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly status: number;
  readonly answer: z.ZodType | null;
  readonly missing?: string;
  readonly handle: (req: Request) => unknown;
}

/** Input that a control route does not take, or a thing it does not have. */
export class ControlProblem extends Error {
  override readonly name = 'ControlProblem';
  readonly status: number;
  readonly errors: readonly { readonly path: string; readonly message: string }[];

  constructor(status: number, detail: string, errors: ControlProblem['errors'] = []) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }
}

/** `value` as `schema` has it; a 400 problem that names what is wrong if it does not fit. */
export function parsed<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new ControlProblem(400, 'The input does not fit.', errors);
}

/** Serves the routes; `settled` is awaited before a change is answered. */
export function controlRouter(routes: readonly ControlRoute[], settled: () => Promise<void>): Router {
  const router = Router();
  router.use(express.json({ limit: '5mb', type: () => true, strict: false }));
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    router[route.method](path, handler(route, settled));
  }
  router.use((req) => {
    throw new ControlProblem(404, `The control API has no ${req.method} ${req.path}.`);
  });
  router.use(problems);
  return router;
}

function handler(route: ControlRoute, settled: () => Promise<void>): RequestHandler {
  return async (req, res) => {
    const answer = await route.handle(req);
    if (route.method !== 'get') await settled();
    if (route.answer === null) res.status(route.status).end();
    else res.status(route.status).json(answer);
  };
}

const problems: express.ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return next(error);
  const errors = error instanceof ControlProblem && error.errors.length > 0 ? { errors: error.errors } : {};
  res
    .status(error.status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: titleOf(error.status),
        status: error.status,
        detail: error.message,
        ...errors,
      }),
    );
};

const titleOf = (status: number): string => (status === 404 ? 'Not found' : 'Malformed request');

/** The document's JSON schema of what is sent (`input`) or answered (`output`). */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

import cors from 'cors';
import express, { type Express, type Request, type Response, type Router } from 'express';
import helmet from 'helmet';
import { v7 as uuidv7 } from 'uuid';
import type { Logger } from '../platform/logging.ts';
import type { ApiMetrics } from '../platform/metrics.ts';
import { refuseCommon } from './common-problems.ts';
import type { Method, PublicRoute, Route } from './define-route.ts';
import { buildDocument } from './openapi/document.ts';
import { problemCatalogue } from './openapi/problem-catalogue.ts';
import { docsPage } from './pages/docs-page.ts';
import { problemPages } from './pages/problem-page.ts';
import { healthPages, type Readiness } from './pages/health.ts';
import { problemOf, problemReply } from './pipeline/failure.ts';
import { type StreamSettings } from './pipeline/event-stream.ts';
import { createRateLimiter, type RateLimits } from './pipeline/rate-limit.ts';
import type { ApiRequest, Reply } from './pipeline/request.ts';
import { runMemberRoute } from './pipeline/run-member-route.ts';
import { runPublicRoute } from './pipeline/run-public-route.ts';
import { runStreamRoute } from './pipeline/run-stream-route.ts';
import { createStreamPlaces } from './pipeline/stream-places.ts';
import type { ApiServices } from './services.ts';
import { tusCapabilities, tusHeaders, tusPath } from './uploads/tus.ts';

export interface AppSettings {
  readonly corsOrigins: readonly string[];
  readonly rateLimits: RateLimits;
  /** Tests and development: an answer that breaks its schema is a 500. */
  readonly strictAnswers: boolean;
  readonly streams: StreamSettings;
}

export interface AppParts {
  readonly routes: readonly (Route | PublicRoute)[];
  /** Beside the API: where networks send people back, and where they tell us of grants. */
  readonly pages: readonly Router[];
  readonly services: ApiServices;
  readonly settings: AppSettings;
  readonly metrics: ApiMetrics;
  readonly readiness: Readiness;
}

/** The whole API as an Express application, ready to listen. Starts nothing and keeps no state but its rate limits. */
export function createApp({ routes, pages, services, settings, metrics, readiness }: AppParts): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  // Queries are parsed by the pipeline, which refuses repeated parameters.
  app.set('query parser', false).enable('case sensitive routing');
  app.use(nameRequest, measured(metrics, services.logger), ...guards(settings));
  app.use(announceTus);
  app.use(healthPages({ metrics, readiness }));
  app.use(docsPage(buildDocument(routes)), problemPages(problemCatalogue(routes)), ...pages);

  const pipeline = {
    services,
    logger: services.logger,
    strict: settings.strictAnswers,
    rateLimiter: createRateLimiter(settings.rateLimits),
    onReplay: () => metrics.countReplay(),
  };
  const streaming = { ...pipeline, settings: settings.streams, places: createStreamPlaces(settings.streams.perUser) };
  for (const [path, group] of byPath(routes)) {
    const at = app.route(expressPath(path));
    for (const route of group) {
      at[route.method](async (request: Request, response: Response) => {
        response.locals['route'] = route.path;
        const call = apiRequest(request, response);
        if (route.access === 'public') await runPublicRoute(route, call, response, services);
        else if (route.run.kind === 'stream') {
          await runStreamRoute(route, call, response, { ...streaming, ...counted(metrics, response) });
        } else write(response, await runMemberRoute(route, call, pipeline));
      });
    }
    at.all(refuseMethod(group));
  }

  app.use(() => {
    throw refuseCommon('not_found');
  });
  app.use((error: unknown, request: Request, response: Response, _next: () => void) => {
    const refused = problemOf(error, services.logger);
    if (response.headersSent) response.destroy();
    else write(response, problemReply(refused, { instance: request.path, requestId: requestIdOf(response) }));
  });
  return app;
}

const requestIdPattern = /^[A-Za-z0-9._-]{8,64}$/;

/** The caller's own id for the request if it is a decent one, so that its log and ours can be put side by side. */
function nameRequest(request: Request, response: Response, next: () => void): void {
  const given = request.get('x-request-id');
  const id = given !== undefined && requestIdPattern.test(given) ? given : uuidv7();
  response.locals['requestId'] = id;
  response.setHeader('x-request-id', id);
  next();
}

/** One measurement and one log line a request, by the route's template: addresses hold ids and signatures. */
function measured(metrics: ApiMetrics, logger: Logger) {
  return (request: Request, response: Response, next: () => void) => {
    const startedAt = performance.now();
    response.once('close', () => {
      const named: unknown = response.locals['route'];
      const route = typeof named === 'string' ? named : 'other';
      const { method } = request;
      const status = response.statusCode;
      const tookMs = performance.now() - startedAt;
      // A stream is answered when it opens; how long it lives says nothing of us.
      const opened: unknown = response.locals['openedAt'];
      const answeredMs = typeof opened === 'number' ? opened - startedAt : tookMs;
      metrics.observeRequest({ method, route, status, seconds: answeredMs / 1_000 });
      const requestId = requestIdOf(response);
      logger.info({ requestId, method, route, status, tookMs: Math.round(tookMs * 10) / 10 }, 'request');
    });
    next();
  };
}

function counted(metrics: ApiMetrics, response: Response) {
  return {
    onOpen: () => {
      response.locals['openedAt'] = performance.now();
      metrics.countStreams(1);
    },
    onEnd: () => metrics.countStreams(-1),
  };
}

/** Security headers and CORS. Answers are data, so their pages may load nothing; `/docs` relaxes this for itself. */
function guards({ corsOrigins }: AppSettings) {
  const browsers = cors({
    origin: [...corsOrigins],
    allowedHeaders: [
      'authorization',
      'content-type',
      'chorally-tenant',
      'idempotency-key',
      'if-match',
      'last-event-id',
      'tus-resumable',
      'upload-length',
      'upload-metadata',
      'upload-offset',
      'x-request-id',
    ],
    exposedHeaders: [
      'etag',
      'location',
      'idempotency-replayed',
      'ratelimit',
      'ratelimit-policy',
      'retry-after',
      'tus-resumable',
      'upload-expires',
      'upload-length',
      'upload-offset',
      'x-request-id',
    ],
    maxAge: 600,
  });
  return [
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
      crossOriginResourcePolicy: { policy: 'cross-origin' },
    }),
    // Without an origin it is no browser's question, and OPTIONS asks for the methods.
    (request: Request, response: Response, next: () => void) => {
      if (request.headers.origin === undefined) next();
      else browsers(request, response, next);
    },
  ];
}

/** What clients of the upload protocol expect of every answer, problems included. */
function announceTus(request: Request, response: Response, next: () => void): void {
  if (request.path === tusPath || request.path.startsWith(`${tusPath}/`)) {
    const told = request.method === 'OPTIONS' ? { ...tusHeaders, ...tusCapabilities } : tusHeaders;
    for (const [name, value] of Object.entries(told)) response.setHeader(name, value);
  }
  next();
}

/** Fixed paths before those with parameters, so that `/v1/posts/search` would never be taken for a post. */
function byPath(routes: readonly (Route | PublicRoute)[]): [string, (Route | PublicRoute)[]][] {
  const parameters = (path: string) => path.split('{').length;
  return [...Map.groupBy(routes, (route) => route.path)].toSorted(([a], [b]) => parameters(a) - parameters(b));
}

function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function refuseMethod(group: readonly { readonly method: Method }[]) {
  const methods = group.map(({ method }) => method.toUpperCase());
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return (request: Request, response: Response) => {
    if (request.method === 'OPTIONS') response.writeHead(204, { allow }).end();
    else throw refuseCommon('method_not_allowed', { headers: { allow }, extensions: { allow } });
  };
}

function apiRequest(request: Request, response: Response): ApiRequest {
  const query = request.originalUrl.indexOf('?');
  return {
    id: requestIdOf(response),
    method: request.method,
    path: request.path,
    search: query < 0 ? '' : request.originalUrl.slice(query),
    params: request.params as Record<string, string>,
    headers: request.headers,
    stream: request,
  };
}

function requestIdOf(response: Response): string {
  return String(response.locals['requestId']);
}

/** What members read is theirs: no cache between us and them may keep it. */
function write(response: Response, { status, headers, json }: Reply): void {
  const body = json === null ? null : Buffer.from(json);
  const length = body === null ? {} : { 'content-length': body.length };
  response.writeHead(status, { 'cache-control': 'no-store', ...headers, ...length });
  response.end(response.req.method === 'HEAD' ? null : body);
}

import { type Request, type Response, Router } from 'express';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logging.ts';
import { receiveReturn, type ReturnDependencies } from '../connections/receive-return.ts';
import { problemOf } from '../pipeline/failure.ts';
import { returnPage, type Said } from './return-html.ts';

export interface ReturnPageDependencies extends ReturnDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where the page leads, and nowhere else; null: nowhere. */
  readonly consoleUrl: string | null;
}

const path = '/connections/callback/{network}/{kind}';
/** The longest codes (Microsoft's) have some two thousand characters. */
const maxAddressLength = 8_192;
/** Of one address, which may be a proxy's: people come back from networks a few times a day. */
const perMinute = 300;

/** Where networks send people back: `/connections/callback/{network}/{kind}`. Always answers with a page for people. */
export function returnPages(dependencies: ReturnPageDependencies): Router {
  const router = Router();
  const limiter = new RateLimiterMemory({ keyPrefix: 'return', points: perMinute, duration: 60 });
  const route = '/connections/callback/:network/:kind';
  // A state comes back once: whoever only looks must not use it up.
  router.head(route, (_request, response) => {
    response.locals['route'] = path;
    response.writeHead(405, { allow: 'GET' }).end();
  });
  router.get(route, async (request: Request<{ network: string; kind: string }>, response: Response) => {
    response.locals['route'] = path;
    const said = await met(request, limiter, dependencies);
    const { consoleUrl } = dependencies;
    const language = request.acceptsLanguages('en', 'it') === 'it' ? 'it' : 'en';
    const { html, headers } = returnPage(said, { language, consoleUrl });
    response.writeHead(statusOf(said), headers).end(html);
  });
  return router;
}

async function met(
  request: Request<{ network: string; kind: string }>,
  limiter: RateLimiterMemory,
  dependencies: ReturnPageDependencies,
): Promise<Said> {
  if (request.originalUrl.length > maxAddressLength) return { kind: 'tooLong' };
  const within = await limiter.consume(request.socket.remoteAddress ?? '').then(
    () => true,
    () => false,
  );
  if (!within) return { kind: 'tooMany' };
  const query = new URLSearchParams(request.originalUrl.split('?').slice(1).join('?'));
  const { network, kind } = request.params;
  try {
    return await receiveReturn({ way: { network, kind }, query, now: new Date(dependencies.clock()) }, dependencies);
  } catch (error) {
    // Logs what can be logged of it; people are told the same whatever it was.
    problemOf(error, dependencies.logger);
    return { kind: 'trouble' };
  }
}

function statusOf(said: Said): number {
  switch (said.kind) {
    case 'met':
      return 200;
    case 'stray':
      return 400;
    case 'tooLong':
      return 414;
    case 'tooMany':
      return 429;
    case 'trouble':
      return 503;
  }
}

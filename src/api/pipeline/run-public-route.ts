import type { ServerResponse } from 'node:http';
import { pipeline as stream } from 'node:stream/promises';
import type { PublicRoute } from '../define-route.ts';
import type { ApiServices } from '../services.ts';
import { loggable } from './failure.ts';
import { refuserOf } from './make-context.ts';
import type { ApiRequest } from './request.ts';
import { parseParams, parseQuery } from './validate.ts';

/** Serves a route that needs no token: its handler proves the address itself. */
export async function runPublicRoute(
  route: PublicRoute,
  request: ApiRequest,
  response: ServerResponse,
  services: ApiServices,
): Promise<void> {
  const { status, headers, open } = await route.serve({
    params: route.params === null ? undefined : parseParams(route.params, request.params),
    query: parseQuery(route.query, request.search),
    headers: request.headers,
    now: new Date(services.clock()),
    requestId: request.id,
    services,
    refuse: refuserOf(route.refusals),
  });
  const isHead = request.method === 'HEAD';
  // Opened before anything is answered: a store that is away is a problem, not half a file.
  const body = isHead ? null : await open();
  response.writeHead(status, { 'content-type': route.answer.contentType, ...headers });
  if (body === null) {
    response.end();
    return;
  }
  try {
    await stream(body, response);
  } catch (error) {
    // The reader went away, or the file broke off: the answer has begun, so all that is left is to cut it.
    services.logger.debug({ ...loggable(error), route: route.path }, 'a download ended early');
    response.destroy();
  }
}

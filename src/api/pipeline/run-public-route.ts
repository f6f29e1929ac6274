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
  const { body, headers } = await route.serve({
    params: route.params === null ? undefined : parseParams(route.params, request.params),
    query: parseQuery(route.query, request.search),
    headers: request.headers,
    now: new Date(services.clock()),
    requestId: request.id,
    services,
    refuse: refuserOf(route.refusals),
  });
  response.writeHead(200, { 'content-type': route.answer.contentType, ...headers });
  if (request.method === 'HEAD') {
    body.destroy();
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

import type { ServerResponse } from 'node:http';
import { withTenant } from '../../db/tenant.ts';
import type { Route } from '../define-route.ts';
import { Refused } from '../problem.ts';
import type { Caller, StreamContext } from '../route-context.ts';
import { admitMember } from './admit-member.ts';
import { type EventStream, openEventStream, type StreamSettings, streamHeaders } from './event-stream.ts';
import { loggable } from './failure.ts';
import { identify } from './identify.ts';
import { refuserOf } from './make-context.ts';
import { presentJson } from './present.ts';
import { type ApiRequest, headerOf } from './request.ts';
import type { Pipeline } from './run-member-route.ts';
import type { StreamPlaces } from './stream-places.ts';
import { parseParams, parseQuery } from './validate.ts';

export interface StreamPipeline extends Pipeline {
  readonly settings: StreamSettings;
  readonly places: StreamPlaces;
  /** Told when the head has been written, and when the stream has ended. */
  readonly onOpen: () => void;
  readonly onEnd: () => void;
}

/**
 * Serves a stream, from the same checks as any request of a member to its end. Throws what `problemOf` turns into a
 * problem until the head is written.
 */
export async function runStreamRoute(
  route: Route,
  request: ApiRequest,
  response: ServerResponse,
  pipeline: StreamPipeline,
): Promise<void> {
  if (route.run.kind !== 'stream') throw new Error('the route is no stream');
  const { services, settings } = pipeline;
  const { token, claimant, rateHeaders } = await identify(request, pipeline);
  const leave = pipeline.places.take(claimant.userId);
  try {
    const admit = () =>
      withTenant(services.db, claimant.tenantId, (trx) => admitMember(trx, claimant, route.permission));
    const context = contextOf(route, request, { caller: await admit(), services });
    const source = await route.run.stream(context);
    response.writeHead(200, { ...rateHeaders, ...streamHeaders });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    pipeline.onOpen();
    const stream = openEventStream(response, source.after, settings);
    const { caller, stop } = watch(stream, { admit, first: context.caller, expiresAt: token.expiresAt, pipeline });
    try {
      await source.follow({
        ended: stream.ended,
        caller,
        send: (events, upTo) =>
          stream.send(
            events.map((event) => ({ id: event.id, json: presentJson(route, event, pipeline) })),
            upTo,
          ),
        drained: stream.drained,
      });
    } finally {
      stop();
      pipeline.onEnd();
    }
  } finally {
    leave();
  }
}

function contextOf(
  route: Route,
  request: ApiRequest,
  { caller, services }: Pick<StreamContext<unknown, unknown, string>, 'caller' | 'services'>,
): StreamContext<unknown, unknown, string> {
  const lastEventId = headerOf(request.headers, 'last-event-id');
  return {
    caller,
    services,
    params: route.params === null ? undefined : parseParams(route.params, request.params),
    query: parseQuery(route.query, request.search),
    lastEventId: lastEventId === '' ? null : lastEventId,
    now: new Date(services.clock()),
    requestId: request.id,
    refuse: refuserOf(route.refusals),
    inTenant: (work) => withTenant(services.db, caller.tenantId, work),
  };
}

/** Longer waits than this overflow a timer of Node. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Ends the stream when the token expires, when the process stops, and when the member may not have it any more; that is
 * asked from time to time, because nothing else would ask again.
 */
function watch(
  stream: EventStream,
  {
    admit,
    first,
    expiresAt,
    pipeline,
  }: { admit: () => Promise<Caller>; first: Caller; expiresAt: number; pipeline: StreamPipeline },
): { caller: () => Caller; stop: () => void } {
  const { services, settings, logger } = pipeline;
  let caller = first;
  const recheck = async () => {
    try {
      caller = await admit();
    } catch (error) {
      if (error instanceof Refused) stream.end();
      // The database is away: what was true a minute ago has to do until it is back.
      else logger.debug(loggable(error), 'a membership could not be checked');
    }
  };
  const rechecking = setInterval(() => void recheck(), settings.recheckMs);
  const expiry = setTimeout(stream.end, Math.min(expiresAt - services.clock(), longestTimerMs));
  services.stopping.addEventListener('abort', stream.end);
  if (services.stopping.aborted) stream.end();
  return {
    caller: () => caller,
    stop: () => {
      clearInterval(rechecking);
      clearTimeout(expiry);
      services.stopping.removeEventListener('abort', stream.end);
      stream.end();
    },
  };
}

import type { KeyClaim } from '../../db/idempotency.ts';
import { readTenant, type TenantTransaction, withTenant } from '../../db/tenant.ts';
import { refuseCommon } from '../common-problems.ts';
import type { Received, Route } from '../define-route.ts';
import { type IfMatch, parseIfMatch } from '../entity-tag.ts';
import type { Answered } from '../route-context.ts';
import type { ApiServices } from '../services.ts';
import { admitMember } from './admit-member.ts';
import type { Claimant } from './choose-tenant.ts';
import { loggable, problemOf, problemReply } from './failure.ts';
import { identify } from './identify.ts';
import { claim, idempotencyKeyOf, keep, release } from './idempotency.ts';
import { actContext, type Admitted, handleContext } from './make-context.ts';
import { present, type PresentSettings } from './present.ts';
import type { RateLimiter } from './rate-limit.ts';
import { checkBodyHeaders, maxJsonBytes, readJson } from './read-body.ts';
import { type ApiRequest, headerOf, type Reply } from './request.ts';
import { parameterError, parseBody, parseHeaders, parseParams, parseQuery } from './validate.ts';

export interface Pipeline extends PresentSettings {
  readonly services: ApiServices;
  readonly rateLimiter: RateLimiter;
  readonly onReplay: () => void;
}

/** Everything that happens to a request of a member, in its order. Throws what `problemOf` turns into a problem. */
export async function runMemberRoute(route: Route, request: ApiRequest, pipeline: Pipeline): Promise<Reply> {
  checkHeaders(route, request);
  const { claimant, rateHeaders } = await identify(request, pipeline);
  const key = idempotencyKeyOf(request);
  const body = route.body !== null && route.upload === null ? await readJson(request.stream) : noBody;
  const call: Call = { route, request, pipeline, claimant, key, body, now: new Date(pipeline.services.clock()) };
  const reply = await (route.upload === null ? run(call) : runUpload(call, route.upload));
  return { ...reply, headers: { ...rateHeaders, ...reply.headers } };
}

interface Call {
  readonly route: Route;
  readonly request: ApiRequest;
  readonly pipeline: Pipeline;
  readonly claimant: Claimant;
  readonly key: string | null;
  readonly body: { readonly value: unknown; readonly hash: string };
  readonly now: Date;
}

const noBody = { value: undefined, hash: '' };

/** An upload is streamed to where it will stay before anything is decided; unless the request succeeds it is removed. */
async function runUpload(call: Call, upload: NonNullable<Route['upload']>): Promise<Reply> {
  const { services } = call.pipeline;
  const inTenant = <T>(work: (trx: TenantTransaction) => Promise<T>) =>
    withTenant(services.db, call.claimant.tenantId, work);
  const { caller, params } = await inTenant((trx) => admit(call, trx));
  const { headers, stream } = call.request;
  const received: Received<unknown> = await upload.receive(stream, {
    headers,
    params,
    caller,
    now: call.now,
    inTenant,
  });
  const reply = await run({ ...call, body: { value: received.body, hash: received.bodyHash } }).catch(
    async (error: unknown) => {
      await received.discard();
      throw error;
    },
  );
  if (reply.status >= 400 || reply.headers['idempotency-replayed'] !== undefined) await received.discard();
  return reply;
}

async function run(call: Call): Promise<Reply> {
  const { claimant, key, pipeline } = call;
  if (key !== null) return runKeyed(call, key);
  const { db } = pipeline.services;
  if (call.route.run.kind === 'handle') {
    // What a GET shows comes from several statements; a process may be writing between them.
    const transaction = call.route.method === 'get' ? readTenant : withTenant;
    return transaction(db, claimant.tenantId, async (trx) => (await handle(call, await admit(call, trx), trx)).reply);
  }
  const admitted = await withTenant(db, claimant.tenantId, (trx) => admit(call, trx));
  return (await act(call, admitted)).reply;
}

/** The claim is committed first. Then the work runs, and its answer is kept with its effects. */
async function runKeyed(call: Call, key: string): Promise<Reply> {
  const { claimant, pipeline, request, route } = call;
  const { tenantId, userId } = claimant;
  const inTenant = <T>(work: (trx: TenantTransaction) => Promise<T>) =>
    withTenant(pipeline.services.db, tenantId, work);
  const owner = { tenantId, userId, route: `${route.method} ${request.path}`, key };
  const start = await inTenant(async (trx) => {
    const admitted = await admit(call, trx);
    return { admitted, ...(await claim(trx, owner, { bodyHash: call.body.hash, now: call.now })) };
  });
  if ('replay' in start) {
    pipeline.onReplay();
    return start.replay;
  }
  try {
    if (route.run.kind === 'handle') {
      return await inTenant(async (trx) => {
        const done = await handle(call, await admit(call, trx), trx);
        await settle(trx, start.claim, done);
        return done.reply;
      });
    }
    const done = await act(call, start.admitted);
    await inTenant((trx) => settle(trx, start.claim, done));
    return done.reply;
  } catch (error) {
    return settleFailed(call, start.claim, error, inTenant);
  }
}

interface Made {
  readonly reply: Reply;
  readonly keepable: boolean;
}

function settle(trx: TenantTransaction, held: KeyClaim, { reply, keepable }: Made): Promise<void> {
  return keepable ? keep(trx, held, reply) : release(trx, held);
}

/** A refusal is an answer like any other and is kept; after a failure of ours the key is free again. */
async function settleFailed(
  { pipeline, request }: Call,
  held: KeyClaim,
  error: unknown,
  inTenant: <T>(work: (trx: TenantTransaction) => Promise<T>) => Promise<T>,
): Promise<Reply> {
  const refused = problemOf(error, pipeline.logger);
  if (refused.kind.status < 500 && refused.code !== 'idempotency_in_flight') {
    const reply = problemReply(refused, { instance: request.path, requestId: request.id });
    await inTenant((trx) => keep(trx, held, reply));
    return reply;
  }
  // If this fails too, the lease ends by itself.
  await inTenant((trx) => release(trx, held)).catch((cause: unknown) =>
    pipeline.logger.warn(loggable(cause), 'an idempotency key could not be released'),
  );
  throw refused;
}

/** Membership, permission and meaning of the request, in this order. */
async function admit({ route, request, claimant, body, key, now }: Call, trx: TenantTransaction): Promise<Admitted> {
  const caller = await admitMember(trx, claimant, route.permission);
  return {
    caller,
    key,
    now,
    params: route.params === null ? undefined : parseParams(route.params, request.params),
    query: parseQuery(route.query, request.search),
    headers: parseHeaders(route.headers, request.headers),
    ifMatch: route.ifMatch ? ifMatchOf(request) : null,
    body: route.body === null ? undefined : route.upload === null ? parseBody(route.body, body.value) : body.value,
  };
}

async function handle(call: Call, admitted: Admitted, trx: TenantTransaction): Promise<Made> {
  const { route, request, pipeline } = call;
  if (route.run.kind !== 'handle') throw new Error('the route does not run in a transaction');
  const context = handleContext(route, request, admitted, { services: pipeline.services, trx });
  return made(call, await route.run.handle(context));
}

async function act(call: Call, admitted: Admitted): Promise<Made> {
  const { route, request, pipeline } = call;
  if (route.run.kind !== 'act') throw new Error('the route runs in a transaction');
  return made(call, await route.run.act(actContext(route, request, admitted, pipeline.services)));
}

const made = ({ route, pipeline }: Call, answered: Answered<unknown>): Made => ({
  reply: present(route, answered, pipeline),
  keepable: answered.keepable,
});

function checkHeaders({ body, upload }: Route, { headers }: ApiRequest): void {
  if (upload !== null) checkBodyHeaders(headers, upload);
  else if (body !== null) checkBodyHeaders(headers, { contentType: 'application/json', maxBytes: maxJsonBytes });
}

function ifMatchOf({ headers }: ApiRequest): IfMatch {
  const header = headerOf(headers, 'if-match');
  if (header === null) throw refuseCommon('version_required');
  const parsed = parseIfMatch(header);
  if (parsed === null) throw parameterError('If-Match', 'entity_tag', 'is not a list of entity tags');
  return parsed;
}

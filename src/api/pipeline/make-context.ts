import { createHash, randomUUID } from 'node:crypto';
import type { UpdateDefinition } from '@temporalio/common';
import type { TenantTransaction } from '../../db/tenant.ts';
import { withTenant } from '../../db/tenant.ts';
import { refuseCommon, unavailable } from '../common-problems.ts';
import type { Route } from '../define-route.ts';
import { type IfMatch, matches } from '../entity-tag.ts';
import { type ProblemDetails, type ProblemKind, type ProblemKinds, Refused } from '../problem.ts';
import type { ActContext, Caller, HandleContext, RefusalFacts } from '../route-context.ts';
import type { ApiServices } from '../services.ts';
import type { ApiRequest } from './request.ts';

/** What the pipeline has read of a request by the time its handler runs. */
export interface Admitted {
  readonly caller: Caller;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly headers: unknown;
  readonly ifMatch: IfMatch | null;
  readonly now: Date;
  readonly key: string | null;
}

export function handleContext(
  route: Route,
  request: ApiRequest,
  admitted: Admitted,
  { services, trx }: { services: ApiServices; trx: TenantTransaction },
): HandleContext<unknown, unknown, unknown, string> {
  return { ...callerContext(route, request, admitted, services), trx };
}

export function actContext(
  route: Route,
  request: ApiRequest,
  admitted: Admitted,
  services: ApiServices,
): ActContext<unknown, unknown, unknown, string> {
  const { tenantId } = admitted.caller;
  const commandId = commandIdOf(route, request, admitted);
  return {
    ...callerContext(route, request, admitted, services),
    commandId,
    inTenant: (work) => withTenant(services.db, tenantId, work),
    command: (update, workflowId, args, explain) =>
      sendCommand({ route, services, update, target: { workflowId, updateId: commandId, args }, explain }),
  };
}

function callerContext(route: Route, request: ApiRequest, admitted: Admitted, services: ApiServices) {
  const { ifMatch, ...rest } = admitted;
  return {
    ...rest,
    requestId: request.id,
    services,
    refuse: refuserOf(route.refusals),
    invalid: (errors: ProblemDetails['errors'] & {}) => refuseCommon('invalid', { errors }),
    requireVersion: (current: number) => {
      if (ifMatch === null) throw new Error(`${route.path} must declare ifMatch to demand a version`);
      if (!matches(ifMatch, current)) throw refuseCommon('stale_version', { extensions: { currentVersion: current } });
    },
  };
}

/** Only what a route declares can be refused, so that its document is complete. */
export function refuserOf(refusals: ProblemKinds): (code: string, details?: ProblemDetails) => Refused {
  return (code, details = {}) => {
    const kind: ProblemKind | undefined = refusals[code];
    if (kind !== undefined) return new Refused(code, kind, details);
    if (code === 'not_found') return refuseCommon('not_found', details);
    throw new Error(`the route does not declare the refusal ${code}`);
  };
}

/** The raw key would give one caller another's answer, so everything that it is scoped to goes into the hash. */
function commandIdOf(route: Route, request: ApiRequest, { caller, key }: Admitted): string {
  const scope = [caller.tenantId, caller.userId, route.method, route.path, request.path, key ?? randomUUID()];
  return createHash('sha256').update(JSON.stringify(scope)).digest('hex');
}

interface SendCommand<Answer, Args extends unknown[]> {
  readonly route: Route;
  readonly services: ApiServices;
  readonly update: UpdateDefinition<Answer, Args>;
  readonly target: { readonly workflowId: string; readonly updateId: string; readonly args: Args };
  readonly explain: ((code: string, facts: RefusalFacts) => ProblemDetails | Promise<ProblemDetails>) | undefined;
}

async function sendCommand<Answer, Args extends unknown[]>(command: SendCommand<Answer, Args>): Promise<Answer> {
  const { route, services, update, target, explain = showFacts } = command;
  const outcome = await services.commands.send(update, target);
  const refuse = refuserOf(route.refusals);
  switch (outcome.kind) {
    case 'accepted':
      return outcome.answer;
    case 'refused':
      throw refuse(outcome.code, await explain(outcome.code, outcome.facts));
    case 'finished':
      throw refuse('finished', await explain('finished', {}));
    case 'unanswered':
      throw refuseCommon('command_unavailable', { headers: { 'retry-after': '2' } });
    case 'unreachable':
      throw unavailable('temporal');
  }
}

function showFacts(_code: string, facts: RefusalFacts): ProblemDetails {
  const shown = Object.entries(facts).map(([name, value]) => [
    name,
    name === 'at' && typeof value === 'number' ? new Date(value).toISOString() : value,
  ]);
  return { extensions: Object.fromEntries(shown) };
}

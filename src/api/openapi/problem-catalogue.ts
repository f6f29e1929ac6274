import { commonProblems } from '../common-problems.ts';
import type { PublicRoute, Route } from '../define-route.ts';
import type { ProblemKind, ProblemKinds } from '../problem.ts';
import { takesKey } from './parameters.ts';

/**
 * Every problem that the API can answer, by its code. Throws when two routes mean different things by one code: a
 * `type` is stable, so it has one status and one title.
 */
export function problemCatalogue(routes: readonly (Route | PublicRoute)[]): ProblemKinds {
  const catalogue: Record<string, ProblemKind> = { ...commonProblems };
  for (const { refusals, method, path } of routes) {
    for (const [code, kind] of Object.entries(refusals)) {
      const known = catalogue[code];
      if (known !== undefined && (known.status !== kind.status || known.title !== kind.title)) {
        throw new Error(`${method} ${path} gives the problem ${code} another status or title than others do`);
      }
      catalogue[code] ??= kind;
    }
  }
  return catalogue;
}

/** The problems that one route can answer: its own, and those of the steps that its requests go through. */
export function problemsOf(route: Route | PublicRoute): ProblemKinds {
  const own = route.refusals;
  const parameters = route.params === null ? [] : (['not_found'] as const);
  if (route.access === 'public') return { ...pick('malformed', 'internal', ...parameters), ...own };
  const hasBody = route.body !== null || route.upload !== null;
  return {
    ...pick('malformed', 'tenant_required', 'unauthenticated', 'no_tenant', 'not_a_member'),
    ...pick(...(route.permission === null ? [] : (['missing_permission'] as const))),
    ...pick('unknown_tenant', ...parameters),
    ...pick(...(takesKey(route.method) ? (['idempotency_in_flight', 'idempotency_key_reused'] as const) : [])),
    ...pick(...(route.ifMatch ? (['stale_version', 'version_required'] as const) : [])),
    ...pick(...(hasBody ? (['too_large', 'unsupported_media_type', 'invalid'] as const) : [])),
    ...pick('rate_limited', 'internal', 'unavailable'),
    ...pick(...(route.run.kind === 'stream' ? (['too_many_streams'] as const) : [])),
    ...pick(...(sendsCommands(route) ? (['command_unavailable'] as const) : [])),
    ...own,
  };
}

/** A route that sends commands has to say what it answers when the process has ended. */
function sendsCommands(route: Route): boolean {
  return route.run.kind === 'act' && 'finished' in route.refusals;
}

function pick(...codes: readonly (keyof typeof commonProblems)[]): ProblemKinds {
  return Object.fromEntries(codes.map((code) => [code, commonProblems[code]]));
}

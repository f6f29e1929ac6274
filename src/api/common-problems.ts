import { type ProblemDetails, type ProblemKind, type ProblemKinds, Refused } from './problem.ts';

/** The problems that the pipeline itself answers. Routes declare further ones of their own. */
export const commonProblems = {
  malformed: {
    status: 400,
    title: 'Malformed request',
    description: 'The request cannot be read as what this route takes. `errors` names each place.',
  },
  tenant_required: {
    status: 400,
    title: 'Tenant required',
    description: 'The token may act for several tenants. Choose one by its slug in the header `Chorally-Tenant`.',
    example: { tenants: ['aurora', 'borgoverde'] },
  },
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    description: 'The request needs a valid access token of the realm: `Authorization: Bearer …`.',
  },
  no_tenant: {
    status: 403,
    title: 'No tenant',
    description: 'The token is valid, but its holder belongs to no tenant.',
  },
  not_a_member: {
    status: 403,
    title: 'Not a member',
    description: 'The holder of the token is not, or no longer, an active member of the tenant.',
  },
  missing_permission: {
    status: 403,
    title: 'Missing permission',
    description: 'The member’s roles in this tenant do not include the permission that the route needs.',
    example: { permission: 'post.write' },
  },
  not_found: {
    status: 404,
    title: 'Not found',
    description: 'There is nothing under this address, or nothing that this tenant may see.',
  },
  unknown_tenant: {
    status: 404,
    title: 'Unknown tenant',
    description: 'The token does not speak for the tenant that the header `Chorally-Tenant` names.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    description: 'The address exists, but not for this method. `Allow` lists those it takes.',
  },
  idempotency_in_flight: {
    status: 409,
    title: 'Still at work',
    description: 'The first request with this `Idempotency-Key` has not been answered yet. Repeat after `Retry-After`.',
  },
  stale_version: {
    status: 412,
    title: 'Stale version',
    description: 'Somebody else changed it since it was read. Read it again and send its new `ETag` in `If-Match`.',
    example: { currentVersion: 4 },
  },
  too_large: {
    status: 413,
    title: 'Body too large',
    description: 'The body is larger than this route takes.',
    example: { limitBytes: 1_048_576 },
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    description: 'The body must have the content type that the route declares, unencoded.',
  },
  invalid: {
    status: 422,
    title: 'Invalid content',
    description:
      'The request can be read, but what it says cannot be. `errors` names each field, rule, limit and value.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency key reused',
    description: 'The `Idempotency-Key` was used before with another body. Use a new key for another request.',
  },
  version_required: {
    status: 428,
    title: 'Version required',
    description: 'An edit must say which version it changes: send the `ETag` that was read in `If-Match`.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    description: 'The user or the tenant has sent more requests than its share. Repeat after `Retry-After`.',
  },
  too_many_streams: {
    status: 429,
    title: 'Too many streams',
    description: 'The user has as many streams open as one may have. Close one, or use one of them for more.',
    example: { limit: 10 },
  },
  internal: {
    status: 500,
    title: 'Internal error',
    description: 'Something broke on our side. The request id helps us to find out what.',
  },
  unavailable: {
    status: 503,
    title: 'Temporarily unavailable',
    description: 'A part that the request needs is down; `part` names it. Repeating after `Retry-After` is safe.',
    example: { part: 'database' },
  },
  command_unavailable: {
    status: 503,
    title: 'Command not answered in time',
    description:
      'The process did not answer within ten seconds. The command may still take effect; repeating it with the same `Idempotency-Key` is safe.',
  },
} as const satisfies ProblemKinds;

export type CommonProblem = keyof typeof commonProblems;

/** A problem that the pipeline itself answers. */
export function refuseCommon(code: CommonProblem, details: ProblemDetails = {}): Refused {
  const kind: ProblemKind = commonProblems[code];
  return new Refused(code, kind, details);
}

/** The parts that a request may find down. */
export type Part = 'database' | 'temporal' | 'keycloak';

export function unavailable(part: Part): Refused {
  return refuseCommon('unavailable', {
    detail: `${part} cannot be reached at the moment.`,
    extensions: { part },
    headers: { 'retry-after': '2' },
  });
}

import { standingOf } from '../kernel/grants.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { TokenTrouble } from '../kernel/tokens.ts';
import type { World } from '../kernel/world.ts';
import { accessDenied, gatewayError, noToken, tokenRefused, tooManyRequests, unknownToken } from './errors.ts';
import { linkedinScopes, organizationUrn, reachOf } from './seeds.ts';

/** Who speaks: the grant whose token was sent. */
export interface Grant {
  readonly id: string;
  readonly scopes: readonly string[];
}

type Handle = (call: Call, grant: Grant) => Answer | Promise<Answer>;

/** An operation under `/rest`: its handler runs once LinkedIn's gateway has let the request through. */
export function rest(world: World, operation: Omit<Operation, 'handle'> & { readonly handle: Handle }): Operation {
  return {
    ...operation,
    handle: (call) => {
      requireVersion(call);
      requireProtocol(call);
      return operation.handle(call, authenticate(world, call));
    },
  };
}

/** Whose token it is; refuses what LinkedIn would refuse. */
export function authenticate(world: World, call: Call): Grant {
  const token = /^Bearer (.+)$/i.exec(call.headers.authorization ?? '')?.[1];
  if (token === undefined) throw noToken();
  const { trouble, ...grant } = seededGrant(world, token) ?? livingGrant(world, token);
  const lost = trouble === 'role_lost' || trouble === 'permission_missing';
  const needed = scopeOf(call);
  if (lost || (needed !== null && !grant.scopes.includes(needed))) throw accessDenied(`${call.method} ${call.path}`);
  if (trouble !== null) throw tokenRefused(trouble);
  countCall(world, grant.id);
  return grant;
}

type Presented = Grant & { readonly trouble: TokenTrouble | null };

function seededGrant(world: World, token: string): Presented | null {
  const known = world.tokens.find(token);
  // A refresh token opens nothing but the token endpoint.
  if (known === null || token.startsWith('AQW')) return null;
  return { id: known.id, scopes: linkedinScopes, trouble: world.tokens.trouble(known) };
}

function livingGrant(world: World, token: string): Presented {
  const { state, grant } = standingOf(world, token);
  if (state === 'unknown' || state === 'reused' || grant === null) throw unknownToken();
  return { id: grant.personId, scopes: grant.scopes, trouble: state === 'honoured' ? null : state };
}

/** The permission that a call needs; `null`: the token alone will do. */
function scopeOf({ method, path }: Call): string | null {
  if (path === '/v2/me') return 'r_basicprofile';
  if (path.startsWith('/rest/organization')) return 'rw_organization_admin';
  if (!path.startsWith('/rest/')) return null;
  return method === 'GET' ? 'r_organization_social' : 'w_organization_social';
}

/** Lets only those through who administer the organisation. */
export function actFor(call: Call, grant: Grant, urn: string): void {
  const reached = reachOf(grant.id).some(({ externalId }) => organizationUrn(externalId) === urn);
  if (!reached) throw accessDenied(`${call.method} ${call.path}`);
}

interface DayCount {
  readonly day: string;
  readonly calls: number;
}

function countCall(world: World, grantId: string): void {
  const limit = world.settings.current().dailyCallLimit;
  if (limit === null) return;
  const counts = world.store.collection<DayCount>('linkedin-calls');
  const day = new Date().toISOString().slice(0, 10);
  const before = counts.get(grantId);
  const calls = (before?.day === day ? before.calls : 0) + 1;
  counts.put(grantId, { day, calls });
  if (calls > limit) throw tooManyRequests();
}

const versionLifetimeMonths = 12;

function requireVersion({ headers }: Call): void {
  const version = headers['linkedin-version'];
  if (typeof version !== 'string' || version === '') {
    throw gatewayError(
      400,
      'VERSION_MISSING',
      'A version must be present. Please specify a version by adding the LinkedIn-Version header.',
    );
  }
  const [, year, month, revision = '01'] = /^(\d{4})(0[1-9]|1[0-2])(?:\.?(\d{2}))?$/.exec(version) ?? [];
  if (year === undefined || month === undefined) {
    throw gatewayError(400, 'VERSION_INVALID', `Version ${version} is not in a valid format. Use YYYYMM.`);
  }
  const now = new Date();
  const ageMonths = (now.getUTCFullYear() - Number(year)) * 12 + now.getUTCMonth() + 1 - Number(month);
  if (ageMonths < 0 || ageMonths > versionLifetimeMonths) {
    throw gatewayError(426, 'NONEXISTENT_VERSION', `Requested version ${year}${month}${revision} is not active`);
  }
}

function requireProtocol({ headers }: Call): void {
  if (headers['x-restli-protocol-version'] === '2.0.0') return;
  throw gatewayError(400, 'ILLEGAL_ARGUMENT', 'The X-Restli-Protocol-Version header must be 2.0.0 for this resource');
}

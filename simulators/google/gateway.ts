import { grantsOf, type LivingGrant, standingOf } from '../kernel/grants.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { type Api, refused, scopeInsufficient, unauthenticated } from './errors.ts';
import { everyScope } from './scopes.ts';
import { googleTokens } from './seeds.ts';

/** Who speaks, and what they may do. */
export interface Caller {
  readonly personId: string;
  readonly scopes: readonly string[];
  /** The person has lost every role that somebody else had given them. */
  readonly withoutRoles: boolean;
}

type Handle = (call: Call, caller: Caller) => Answer | Promise<Answer>;

/** An operation of one of the APIs, for those who were granted one of `scopes`. */
export function guarded(
  world: World,
  api: Api,
  scopes: readonly string[],
  operation: Omit<Operation, 'handle'> & { readonly handle: Handle },
): Operation {
  return {
    ...operation,
    handle: (call) => {
      const caller = callerOf(world, bearer(call));
      if (caller === null) throw refused(unauthenticated(api));
      if (!scopes.some((scope) => caller.scopes.includes(scope))) throw refused(scopeInsufficient(api));
      return operation.handle(call, caller);
    },
  };
}

/** Whoever an access token stands for; `null` if Google does not honour it. */
export function callerOf(world: World, token: string | null): Caller | null {
  if (token === null) return null;
  const seeded = googleTokens.find(({ accessToken }) => accessToken === token);
  const standing = seeded === undefined ? standingOf(world, token) : standingOfSeed(world, seeded.id);
  if (standing.state === 'role_lost' && standing.grant !== null)
    return { ...callerFor(standing.grant), withoutRoles: true };
  if (standing.state === 'permission_missing' && standing.grant !== null) {
    return { ...callerFor(standing.grant), scopes: [] };
  }
  return standing.state === 'honoured' ? callerFor(standing.grant) : null;
}

/** The token that a request carries, in its header or as Google's oldest clients send it. */
export function bearer({ headers, query }: Call): string | null {
  const inHeader = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  const inQuery = query['access_token'];
  return inHeader ?? (typeof inQuery === 'string' ? inQuery : null);
}

/** All permissions that a person has given an app, and not taken back. */
export function grantedBefore(world: World, personId: string, clientId: string): readonly string[] {
  const grants = grantsOf(world, personId).filter((grant) => grant.clientId === clientId);
  return [...new Set(grants.flatMap(({ scopes }) => scopes))];
}

const callerFor = ({ personId, scopes }: Pick<LivingGrant, 'personId' | 'scopes'>): Caller => ({
  personId,
  scopes,
  withoutRoles: false,
});

function standingOfSeed(world: World, personId: string) {
  const grant = { personId, scopes: everyScope };
  const trouble = world.tokens.trouble({ id: personId, issuedAt: 0, expiresAt: null });
  return { state: trouble ?? 'honoured', grant } as const;
}

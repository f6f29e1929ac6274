import { type LivingGrant, standingOf } from '../kernel/grants.ts';
import type { Call } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { graphRefused } from './errors.ts';
import { mailUsers, type SeedMailUser } from './seeds.ts';

export interface Caller {
  readonly user: SeedMailUser;
  readonly grant: LivingGrant;
}

/** Who speaks, and that they may; refuses what Graph would refuse. */
export function callerOf(world: World, { headers }: Call, permission: string): Caller {
  const token = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) throw graphRefused(401, 'InvalidAuthenticationToken', 'Access token is empty.');
  const { state, grant } = standingOf(world, token);
  const user = mailUsers.find(({ id }) => id === grant?.personId);
  if (state === 'expired') {
    throw graphRefused(401, 'InvalidAuthenticationToken', 'Lifetime validation failed, the token is expired.');
  }
  if (state === 'permission_missing' || state === 'role_lost') throw accessDenied();
  if (state !== 'honoured' || user === undefined) {
    throw graphRefused(401, 'InvalidAuthenticationToken', 'Access token validation failure.');
  }
  if (!grant.scopes.includes(permission)) throw accessDenied();
  return { user, grant };
}

const accessDenied = () => graphRefused(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');

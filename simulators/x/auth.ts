import { standingOf } from '../kernel/grants.ts';
import type { Call } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { forbidden, unauthorized, unsupportedAuthentication } from './errors.ts';
import { type XAccount, xAccount, xScopes } from './seeds.ts';

/** The account on whose behalf the app calls; refuses what X would refuse. */
export function accountOf(world: World, call: Call, needed: readonly string[]): XAccount {
  const token = bearer(call);
  if (token === seedApp.x.appToken) {
    throw unsupportedAuthentication('OAuth 2.0 Application-Only', 'OAuth 1.0a User Context, OAuth 2.0 User Context');
  }
  const { accountId, scopes } = grantOf(world, token);
  if (!needed.every((scope) => scopes.has(scope))) throw forbidden();
  const account = xAccount(accountId);
  if (account === null) throw unauthorized();
  return account;
}

/** Lets only the app itself through. */
export function actAsApp(call: Call): void {
  const token = bearer(call);
  if (token === seedApp.x.appToken) return;
  if (token === null) throw unauthorized();
  throw unsupportedAuthentication('OAuth 2.0 User Context', 'OAuth 2.0 Application-Only');
}

const bearer = ({ headers }: Call): string | null => /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? null;

function grantOf(world: World, token: string | null): { accountId: string; scopes: ReadonlySet<string> } {
  if (token === null) throw unauthorized();
  const seeded = world.tokens.find(token);
  const standing = standingOf(world, token);
  const trouble = seeded === null ? standing.state : (world.tokens.trouble(seeded) ?? 'honoured');
  if (trouble === 'permission_missing' || trouble === 'role_lost') throw forbidden();
  if (trouble !== 'honoured') throw unauthorized();
  if (seeded !== null) return { accountId: seeded.id, scopes: xScopes };
  if (standing.state !== 'honoured') throw unauthorized();
  return { accountId: standing.grant.personId, scopes: new Set(standing.grant.scopes) };
}

import { lifeOf, standingOf } from '../kernel/grants.ts';
import type { Answer, Call } from '../kernel/operation.ts';
import type { TokenTrouble } from '../kernel/tokens.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { required, verifyApp } from './oauth-answers.ts';
import { linkedinScopes } from './seeds.ts';

/** What a token is worth, for the app that it was given to. */
export function introspect(world: World, call: Call): Answer {
  verifyApp(call);
  const known = seeded(world, required(call, 'token')) ?? living(world, required(call, 'token'));
  if (known === null) return { status: 200, body: { active: false } };
  const { trouble, issuedAt, expiresAt, scopes } = known;
  const expired = trouble === 'expired' || (expiresAt !== null && expiresAt <= Date.now());
  const gone = trouble === 'revoked' || trouble === 'password_changed';
  const status = gone ? 'revoked' : expired ? 'expired' : 'active';
  const seconds = (instant: number): number => Math.floor(instant / 1000);
  const body = {
    active: status === 'active',
    status,
    scope: scopes.join(','),
    client_id: seedApp.linkedin.clientId,
    auth_type: '3L',
    created_at: seconds(issuedAt),
    authorized_at: seconds(issuedAt),
    expires_at: seconds(expiresAt ?? Date.now() + neverMs),
  };
  return { status: 200, body };
}

/** How far away the end of the seed's tokens, which have none, is said to be. */
const neverMs = 60 * 86_400_000;

interface Known {
  readonly trouble: TokenTrouble | null;
  readonly issuedAt: number;
  readonly expiresAt: number | null;
  readonly scopes: readonly string[];
}

function seeded(world: World, token: string): Known | null {
  const known = world.tokens.find(token);
  return known === null ? null : { ...known, trouble: world.tokens.trouble(known), scopes: linkedinScopes };
}

function living(world: World, token: string): Known | null {
  const { state, grant } = standingOf(world, token);
  const life = lifeOf(world, token);
  if (grant === null || life === null || state === 'unknown' || state === 'reused') return null;
  return { ...life, trouble: state === 'honoured' ? null : state, scopes: grant.scopes };
}

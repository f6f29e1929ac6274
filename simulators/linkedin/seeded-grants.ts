import { randomBytes } from 'node:crypto';
import type { Answer } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { oauthRefusal, tokenAnswer } from './oauth-answers.ts';
import { linkedinScopes } from './seeds.ts';

/**
 * A new access token for a fixed refresh token, which stays good for the whole of its time: with these a development
 * system is connected without a consent.
 */
export function refreshSeeded(
  world: World,
  { id, refreshToken }: { readonly id: string; readonly refreshToken: string },
  { accessMs, refreshMs }: { readonly accessMs: number; readonly refreshMs: number },
): Answer {
  const { trouble } = world.tokens.list().find((state) => state.id === id) ?? { trouble: null };
  if (trouble === 'revoked' || trouble === 'password_changed') {
    throw oauthRefusal(
      400,
      'invalid_grant',
      'The provided authorization grant or refresh token is invalid, expired or revoked.',
    );
  }
  const accessToken = `AQX-dev-issued-${randomBytes(24).toString('base64url')}`;
  world.tokens.issue(id, accessToken, Date.now() + accessMs);
  return tokenAnswer({ accessToken, refreshToken, accessMs, refreshMs, grant: { scopes: linkedinScopes } });
}

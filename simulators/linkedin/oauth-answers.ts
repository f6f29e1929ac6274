import type { TokenPair } from '../kernel/grants.ts';
import { type Answer, type Call, Refused } from '../kernel/operation.ts';
import { seedApp } from '../seed.ts';

/** A refusal of the token endpoint, which speaks OAuth. */
export const oauthRefusal = (status: number, error: string, description: string): Refused =>
  new Refused({ status, body: { error, error_description: description } });

/** A field of the form that was sent; `null` if it is missing or empty. */
export function form({ body }: Call, name: string): string | null {
  const sent = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof sent === 'string' && sent !== '' ? sent : null;
}

export function required(call: Call, name: string): string {
  const sent = form(call, name);
  if (sent !== null) return sent;
  throw oauthRefusal(400, 'invalid_request', `A required parameter "${name}" is missing`);
}

/** LinkedIn takes the app's secret in the form. */
export function verifyApp(call: Call): void {
  const { clientId, clientSecret } = seedApp.linkedin;
  if (form(call, 'client_id') === clientId && form(call, 'client_secret') === clientSecret) return;
  throw oauthRefusal(401, 'invalid_client', 'Client authentication failed');
}

/** New tokens; the permissions are separated by commas here. */
export function tokenAnswer(
  pair: Pick<TokenPair, 'accessToken' | 'refreshToken' | 'accessMs' | 'refreshMs'> & {
    readonly grant: Pick<TokenPair['grant'], 'scopes'>;
  },
): Answer {
  const refresh =
    pair.refreshToken === null || pair.refreshMs === null
      ? {}
      : { refresh_token: pair.refreshToken, refresh_token_expires_in: Math.floor(pair.refreshMs / 1000) };
  const body = {
    access_token: pair.accessToken,
    expires_in: Math.floor(pair.accessMs / 1000),
    ...refresh,
    scope: pair.grant.scopes.join(','),
    token_type: 'Bearer',
  };
  return { status: 200, body, effect: true };
}

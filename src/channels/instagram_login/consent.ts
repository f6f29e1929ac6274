import { z } from 'zod';
import { askedScopes } from '../../domain/grant-scopes.ts';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { AuthorizationRequest, CodeExchange, Grant, HeldGrant } from '../connector.ts';
import type { HttpAnswer, HttpRequest } from '../http.ts';
import { appCredentials, codeParameters, consentQuery } from '../oauth.ts';
import type { InstagramLoginDependencies } from './connector.ts';
import { loginError } from './errors.ts';

/** The URL of Instagram's own consent page. */
export function consentUrl(
  { http, app }: Pick<InstagramLoginDependencies, 'http' | 'app'>,
  request: AuthorizationRequest,
): string {
  const url = http.webUrl('instagram_login', '/oauth/authorize');
  url.search = new URLSearchParams({
    ...consentQuery(appCredentials('instagram', app), askedScopes('instagram', 'instagram_login'), request, {
      between: ',',
    }),
    // The account that is meant may not be the one that this browser is at.
    force_authentication: '1',
  }).toString();
  return url.href;
}

/** Instagram documents a list, joined with commas, and has been seen to send an array. */
const permissions = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(','))])
  .transform((names) => names.map((name) => name.trim()).filter((name) => name !== ''));
const shortToken = z.object({ access_token: z.string().min(1), permissions: permissions.nullish() });
const shortAnswer = z.union([
  z.object({ data: z.tuple([shortToken]) }).transform(({ data: [token] }) => token),
  shortToken,
]);
const longAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number() });

/** Exchanges a code for an hour's token, and that at once for one of 60 days. */
export async function exchangeForLongLived(
  dependencies: InstagramLoginDependencies,
  request: CodeExchange,
  options: CallOptions = {},
): Promise<Grant> {
  const app = appCredentials('instagram', dependencies.app);
  const form = { ...app, ...codeParameters(request) };
  const short = understood(
    shortAnswer,
    await send(dependencies, {
      method: 'POST',
      target: { base: 'token', path: '/oauth/access_token' },
      body: { form },
      // A code can be used once.
      repeat: 'never',
      signal: options.signal,
    }),
  );
  const exchange = { grant_type: 'ig_exchange_token', client_secret: app.client_secret };
  const query = { ...exchange, access_token: short.access_token };
  return { ...(await longLived(dependencies, '/access_token', query, options)), scopes: short.permissions ?? null };
}

/**
 * Lets a token live for another 60 days. It must be a day old and not have lapsed; there is no refresh token, the token
 * is renewed by itself, as often as one likes.
 */
export async function renewLongLived(
  dependencies: InstagramLoginDependencies,
  { accessToken, scopes }: HeldGrant,
  options: CallOptions = {},
): Promise<Grant> {
  const query = { grant_type: 'ig_refresh_token', access_token: accessToken };
  return { ...(await longLived(dependencies, '/refresh_access_token', query, options)), scopes };
}

async function longLived(
  dependencies: InstagramLoginDependencies,
  path: '/access_token' | '/refresh_access_token',
  query: Readonly<Record<string, string>>,
  { signal }: CallOptions,
): Promise<Omit<Grant, 'scopes'>> {
  const asked = { method: 'GET', target: { base: 'api', path }, query, repeat: 'harmless', signal } as const;
  const { access_token: accessToken, expires_in: seconds } = understood(longAnswer, await send(dependencies, asked));
  const expiresAt = dependencies.clock() + seconds * 1_000;
  return { accessToken, refreshToken: null, expiresAt, consentExpiresAt: null };
}

async function send(
  { http, clock }: InstagramLoginDependencies,
  request: Omit<HttpRequest, 'network'>,
): Promise<HttpAnswer> {
  const answer = await http.send({ ...request, network: 'instagram_login' });
  if (answer.status >= 200 && answer.status <= 299) return answer;
  throw loginError(answer, request.repeat, clock());
}

function understood<T>(schema: z.ZodType<T>, answer: HttpAnswer): T {
  const result = schema.safeParse(answer.json);
  if (result.success) return result.data;
  throw new ChannelError('instagram answered in a form that nobody has taught us.', {
    class: 'unknown',
    mayHaveActed: true,
    provider: { status: answer.status, code: null, message: null },
  });
}

import { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { HeldGrant } from '../connector.ts';
import { appCredentials } from '../oauth.ts';
import { scopeList } from './consent.ts';
import { type LinkedinDependencies, linkedinRest, understood } from './rest.ts';

const introspection = z.object({
  active: z.boolean(),
  status: z.string().optional(),
  scope: z.string().optional(),
});

/**
 * The permissions that a token has now, as LinkedIn tells the app that the token was given to; `null` without a
 * configured app, since tokens work without one.
 */
export async function introspectedScopes(
  dependencies: LinkedinDependencies,
  { accessToken }: Pick<HeldGrant, 'accessToken'>,
  options: CallOptions = {},
): Promise<readonly string[] | null> {
  if (dependencies.app.id === null || dependencies.app.secret === null) return null;
  const answer = await sendToken(dependencies, '/oauth/v2/introspectToken', accessToken, options);
  const { active, status, scope } = understood(introspection, answer);
  if (active) return scopeList(scope);
  throw new ChannelError('linkedin does not honour the token any more.', {
    class: 'refresh_token',
    mayHaveActed: false,
    grantProblem: 'gone',
    provider: { status: answer.status, code: status ?? 'inactive', message: null },
  });
}

/**
 * Gives both tokens back, the refresh token first, since it would live on. LinkedIn's own reference does not name this
 * endpoint; that it works is what others report, so a refusal is to be expected.
 */
export async function giveBack(
  dependencies: LinkedinDependencies,
  { accessToken, refreshToken }: Pick<HeldGrant, 'accessToken' | 'refreshToken'>,
  options: CallOptions = {},
): Promise<void> {
  for (const token of [refreshToken, accessToken]) {
    if (token === null) continue;
    try {
      await sendToken(dependencies, '/oauth/v2/revoke', token, options);
    } catch (error) {
      if (!(error instanceof ChannelError && error.grantProblem === 'gone')) throw error;
    }
  }
}

function sendToken(dependencies: LinkedinDependencies, path: string, token: string, options: CallOptions) {
  return linkedinRest(dependencies)({
    method: 'POST',
    target: { base: 'web', path },
    body: { form: { ...appCredentials('linkedin', dependencies.app), token } },
    accessToken: null,
    repeat: 'harmless',
    signal: options.signal,
  });
}

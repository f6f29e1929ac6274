import type { Router } from 'express';
import { consentRoutes } from '../kernel/consent-routes.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { xAccounts, xScopes } from './seeds.ts';

/**
 * X's page for "Authorize App". It takes no request without a code challenge, shows all permissions and lets nobody
 * untick any.
 */
export function consent(world: World): Router {
  return consentRoutes(world, '/i/oauth2/authorize', (parameter) => {
    const [redirectUri, codeChallenge] = [parameter('redirect_uri'), parameter('code_challenge')];
    const scopes = parameter('scope')?.split(' ') ?? [];
    const wellFormed =
      parameter('response_type') === 'code' &&
      parameter('client_id') === seedApp.x.clientId &&
      // X insists on a state.
      parameter('state') !== null &&
      parameter('code_challenge_method') === 'S256' &&
      scopes.length > 0 &&
      scopes.every((scope) => xScopes.has(scope));
    if (!wellFormed || codeChallenge === null || redirectUri === null || !URL.canParse(redirectUri)) {
      return { trouble: 'You weren’t able to give access to the App. Go back and try logging in again.' };
    }
    return {
      title: 'Chorally development wants to access your X account',
      people: xAccounts.map(({ externalId, name, username, company }) => ({
        id: externalId,
        name: `${name} (@${username})`,
        company,
      })),
      scopes,
      fixed: scopes,
      clientId: seedApp.x.clientId,
      redirectUri,
      state: parameter('state'),
      codeChallenge,
      denial: { error: 'access_denied' },
    };
  });
}

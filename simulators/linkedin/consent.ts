import type { Router } from 'express';
import { consentRoutes } from '../kernel/consent-routes.ts';
import type { World } from '../kernel/world.ts';
import { seedApp, seedTenants } from '../seed.ts';
import { linkedinScopes } from './seeds.ts';

/**
 * LinkedIn's consent page. It shows the permissions and lets nobody untick any; if the app may not ask for one of them,
 * it asks nobody and sends everybody back.
 */
export function consent(world: World): Router {
  return consentRoutes(world, '/oauth/v2/authorization', (parameter) => {
    const [redirectUri, state] = [parameter('redirect_uri'), parameter('state')];
    if (parameter('client_id') !== seedApp.linkedin.clientId) {
      return { trouble: 'The passed in client_id is invalid.' };
    }
    if (parameter('response_type') !== 'code' || redirectUri === null || !URL.canParse(redirectUri)) {
      return { trouble: 'The redirect_uri does not match the registered value.' };
    }
    const scopes = parameter('scope')?.split(/[ ,]/) ?? [];
    const unknown = scopes.find((scope) => !linkedinScopes.some((allowed) => allowed === scope));
    if (scopes.length === 0 || unknown !== undefined) {
      return { back: redirectUri, state, answer: unauthorizedScope(unknown ?? '') };
    }
    return {
      title: 'Chorally development would like to act for your pages',
      people: seedTenants.map(({ name, linkedinPerson }) => ({
        id: linkedinPerson.externalId,
        name: linkedinPerson.name,
        company: name,
      })),
      scopes,
      fixed: scopes,
      clientId: seedApp.linkedin.clientId,
      redirectUri,
      state,
      codeChallenge: null,
      denial: {
        error: 'user_cancelled_authorize',
        error_description: 'The user cancelled the authorization',
      },
    };
  });
}

const unauthorizedScope = (scope: string) => ({
  error: 'unauthorized_scope_error',
  error_description: `Scope &quot;${scope}&quot; is not authorized for your application`,
});

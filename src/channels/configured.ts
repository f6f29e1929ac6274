import { familyOf, type GrantKind } from '../domain/grant.ts';
import type { Network } from '../domain/network.ts';
import type { OauthApp } from './oauth-app.ts';
import type { Apps } from './registry.ts';

/** Whether everything is configured that a network has to know us by before a company can connect it in this way. */
export function isConfigured(apps: Apps, network: Network, kind: GrantKind): boolean {
  switch (kind) {
    case 'bot_token':
    case 'api_key':
    case 'service_account':
      // The company's own keys: no app of ours takes part.
      return true;
    case 'embedded_signup':
      return isComplete(apps.meta) && apps.meta.whatsappConfigId !== null;
    case 'facebook_login':
      return isComplete(apps.meta);
    case 'instagram_login':
      return isComplete(apps.instagram);
    case 'oauth':
      return isComplete(appOf(apps, network));
  }
}

function appOf(apps: Apps, network: Network): OauthApp | null {
  switch (familyOf(network, 'oauth')) {
    case 'linkedin':
      return apps.linkedin;
    case 'x':
      return apps.x;
    case 'google':
      return apps.google;
    case 'microsoft':
      return apps.microsoft;
    default:
      return null;
  }
}

function isComplete(app: OauthApp | null): boolean {
  return app !== null && app.id !== null && app.secret !== null;
}

import type { ConsentConnector, CredentialConnector } from '../connector.ts';
import { googleConsent } from '../google/connector.ts';
import { type GoogleDependencies, googleRest } from '../google/rest.ts';
import { grantedApps, probeApp } from './apps.ts';
import { admitKey, profileOfKey } from './key-file.ts';
import { keyedRest, keyTokens } from './key-tokens.ts';

/** Apps on Google Play, granted by a person who may see their reviews. */
export function googlePlayConnector(dependencies: GoogleDependencies): ConsentConnector {
  const rest = googleRest('google_play', dependencies);
  return {
    ...googleConsent('google_play', dependencies),
    listPages: (grant, named, options) => grantedApps(rest, grant.accessToken, named, options),
    probe: (page, options) => probeApp(rest, page, options),
    watch: null,
  };
}

/**
 * Apps on Google Play, granted to a service account. The grant's token is the account's key, out of which tokens are
 * made when they are needed.
 */
export function googlePlayKeyConnector(dependencies: GoogleDependencies): CredentialConnector {
  const tokens = keyTokens(dependencies);
  const rest = keyedRest(googleRest('google_play', dependencies), tokens);
  return {
    network: 'google_play',
    kind: 'service_account',
    way: 'credentials',
    admit: (credentials, options) => admitKey(tokens, credentials, options),
    adminProfile: async (grant) => profileOfKey(grant.accessToken),
    listPages: (grant, named, options) => grantedApps(rest, grant.accessToken, named, options),
    probe: (page, options) => probeApp(rest, page, options),
    // What a service account may do stands in the Play Console, where no API reads it.
    grantedScopes: async () => null,
    refresh: null,
    // A key is deleted in the company's own Google Cloud, for which we have no permission.
    revoke: null,
    watch: null,
  };
}

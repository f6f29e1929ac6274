import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { CredentialConnector, Grant, GrantedPage } from '../connector.ts';
import { type AppStoreApi, appStoreApi, type AppStoreDependencies, type AppStoreRead } from './api.ts';
import { asGrantText, keyFrom, keyOfGrant } from './key.ts';

/** Apps in the App Store, connected by a key of App Store Connect. */
export function appStoreConnector(dependencies: AppStoreDependencies): CredentialConnector {
  const api = appStoreApi(dependencies);
  return {
    network: 'app_store',
    kind: 'api_key',
    way: 'credentials',
    async admit(credentials, options) {
      const accessToken = asGrantText(keyFrom(credentials));
      await api({ ...firstApps, accessToken, query: { limit: '1' } }, options);
      return { accessToken, refreshToken: null, expiresAt: null, consentExpiresAt: null, scopes: null };
    },
    // Apple tells nobody whose key it is.
    adminProfile: async ({ accessToken }) => {
      const { issuerId, keyId } = keyOfGrant(accessToken);
      return { externalId: `${issuerId}/${keyId}`, name: `App Store Connect ${keyId}`, pictureUrl: null };
    },
    listPages: (grant, _named, options) => appsOf(api, grant, options),
    async probe(page, options) {
      const { data } = await api(
        {
          target: { base: 'api', path: `/v1/apps/${encodeURIComponent(page.externalId)}` },
          query: appFields,
          accessToken: page.accessToken,
          answer: z.object({ data: app }),
        },
        options,
      );
      return { name: data.attributes.name, pictureUrl: null };
    },
    grantedScopes: async () => null,
    // A key is good until somebody revokes it in App Store Connect, which has no API for that.
    refresh: null,
    revoke: null,
    watch: null,
  };
}

const app = z.object({ id: z.string(), attributes: z.object({ name: z.string(), bundleId: z.string() }) });
const appList = z.object({ data: z.array(app), links: z.object({ next: z.string().optional() }) });
const appFields = { 'fields[apps]': 'name,bundleId' } as const;

const firstApps: Omit<AppStoreRead<z.infer<typeof appList>>, 'accessToken'> = {
  target: { base: 'api', path: '/v1/apps' },
  query: { ...appFields, limit: '200' },
  answer: appList,
};

/** An account has a few apps; a list that never ends is a mistake of the network. */
const maxPages = 50;

async function appsOf(
  api: AppStoreApi,
  { accessToken }: Grant,
  options?: CallOptions,
): Promise<readonly GrantedPage[]> {
  const found: GrantedPage[] = [];
  let read: AppStoreRead<z.infer<typeof appList>> = { ...firstApps, accessToken };
  for (let page = 0; page < maxPages; page += 1) {
    const { data, links } = await api(read, options);
    for (const { id, attributes } of data) {
      const details = { bundleId: attributes.bundleId };
      found.push({
        externalId: id,
        name: attributes.name,
        pictureUrl: null,
        accessToken: null,
        details,
        refusal: null,
      });
    }
    if (links.next === undefined) break;
    read = { target: { url: links.next }, accessToken, answer: appList };
  }
  return found;
}

import { type Graph, graphApi, type MetaDependencies } from '../meta/graph.ts';

/** The Graph API as Instagram's own login sees it. It takes no proofs: the app there has another id and secret. */
export function instagramLoginGraph({
  http,
  clock,
  graphVersion,
}: Pick<MetaDependencies, 'http' | 'clock'> & { readonly graphVersion: string }): Graph {
  const app = { id: null, secret: null, graphVersion, whatsappConfigId: null };
  return graphApi('instagram_login', { http, clock, app });
}

import { graph } from '../../../simulators/graph/network.ts';
import type { Settings } from '../../../simulators/kernel/settings.ts';
import { seedTenants } from '../../../simulators/seed.ts';
import { type Json, type Reply, send, type Sent } from './http.ts';
import { startSimulated } from './simulator.ts';

const [aurora, lariana] = seedTenants;
export const pageOf = { aurora: aurora.facebook[0], lariana: lariana.facebook[0] };
export const instagramOf = { aurora: aurora.instagram[0], lariana: lariana.instagram[0] };
export const personOf = { aurora: aurora.metaPerson };

/** A Graph API and the ways to speak to it, as the page and the Instagram account of the first tenant. */
export async function graphAs(settings: Partial<Settings> = {}) {
  const simulator = await startSimulated(graph, settings);
  const call = (path: string, sent: Sent = {}, token = pageOf.aurora.accessToken): Promise<Reply> =>
    send(`${simulator.url}/v26.0${path}`, { ...sent, headers: { authorization: `Bearer ${token}`, ...sent.headers } });
  const control = (path: string, sent: Sent = {}): Promise<Reply> => send(`${simulator.control}${path}`, sent);
  const page = `/${pageOf.aurora.externalId}`;
  const account = `/${instagramOf.aurora.externalId}`;
  const asAccount = (path: string, sent: Sent = {}): Promise<Reply> => call(path, sent, instagramOf.aurora.accessToken);
  return {
    simulator,
    call,
    control,
    page,
    account,
    asAccount,
    post: (form: Record<string, string>) => call(`${page}/feed`, { form }),
    published: async (): Promise<Json> => (await control('/published')).body,
  };
}

/** The code and subcode of a refusal, with its status. */
export const refusal = ({ status, body }: Reply) => {
  const { code, error_subcode: subcode } = body['error'] ?? ({} as Json);
  return { status, code, ...(subcode === undefined ? {} : { subcode }) };
};

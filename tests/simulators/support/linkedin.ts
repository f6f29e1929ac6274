import { linkedin } from '../../../simulators/linkedin/network.ts';
import type { Settings } from '../../../simulators/kernel/settings.ts';
import { seedTenants } from '../../../simulators/seed.ts';
import { type Json, type Reply, send, type Sent } from './http.ts';
import { startSimulated } from './simulator.ts';

const [aurora, lariana] = seedTenants;
export const organizationOf = { aurora: aurora.linkedin[0], lariana: lariana.linkedin[0] };
export const author = `urn:li:organization:${organizationOf.aurora.externalId}`;
export const memberOf = { aurora: aurora.linkedinPerson };

const thisMonth = new Date().toISOString().slice(0, 7).replace('-', '');

/** A LinkedIn and the ways to speak to it as the organisation of the first tenant. */
export async function linkedinAs(settings: Partial<Settings> = {}) {
  const simulator = await startSimulated(linkedin, settings);
  const call = (path: string, sent: Sent = {}, token = organizationOf.aurora.accessToken): Promise<Reply> =>
    send(path.startsWith('http') ? path : simulator.url + path, {
      ...sent,
      headers: {
        authorization: `Bearer ${token}`,
        'linkedin-version': thisMonth,
        'x-restli-protocol-version': '2.0.0',
        ...sent.headers,
      },
    });
  const control = (path: string, sent: Sent = {}): Promise<Reply> => send(`${simulator.control}${path}`, sent);
  return {
    simulator,
    call,
    control,
    published: async (): Promise<Json> => (await control('/published')).body,
    post: (commentary: string, more: object = {}) =>
      call('/rest/posts', { json: { ...plainPost(commentary), ...more } }),
    upload: async (bytes: Uint8Array, owner = author, token = organizationOf.aurora.accessToken) => {
      const request = { initializeUploadRequest: { owner } };
      const begun = await call('/rest/images?action=initializeUpload', { json: request }, token);
      const { uploadUrl, image } = begun.body['value'] ?? ({} as Json);
      const put = await call(String(uploadUrl), { method: 'PUT', bytes }, token);
      return { begun, put, urn: String(image), uploadUrl: String(uploadUrl) };
    },
    statusOf: async (urn: string) => (await call(`/rest/images/${encodeURIComponent(urn)}`)).body['status'],
  };
}

export const plainPost = (commentary: string, by = author) => ({
  author: by,
  commentary,
  visibility: 'PUBLIC',
  distribution: { feedDistribution: 'MAIN_FEED', targetEntities: [], thirdPartyDistributionChannels: [] },
  lifecycleState: 'PUBLISHED',
  isReshareDisabledByAuthor: false,
});

/** Whichever code a refusal carries, with its status. */
export const refusal = ({ status, body }: Reply) => ({
  status,
  code: body['errorDetails']?.['inputErrors']?.[0]?.['code'] ?? body['code'] ?? body['error'],
});

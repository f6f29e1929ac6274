import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { AdminProfile, Grant } from '../connector.ts';
import type { Graph } from './graph.ts';

const person = z.object({
  id: z.string(),
  name: z.string().nullish(),
  picture: z.object({ data: z.object({ url: z.string() }) }).nullish(),
});
const permissions = z.object({ data: z.array(z.object({ permission: z.string(), status: z.string() })) });

/** Whoever consented. */
export async function personOf(
  graph: Graph,
  { accessToken }: Pick<Grant, 'accessToken'>,
  options: CallOptions = {},
): Promise<AdminProfile> {
  const { id, name, picture } = await graph.call({
    method: 'GET',
    path: '/me',
    query: { fields: 'id,name,picture.type(large)' },
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
    answer: person,
  });
  return { externalId: id, name: name ?? id, pictureUrl: picture?.data.url ?? null };
}

/** The permissions that a person really gave, and has not taken back since. */
export async function grantedPermissions(
  graph: Graph,
  accessToken: string,
  options: CallOptions = {},
): Promise<readonly string[]> {
  const { data } = await graph.call({
    method: 'GET',
    path: '/me/permissions',
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
    answer: permissions,
  });
  return data.filter(({ status }) => status === 'granted').map(({ permission }) => permission);
}

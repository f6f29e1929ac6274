import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { AdminProfile, Grant } from '../connector.ts';
import type { Graph } from '../meta/graph.ts';

const businessUser = z.object({ id: z.string(), name: z.string().nullish() });

/** Whom Embedded Signup has made to act for the app: a system user of the business, without a picture. */
export async function businessUserOf(
  graph: Graph,
  { accessToken }: Pick<Grant, 'accessToken'>,
  options: CallOptions = {},
): Promise<AdminProfile> {
  const { id, name } = await graph.call({
    method: 'GET',
    path: '/me',
    query: { fields: 'id,name' },
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
    answer: businessUser,
  });
  return { externalId: id, name: name ?? id, pictureUrl: null };
}

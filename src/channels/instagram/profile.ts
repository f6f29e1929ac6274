import { z } from 'zod';
import type { CallOptions, PageAccess } from '../channel.ts';
import type { PageProfile } from '../connector.ts';
import { type Graph, harmlessFor } from '../meta/graph.ts';

const profile = z.object({
  id: z.string(),
  username: z.string().nullish(),
  name: z.string().nullish(),
  profile_picture_url: z.string().nullish(),
});

/** Reads the account itself, which succeeds only if the token still acts for it. */
export async function profileOf(
  graph: Graph,
  page: PageAccess,
  options: CallOptions | undefined,
): Promise<PageProfile> {
  const answer = await graph.call({
    method: 'GET',
    path: `/${page.externalId}`,
    query: { fields: 'id,username,name,profile_picture_url' },
    ...harmlessFor(page, options),
    answer: profile,
  });
  return { name: answer.username ?? answer.name ?? page.externalId, pictureUrl: answer.profile_picture_url ?? null };
}

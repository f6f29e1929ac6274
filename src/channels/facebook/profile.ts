import { z } from 'zod';
import type { CallOptions, PageAccess } from '../channel.ts';
import type { PageProfile } from '../connector.ts';
import { type Graph, harmlessFor } from '../meta/graph.ts';

export const picture = z.object({ data: z.object({ url: z.string() }) });
const profile = z.object({ id: z.string(), name: z.string(), picture: picture.nullish() });

/** Reads the page itself, which succeeds only if the token still acts for it. */
export async function profileOf(
  graph: Graph,
  page: PageAccess,
  options: CallOptions | undefined,
): Promise<PageProfile> {
  const { name, picture: image } = await graph.call({
    ...harmlessFor(page, options),
    method: 'GET',
    path: `/${page.externalId}`,
    query: { fields: 'id,name,picture.type(large)' },
    answer: profile,
  });
  return { name, pictureUrl: image?.data.url ?? null };
}

import { z } from 'zod';
import type { CallOptions, PageAccess, PublishingQuota } from '../channel.ts';
import { type Graph, harmlessFor } from '../meta/graph.ts';

/**
 * How many posts the account has published through apps within the window that Instagram counts, and how many it may.
 * A carousel is one. The guide says 100 in 24 hours, older pages say 50 and 25: only the answer counts.
 */
export async function readQuota(
  graph: Graph,
  page: PageAccess,
  options: CallOptions | undefined,
): Promise<PublishingQuota | null> {
  const { data } = await graph.call({
    ...harmlessFor(page, options),
    method: 'GET',
    path: `/${page.externalId}/content_publishing_limit`,
    query: { fields: 'quota_usage,config' },
    answer: z.object({ data: z.array(usage) }),
  });
  const [first] = data;
  if (first?.config === undefined || first.config === null) return null;
  const { quota_total: total, quota_duration: seconds } = first.config;
  return { used: first.quota_usage, total, windowMs: seconds * 1_000 };
}

const usage = z.object({
  quota_usage: z.number(),
  config: z.object({ quota_total: z.number(), quota_duration: z.number() }).nullish(),
});

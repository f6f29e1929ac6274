import { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { Grant } from '../connector.ts';
import type { Graph } from './graph.ts';

/** Enough for every agency we know of; a page holds a hundred. */
const maxPages = 20;

/**
 * Every Facebook page that a grant reaches, each once: those picked in the consent dialog, then those of the person's
 * businesses, which the dialog does not always offer.
 */
export async function reachablePages<T extends { readonly id: string }>(
  graph: Graph,
  grant: Grant,
  page: { readonly fields: string; readonly item: z.ZodType<T> },
  options: CallOptions = {},
): Promise<readonly T[]> {
  const list = <U>(path: string, item: z.ZodType<U>, query: Record<string, string>) =>
    graph.list({ path, query, accessToken: grant.accessToken, signal: options.signal, item, maxPages });
  const pagesAt = (path: string, fields = page.fields) => list(path, page.item, { fields, limit: '100' });

  const found = new Map<string, T>();
  const add = (pages: readonly T[]): void => {
    for (const each of pages) if (!found.has(each.id)) found.set(each.id, each);
  };

  add(await pagesAt('/me/accounts', `${page.fields},tasks`));
  // Businesses are an addition, and need a permission of their own; what was granted directly stands without them.
  const businesses = await noneIfRefused(list('/me/businesses', z.object({ id: z.string() }), { limit: '100' }));
  for (const business of businesses) {
    add(await noneIfRefused(pagesAt(`/${business.id}/owned_pages`)));
    add(await noneIfRefused(pagesAt(`/${business.id}/client_pages`)));
  }
  return [...found.values()];
}

async function noneIfRefused<T>(list: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await list;
  } catch (error) {
    if (error instanceof ChannelError && !error.mayHaveActed && error.class !== 'retry_later') return [];
    throw error;
  }
}

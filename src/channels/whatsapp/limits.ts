import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { HeldPage } from '../connector.ts';
import { graphApi, harmlessFor, type MetaDependencies } from '../meta/graph.ts';

/** What WhatsApp allows a number and the business that it belongs to. */
export interface NumberLimits {
  /** Messages, in and out. */
  readonly perSecond: number;
  /** Different people within 24 hours, over all numbers of the portfolio; null: as many as it likes. */
  readonly tier: number | null;
  /** Whose reach it is: the business, or the account where that is not told. */
  readonly portfolioId: string;
}

const number = z.object({
  throughput: z.object({ level: z.string().nullish() }).nullish(),
  whatsapp_business_manager_messaging_limit: z.string().nullish(),
});
const account = z.object({ owner_business_info: z.object({ id: z.string().optional() }).nullish() });

export type ReadLimits = (page: HeldPage, options?: CallOptions) => Promise<NumberLimits>;

/** Asks for a number's limits. The network names only the level; `highPerSecond` is what the higher one stands for. */
export function whatsappLimits(dependencies: MetaDependencies & { readonly highPerSecond: number }): ReadLimits {
  const { highPerSecond } = dependencies;
  const graph = graphApi('whatsapp', dependencies);
  return async (page, options) => {
    const common = { method: 'GET', ...harmlessFor(page, options) } as const;
    const fields = 'throughput,whatsapp_business_manager_messaging_limit';
    const read = await graph.call({ ...common, path: `/${page.externalId}`, query: { fields }, answer: number });
    const { wabaId = page.externalId } = page.details;
    const owner = await graph.call({
      ...common,
      path: `/${wabaId}`,
      query: { fields: 'owner_business_info' },
      answer: account,
    });
    return {
      perSecond: read.throughput?.level === 'HIGH' ? highPerSecond : standardPerSecond,
      tier: tierOf(read.whatsapp_business_manager_messaging_limit ?? ''),
      portfolioId: owner.owner_business_info?.id ?? wabaId,
    };
  };
}

const standardPerSecond = 80;

const smallestTier = 250;

/** `TIER_250`, `TIER_2K`, `TIER_UNLIMITED`; the smallest for a word that nobody has taught us. */
export function tierOf(word: string): number | null {
  if (word === 'TIER_UNLIMITED') return null;
  const [, digits, thousand] = /^TIER_(\d+)(K?)$/.exec(word) ?? [];
  if (digits === undefined) return smallestTier;
  return Number(digits) * (thousand === 'K' ? 1_000 : 1);
}

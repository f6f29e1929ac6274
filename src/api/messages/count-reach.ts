import { type ReachedAuthor, reachAuthor, selectPortfolio, unreachAuthor } from '../../db/portfolio-reach.ts';
import { noteNumberLimits } from '../../db/sender-bucket.ts';
import type { NumberLimits } from '../../channels/whatsapp/limits.ts';
import type { HeldPage } from '../../channels/connector.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { AuthorId, ConnectionId, TenantId } from '../../domain/ids.ts';

/** What WhatsApp allows a number; null: it does not say so now. Never throws for what the network does. */
export type AskLimits = (page: HeldPage) => Promise<NumberLimits | null>;

/** Somebody who is written to, and from where. */
export interface Reaching {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly authorId: AuthorId;
  readonly page: HeldPage;
  readonly now: Date;
}

type InTenant = <T>(work: (trx: TenantTransaction) => Promise<T>) => Promise<T>;

/**
 * Counts somebody who has not written to us within a day as reached by the number's portfolio, before they are written
 * to, so that no campaign takes the same place. Whether there is room is for WhatsApp to say: a message by hand is not
 * held back. Null: they were counted already, or nobody knows the portfolio.
 */
export async function countReach(
  inTenant: InTenant,
  { page, ...reaching }: Reaching,
  askLimits: AskLimits,
): Promise<ReachedAuthor | null> {
  const known = await inTenant((trx) => selectPortfolio(trx, reaching));
  const told = known === null ? await askLimits(page) : null;
  const portfolioId = known ?? told?.portfolioId ?? null;
  if (portfolioId === null) return null;
  return inTenant(async (trx) => {
    if (told !== null) await noteNumberLimits(trx, reaching, told);
    return reachAuthor(trx, { ...reaching, portfolioId });
  });
}

/** Takes it back for whom WhatsApp has refused. */
export function forgetReach(inTenant: InTenant, reached: ReachedAuthor): Promise<void> {
  return inTenant((trx) => unreachAuthor(trx, reached));
}

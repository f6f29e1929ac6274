import type { Kysely } from 'kysely';
import { ChannelError } from '../channels/channel.ts';
import type { ReadHealth } from '../channels/whatsapp/health.ts';
import type { CampaignKey } from '../db/campaign-ledger.ts';
import { noteAnswer, readNumbers } from '../db/campaign-numbers.ts';
import type { Database } from '../db/schema.ts';
import { withTenant } from '../db/tenant.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { SealKey } from '../platform/sealing.ts';
import { readHeldConnection } from './held-page.ts';

export type CampaignQuestionActivities = ReturnType<typeof campaignQuestionActivities>;

export interface CampaignQuestionDependencies {
  readonly db: Kysely<Database>;
  readonly masterKeys: readonly SealKey[];
  readonly readHealth: ReadHealth;
  readonly clock: Clock;
}

const askTimeoutMs = 20_000;

/** What a stopped campaign asks WhatsApp. */
export function campaignQuestionActivities({ db, masterKeys, readHealth, clock }: CampaignQuestionDependencies) {
  return {
    /** Asks of each number that WhatsApp has stopped whether it may send again, and writes the answers down. */
    async askAfterNumbers(key: CampaignKey): Promise<void> {
      const numbers = await withTenant(db, key.tenantId, (trx) => readNumbers(trx, key));
      for (const { id, unansweredSince } of numbers) {
        if (unansweredSince === null) continue;
        const about = { ...key, connectionId: id };
        const maySend = await ask(about);
        await withTenant(db, key.tenantId, (trx) => noteAnswer(trx, about, { maySend, now: new Date(clock()) }));
      }
    },
  };

  /** Only a yes counts: without one the campaign stays where it is, and asks again. */
  async function ask(about: CampaignKey & { readonly connectionId: ConnectionId }): Promise<boolean> {
    const now = new Date(clock());
    const held = await withTenant(db, about.tenantId, (trx) => readHeldConnection(trx, about, { masterKeys, now }));
    if (held === null || held.page === null) return false;
    try {
      return (await readHealth(held.page, { signal: AbortSignal.timeout(askTimeoutMs) })) === true;
    } catch (error) {
      if (error instanceof ChannelError) return false;
      throw error;
    }
  }
}

import type { Kysely } from 'kysely';
import { type Holder, holdersOfNumbers } from '../../db/number-holder.ts';
import { applyStatuses } from '../../db/message-status.ts';
import type { LedgerFailure, PriceOf } from '../../db/ledger-status.ts';
import type { Database } from '../../db/schema.ts';
import { type TenantTransaction, withTenant } from '../../db/tenant.ts';
import type { CampaignId, ConnectionId, TenantId } from '../../domain/ids.ts';
import type { InboundMessage, MessageStatus, NumberNews, PreferenceChange } from '../../domain/number-news.ts';
import type { Clock } from '../../platform/clock.ts';
import { type CampaignErrors, campaignErrors } from './campaign-errors.ts';
import { groupCommit } from './group-commit.ts';
import { type InboundContacts, takeMessage, takePreference } from './take-message.ts';

export interface IntakeDependencies {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly contacts: InboundContacts;
  /** Null: nothing is known of prices. */
  readonly priceOf: PriceOf | null;
  /** What follows for campaigns and people from messages that failed after they had been taken. */
  readonly onFailures: ((trx: TenantTransaction, tenantId: TenantId, told: ToldFailures) => Promise<void>) | null;
  /** What comes in uses up a number's throughput, too. */
  readonly debitInbound: ((trx: TenantTransaction, number: HeldNumber, count: number) => Promise<void>) | null;
  /** Something has changed in a campaign's ledger. */
  progressed(tenantId: TenantId, campaignId: CampaignId): void;
}

export interface ToldFailures {
  readonly failures: readonly LedgerFailure[];
  /** The campaigns of which too many have failed lately. */
  readonly failing: readonly CampaignId[];
}

interface HeldNumber {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
}

/** Takes what WhatsApp tells of numbers. */
export interface MessageIntake {
  /** Resolves once all of it is stored; if it rejects, WhatsApp is to send it again. */
  take(news: readonly NumberNews[]): Promise<void>;
  settled(): Promise<void>;
}

interface ToldStatus {
  readonly numberId: string;
  readonly status: MessageStatus;
}

const largestBatch = 1_000;

/**
 * Statuses come three times as often as messages go out, each with a call of its own, and are stored in batches; what
 * people write is stored one by one, since it is rare and locks their author.
 */
export function messageIntake(dependencies: IntakeDependencies): MessageIntake {
  const errors = campaignErrors();
  const statuses = groupCommit<ToldStatus>({
    maxItems: largestBatch,
    run: (told) => storeStatuses(dependencies, errors, told),
  });
  return {
    async take(news) {
      const told = news.flatMap(({ numberId, statuses: list }) => list.map((status) => ({ numberId, status })));
      await Promise.all([statuses.take(told), storeMessages(dependencies, news)]);
    },
    settled: () => statuses.settled(),
  };
}

async function storeStatuses(
  dependencies: IntakeDependencies,
  errors: CampaignErrors,
  told: readonly ToldStatus[],
): Promise<void> {
  const { db, clock, priceOf, onFailures, progressed } = dependencies;
  const holders = await holdersOfNumbers(db, [...new Set(told.map(({ numberId }) => numberId))]);
  const byTenant = Map.groupBy(holders, ({ tenantId }) => tenantId);
  await Promise.all(
    [...byTenant].map(async ([tenantId, held]) => {
      const numbers = new Set(held.map(({ numberId }) => numberId));
      const own = told.filter(({ numberId }) => numbers.has(numberId)).map(({ status }) => status);
      const { campaigns } = await withTenant(db, tenantId, async (trx) => {
        const batch = { tenantId, statuses: own, priceOf, now: new Date(clock()) };
        const outcome = await applyStatuses(trx, batch);
        const { failures } = outcome;
        const failing = errors.failing(outcome);
        if (failures.length > 0) await onFailures?.(trx, tenantId, { failures, failing });
        return outcome;
      });
      for (const campaignId of campaigns) progressed(tenantId, campaignId);
    }),
  );
}

async function storeMessages(dependencies: IntakeDependencies, news: readonly NumberNews[]): Promise<void> {
  const spoken = news.filter(({ messages, preferences }) => messages.length > 0 || preferences.length > 0);
  if (spoken.length === 0) return;
  const holders = await holdersOfNumbers(
    dependencies.db,
    spoken.map(({ numberId }) => numberId),
  );
  for (const { numberId, messages, preferences } of spoken) {
    for (const holder of holders.filter((each) => each.numberId === numberId)) {
      for (const message of messages) await storeMessage(dependencies, holder, message);
      for (const preference of preferences) await storePreference(dependencies, holder, preference);
    }
  }
}

async function storeMessage(
  { db, clock, contacts, debitInbound, progressed }: IntakeDependencies,
  { tenantId, connectionId }: Holder,
  message: InboundMessage,
): Promise<void> {
  const now = new Date(clock());
  const answered = await withTenant(db, tenantId, async (trx) => {
    const taken = await takeMessage(trx, { tenantId, connectionId, message, contacts, now });
    if (taken.isNew) await debitInbound?.(trx, { tenantId, connectionId }, 1);
    return taken.answers;
  });
  if (answered !== null) progressed(tenantId, answered.campaignId);
}

async function storePreference(
  { db, contacts, progressed }: IntakeDependencies,
  { tenantId }: Holder,
  preference: PreferenceChange,
): Promise<void> {
  const left = await withTenant(db, tenantId, (trx) => takePreference(trx, { tenantId, preference, contacts }));
  if (left !== null) progressed(tenantId, left.campaignId);
}

import type { Kysely } from 'kysely';
import { addressBook } from '../api/webhooks/address-book.ts';
import { type MessageIntake, messageIntake } from '../api/webhooks/message-intake.ts';
import { progressTeller } from '../api/webhooks/progress-teller.ts';
import { followFailures } from '../db/late-failure.ts';
import { debitInbound } from '../db/sender-bucket.ts';
import type { Database } from '../db/schema.ts';
import { chargedPrice } from '../domain/rate-card.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logging.ts';

/** Takes what WhatsApp tells of numbers, and tells of the campaigns that it moves. `stop` tells the rest. */
export function openMessageIntake(dependencies: {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly log: Logger;
}): MessageIntake & { stop(): Promise<void> } {
  const { db, clock } = dependencies;
  const teller = progressTeller(dependencies);
  const intake = messageIntake({
    db,
    clock,
    contacts: addressBook,
    priceOf: chargedPrice,
    onFailures: (trx, tenantId, told) => followFailures(trx, { tenantId, ...told, now: new Date(clock()) }),
    debitInbound,
    progressed: (tenantId, campaignId) => teller.progressed(tenantId, campaignId),
  });
  return {
    ...intake,
    async stop() {
      await intake.settled();
      await teller.stop();
    },
  };
}

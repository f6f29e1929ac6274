import type { Kysely } from 'kysely';
import type { Connectors } from '../channels/registry.ts';
import type { ClaimedDuty } from '../db/connection-duty.ts';
import type { Database } from '../db/schema.ts';
import type { Clock } from '../platform/clock.ts';
import type { SealKey } from '../platform/sealing.ts';
import type { Refresh } from './renewed-access.ts';

/** What a duty of any kind is done with. */
export interface DutyDependencies {
  readonly db: Kysely<Database>;
  readonly masterKeys: readonly SealKey[];
  readonly connectors: Connectors;
  readonly refresh: Refresh;
  readonly clock: Clock;
  /** Where networks tell us of changes, and the key from which comes what they have to repeat. */
  readonly webhooks: { readonly publicUrl: string; readonly key: string };
}

/** What came of a duty, for counting. */
export type DutyOutcome =
  | 'done'
  /** It came to nothing and is tried again. */
  | 'failed'
  /** The network no longer honours the grant, or not all of it. */
  | 'refused'
  /** There is nothing to be done for this connection any more. */
  | 'dropped';

/** Does what is due for one connection and says when it is due next. Never throws for what the network does. */
export type DoDuty = (duty: ClaimedDuty) => Promise<DutyOutcome>;

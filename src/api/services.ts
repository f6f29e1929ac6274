import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Clock } from '../platform/clock.ts';
import type { TokenVerifier } from '../platform/keycloak.ts';
import type { Logger } from '../platform/logging.ts';
import type { CommandSender } from './command.ts';

/** What every route may use. What only one resource needs is given to the function that makes its routes. */
export interface ApiServices {
  /** As `chorally_app`: sees nothing outside of `withTenant`. */
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tokens: TokenVerifier;
  readonly commands: CommandSender;
  /** Aborted when this process is asked to stop: what would go on by itself has to end. */
  readonly stopping: AbortSignal;
  /** Base address of the Temporal UI and the namespace, for links shown to operators; null when there is none. */
  readonly temporalUi: { readonly url: string; readonly namespace: string } | null;
}

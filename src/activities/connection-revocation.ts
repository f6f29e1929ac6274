import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Kysely } from 'kysely';
import { ChannelError } from '../channels/channel.ts';
import type { HeldGrant } from '../channels/connector.ts';
import type { Connectors } from '../channels/registry.ts';
import { endGrant, isGrantShared } from '../db/disconnect.ts';
import { selectStoredGrant, type StoredGrant } from '../db/held-grant.ts';
import type { Database } from '../db/schema.ts';
import { withTenant } from '../db/tenant.ts';
import { type Revocation, revocationPatienceMs } from '../domain/connection.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { SealKey } from '../platform/sealing.ts';

export interface RevocationDependencies {
  readonly db: Kysely<Database>;
  readonly connectors: Connectors;
  readonly masterKeys: readonly SealKey[];
  readonly clock: Clock;
}

/** How a disconnected grant ended at its network; `alive`: the connection has been made again meanwhile. */
export interface RevocationResult {
  readonly kind: Exclude<Revocation, 'pending'> | 'alive';
}

export type RevocationActivities = ReturnType<typeof revocationActivities>;

/** Takes back at the networks what a person has disconnected. */
export function revocationActivities({ db, connectors, masterKeys, clock }: RevocationDependencies) {
  return {
    /**
     * Takes the grant of a disconnected connection back at its network, unless other connections live by it, and throws
     * the tokens away. Repeatable. Fails for as long as the network is in trouble and the patience with it lasts; the
     * tokens go after that all the same.
     */
    async revokeGrant(about: { tenantId: TenantId; connectionId: ConnectionId }): Promise<RevocationResult> {
      const { tenantId, connectionId } = about;
      const now = new Date(clock());
      const { grant, shared } = await withTenant(db, tenantId, async (trx) => ({
        grant: await selectStoredGrant(trx, about, { masterKeys, now }),
        shared: await isGrantShared(trx, connectionId),
      }));
      if (grant.state !== 'disconnected') return { kind: 'alive' };
      const revocation = shared ? 'shared' : await revoke(grant);
      const ended = await withTenant(db, tenantId, (trx) =>
        endGrant(trx, about, { revocation, now: new Date(clock()) }),
      );
      return { kind: ended ?? 'alive' };
    },
  };

  async function revoke({
    network,
    kind,
    held,
    revocation,
    disconnectedAt,
  }: StoredGrant): Promise<Exclude<Revocation, 'pending'>> {
    if (revocation !== null && revocation !== 'pending') return revocation;
    const ask = connectors(network, kind)?.revoke ?? null;
    if (ask === null) return 'not_offered';
    // Nothing is left to take it back with: it was refused before and its tokens thrown away.
    if (held === null) return 'failed';
    try {
      const page: HeldGrant = held;
      await ask(page, { signal: Context.current().cancellationSignal });
      return 'done';
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      if (error.class === 'disconnected') return 'done';
      const waitedMs = clock() - (disconnectedAt?.getTime() ?? 0);
      if (isFinal(error) || waitedMs >= revocationPatienceMs) return 'failed';
      throw asFailure(error);
    }
  }
}

/** The network takes the token no longer, or not for this: asking again would bring the same. */
function isFinal(error: ChannelError): boolean {
  return error.grantProblem !== null || error.class === 'content_refused';
}

/** For Temporal to try again, when the network says so. Type and code only: histories hold no words of a network. */
function asFailure(error: ChannelError): ApplicationFailure {
  return ApplicationFailure.create({
    type: error.class,
    message: `the network answered ${error.provider?.status ?? 'nothing'} (${error.provider?.code ?? 'no code'})`,
    ...(error.retryAfterMs === null ? {} : { nextRetryDelay: error.retryAfterMs }),
  });
}

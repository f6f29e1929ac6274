import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Kysely } from 'kysely';
import { ChannelError } from '../channels/channel.ts';
import type { Connectors } from '../channels/registry.ts';
import { endGrant, isGrantShared } from '../db/disconnect.ts';
import { selectStoredGrant } from '../db/held-grant.ts';
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
export function revocationActivities(dependencies: RevocationDependencies) {
  return {
    /** Fails for as long as the network is in trouble and the patience with it lasts; see `takeBack`. */
    revokeGrant: (about: ConnectionKey): Promise<RevocationResult> =>
      takeBack(dependencies, about, Context.current().cancellationSignal),
  };
}

interface ConnectionKey {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
}

/**
 * Takes the grant of a disconnected connection back at its network, unless other connections live by it, and throws the
 * tokens away. Repeatable. A network that will not hear of it for `revocationPatienceMs` is left alone; the tokens go
 * all the same.
 */
export async function takeBack(
  { db, connectors, masterKeys, clock }: RevocationDependencies,
  about: ConnectionKey,
  signal: AbortSignal,
): Promise<RevocationResult> {
  const { tenantId, connectionId } = about;
  const { grant, shared } = await withTenant(db, tenantId, async (trx) => ({
    grant: await selectStoredGrant(trx, about, { masterKeys, now: new Date(clock()) }),
    shared: await isGrantShared(trx, connectionId),
  }));
  if (grant.state !== 'disconnected') return { kind: 'alive' };
  const revocation = await endingOf();
  const ended = await withTenant(db, tenantId, (trx) => endGrant(trx, about, { revocation, now: new Date(clock()) }));
  return { kind: ended ?? 'alive' };

  async function endingOf(): Promise<Exclude<Revocation, 'pending'>> {
    if (grant.revocation !== null && grant.revocation !== 'pending') return grant.revocation;
    if (shared) return 'shared';
    const revoke = connectors(grant.network, grant.kind)?.revoke ?? null;
    if (revoke === null) return 'not_offered';
    // Without a token there is nothing to say it with.
    if (grant.held === null) return 'failed';
    try {
      await revoke(grant.held, { signal });
      return 'done';
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      if (error.class === 'disconnected') return 'done';
      const waitedMs = clock() - (grant.disconnectedAt?.getTime() ?? 0);
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

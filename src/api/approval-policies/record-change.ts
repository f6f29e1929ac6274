import { appendEvents } from '../../db/event.ts';
import type { EventKind } from '../../domain/event.ts';
import type { ConnectionId, PolicyId } from '../../domain/ids.ts';
import type { HandleContext } from '../route-context.ts';

/** Appends what the caller has done to a policy to the log. */
export async function recordChange(
  { trx, caller, now }: Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'caller' | 'now'>,
  kind: Extract<EventKind, `policy.${string}`>,
  {
    id,
    ...data
  }: {
    id: PolicyId;
    version?: number;
    isDefault?: boolean;
    guardsCampaigns?: boolean;
    connectionId?: ConnectionId;
    guards?: boolean;
  },
): Promise<void> {
  await appendEvents(trx, [
    {
      tenantId: caller.tenantId,
      at: now,
      kind,
      entity: 'policy',
      entityId: id,
      actor: { kind: 'user', id: caller.userId },
      data,
    },
  ]);
}

import type { EventKind } from '../domain/event.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import { type Actor, appendEvents } from './event.ts';
import type { TenantTransaction } from './tenant.ts';

export type ConnectionEventKind = Extract<EventKind, `connection.${string}`>;

interface AboutConnection {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly actor: Actor;
  readonly now: Date;
}

/** Appends to the log what has happened to a connection. */
export function appendConnectionEvent(
  trx: TenantTransaction,
  { tenantId, connectionId, actor, now }: AboutConnection,
  { kind, data = {} }: { kind: ConnectionEventKind; data?: Record<string, unknown> },
): Promise<void> {
  return appendEvents(trx, [{ tenantId, at: now, kind, entity: 'connection', entityId: connectionId, actor, data }]);
}

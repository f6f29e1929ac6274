import type { EntityKind, EventKind } from '../domain/event.ts';
import type { TenantId, UserId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

export type Actor =
  | { readonly kind: 'user'; readonly id: UserId }
  | { readonly kind: 'process' }
  | { readonly kind: 'network' };

export interface NewEvent {
  readonly tenantId: TenantId;
  readonly at: Date;
  readonly kind: EventKind;
  readonly entity: EntityKind;
  readonly entityId: string;
  readonly actor: Actor;
  /** Ids, codes and instants only; never names or text. */
  readonly data?: Record<string, unknown>;
}

/** Appends to the log, in the transaction of the change that it tells of. */
export async function appendEvents(trx: TenantTransaction, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await trx
    .insertInto('event')
    .values(
      events.map(({ tenantId, at, kind, entity, entityId, actor, data = {} }) => ({
        tenant_id: tenantId,
        at,
        kind,
        entity,
        entity_id: entityId,
        actor_kind: actor.kind,
        actor_id: actor.kind === 'user' ? actor.id : null,
        data: JSON.stringify(data),
      })),
    )
    .execute();
}

/**
 * The timeline of one entity, oldest first. `during` is when its events can have happened: every month that it leaves
 * out is a partition that need not be looked into, which costs more than reading the events.
 */
export function selectTimeline(
  trx: TenantTransaction,
  entity: EntityKind,
  entityId: string,
  during: { readonly from: Date; readonly to: Date },
) {
  return trx
    .selectFrom('event')
    .select(['position', 'at', 'kind', 'actor_kind', 'actor_id', 'data'])
    .where('entity', '=', entity)
    .where('entity_id', '=', entityId)
    .where('at', '>=', during.from)
    .where('at', '<', during.to)
    .orderBy('position')
    .execute();
}

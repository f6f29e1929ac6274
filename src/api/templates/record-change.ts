import { appendEvents } from '../../db/event.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { EventKind } from '../../domain/event.ts';
import type { TemplateId } from '../../domain/ids.ts';
import type { Caller } from '../route-context.ts';

/** Appends what the caller has done to a template to the log. */
export async function recordChange(
  trx: TenantTransaction,
  { caller, now }: { caller: Caller; now: Date },
  kind: Extract<EventKind, `template.${string}`>,
  { id, ...data }: { id: TemplateId; version: number },
): Promise<void> {
  await appendEvents(trx, [
    {
      tenantId: caller.tenantId,
      at: now,
      kind,
      entity: 'template',
      entityId: id,
      actor: { kind: 'user', id: caller.userId },
      data,
    },
  ]);
}

import { sql } from 'kysely';
import type { MessageId, TenantId } from '../domain/ids.ts';
import { type Delivery, withStatus } from '../domain/message-state.ts';
import type { MessageStatus } from '../domain/number-news.ts';
import type { MessageReference } from '../domain/opaque-data.ts';
import { appendEvents } from './event.ts';
import type { TenantTransaction } from './tenant.ts';

export interface ReplyStatus {
  /** The message that is named; null: it is found by the network's id. */
  readonly reference: Extract<MessageReference, { kind: 'message' }> | null;
  readonly status: MessageStatus;
}

interface ReplyBatch {
  readonly tenantId: TenantId;
  readonly statuses: readonly ReplyStatus[];
  readonly now: Date;
}

type OutboundState = 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'unconfirmed';
type OutboundRow = Pick<Delivery<OutboundState>, 'state' | 'providerMessageId' | 'errorCode'> & {
  readonly id: MessageId;
};

/** Brings answers that were sent by hand to what statuses tell. */
export async function advanceReplies(trx: TenantTransaction, { tenantId, statuses, now }: ReplyBatch): Promise<void> {
  if (statuses.length === 0) return;
  const rows = await lockRows(trx, tenantId, statuses);
  const changed = rows.flatMap((row) => {
    const next = statuses.filter((told) => speaksOf(told, row)).reduce<OutboundRow>(advanced, row);
    return next === row ? [] : [{ row, next }];
  });
  if (changed.length === 0) return;
  await writeRows(
    trx,
    tenantId,
    changed.map(({ next }) => next),
  );
  const failed = changed.filter(({ row, next }) => next.state === 'failed' && row.state !== 'failed');
  await appendEvents(
    trx,
    failed.map(({ next: { id, errorCode } }) => ({
      tenantId,
      at: now,
      kind: 'message.failed',
      entity: 'message',
      entityId: id,
      actor: { kind: 'network' },
      data: { errorCode },
    })),
  );
}

function speaksOf({ reference, status }: ReplyStatus, row: OutboundRow): boolean {
  return reference === null ? status.providerId === row.providerMessageId : reference.id === row.id;
}

/** An answer has no times of its own: its state is all that is kept. */
function advanced(row: OutboundRow, { status }: ReplyStatus): OutboundRow {
  const { state, providerMessageId, errorCode } = row;
  const timeless = { sentAt: null, deliveredAt: null, readAt: null, failedAt: null };
  const next = withStatus({ state, providerMessageId, errorCode, ...timeless }, status);
  const same = next.state === state && next.providerMessageId === providerMessageId && next.errorCode === errorCode;
  return same ? row : { id: row.id, ...next };
}

async function lockRows(
  trx: TenantTransaction,
  tenantId: TenantId,
  statuses: readonly ReplyStatus[],
): Promise<OutboundRow[]> {
  const named = statuses.flatMap(({ reference }) => (reference === null ? [] : [reference.id]));
  const unnamed = statuses.filter(({ reference }) => reference === null).map(({ status }) => status.providerId);
  const { rows } = await sql<{
    id: MessageId;
    state: OutboundState;
    provider_message_id: string | null;
    error_code: string | null;
  }>`
    with wanted as (
      select * from unnest(${named}::uuid[]) as named (id)
      union
      select id from message
      where tenant_id = ${tenantId} and direction = 'outbound' and provider_message_id = any (${unnamed}::text[])
    )
    select row.id, row.state, row.provider_message_id, row.error_code
    from wanted join message as row on row.tenant_id = ${tenantId} and row.id = wanted.id
    where row.direction = 'outbound'
    order by row.id
    for no key update of row`.execute(trx);
  return rows.map(({ id, state, provider_message_id: providerMessageId, error_code: code }) => ({
    id,
    state,
    providerMessageId,
    errorCode: code === null ? null : Number(code),
  }));
}

async function writeRows(trx: TenantTransaction, tenantId: TenantId, rows: readonly OutboundRow[]): Promise<void> {
  await sql`
    update message as row
    set state = told.state, provider_message_id = told.provider_message_id, error_code = told.error_code
    from unnest(
      ${rows.map(({ id }) => id)}::uuid[],
      ${rows.map(({ state }) => state)}::text[],
      ${rows.map(({ providerMessageId }) => providerMessageId)}::text[],
      ${rows.map(({ errorCode }) => errorCode)}::text[]
    ) as told (id, state, provider_message_id, error_code)
    where row.tenant_id = ${tenantId} and row.id = told.id`.execute(trx);
}

import { sql } from 'kysely';
import type { AuthorId, Instant, MessageId, TenantId, ThreadId, UserId } from '../domain/ids.ts';
import type { InboundMessage } from '../domain/number-news.ts';
import { newId } from '../platform/new-id.ts';
import type { Attributed } from './attribution.ts';
import type { TenantTransaction } from './tenant.ts';

/** Keeps what somebody wrote; null if it is kept already. */
export async function insertInbound(
  trx: TenantTransaction,
  { tenantId, threadId, message, answers }: InboundRow,
): Promise<MessageId | null> {
  const row = await trx
    .insertInto('message')
    .values({
      tenant_id: tenantId,
      id: newId<MessageId>(),
      thread_id: threadId,
      direction: 'inbound',
      provider_message_id: message.providerId,
      kind: message.kind,
      text: message.text,
      content: JSON.stringify(message.content),
      state: 'received',
      campaign_id: answers?.campaignId ?? null,
      campaign_message_id: answers?.id ?? null,
      at: new Date(message.at),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'provider_message_id', 'direction'])
        .where('provider_message_id', 'is not', null)
        .doNothing(),
    )
    .returning('id')
    .executeTakeFirst();
  return row?.id ?? null;
}

interface InboundRow {
  readonly tenantId: TenantId;
  readonly threadId: ThreadId;
  readonly message: InboundMessage;
  readonly answers: Attributed | null;
}

/** Notes that there was contact with somebody, and whether it was they who wrote. */
export async function noteContact(
  trx: TenantTransaction,
  authorId: AuthorId,
  { at, inbound }: { at: Date; inbound: boolean },
): Promise<void> {
  const latest = (column: 'last_contact_at' | 'last_inbound_at') =>
    sql<Date>`greatest(${sql.ref(column)}, ${at}::timestamptz)`;
  await trx
    .updateTable('author')
    .set({
      last_contact_at: latest('last_contact_at'),
      ...(inbound ? { last_inbound_at: latest('last_inbound_at') } : {}),
    })
    .where('id', '=', authorId)
    .execute();
}

/** Where a list of messages goes on: after the last one that was shown. */
export type MessagePosition = readonly [at: Instant, id: string];

const messages = (trx: TenantTransaction) =>
  trx
    .selectFrom('message')
    .leftJoin('tenant_member as sender', (join) =>
      join.onRef('sender.tenant_id', '=', 'message.tenant_id').onRef('sender.user_id', '=', 'message.sent_by'),
    )
    .select(['message.id', 'message.thread_id', 'message.direction', 'message.kind', 'message.text', 'message.content'])
    .select(['message.state', 'message.error_code', 'message.campaign_id', 'message.at', 'message.sent_by'])
    .select('sender.display_name as sender_name');

export type MessageRow = Awaited<ReturnType<typeof selectMessages>>[number];

/** The messages of a thread, newest first; one more than asked for if there are more. */
export function selectMessages(
  trx: TenantTransaction,
  threadId: ThreadId,
  { after, limit }: { after: MessagePosition | null; limit: number },
) {
  return messages(trx)
    .where('message.thread_id', '=', threadId)
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(message.at, message.id) < (${new Date(after?.[0] ?? 0)}, ${after?.[1]}::uuid)`),
    )
    .orderBy('message.at', 'desc')
    .orderBy('message.id', 'desc')
    .limit(limit + 1)
    .execute();
}

export async function selectMessage(trx: TenantTransaction, id: MessageId): Promise<MessageRow | null> {
  return (await messages(trx).where('message.id', '=', id).executeTakeFirst()) ?? null;
}

/** The answer that a command has made before. */
export async function selectCommanded(trx: TenantTransaction, commandId: string): Promise<MessageRow | null> {
  return (await messages(trx).where('message.command_id', '=', commandId).executeTakeFirst()) ?? null;
}

export interface NewReply {
  readonly tenantId: TenantId;
  readonly id: MessageId;
  readonly threadId: ThreadId;
  readonly commandId: string;
  readonly kind: 'text' | 'template';
  readonly text: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly by: UserId;
  readonly at: Date;
}

/** Writes an answer down before it is sent; false if the same command has done so already. */
export async function insertReply(trx: TenantTransaction, reply: NewReply): Promise<boolean> {
  const row = await trx
    .insertInto('message')
    .values({
      tenant_id: reply.tenantId,
      id: reply.id,
      thread_id: reply.threadId,
      direction: 'outbound',
      provider_message_id: null,
      kind: reply.kind,
      text: reply.text,
      content: JSON.stringify(reply.content),
      state: 'sending',
      sent_by: reply.by,
      command_id: reply.commandId,
      at: reply.at,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'command_id']).where('command_id', 'is not', null).doNothing(),
    )
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** How a call ended that sent an answer. */
export type ReplySent =
  | { readonly state: 'sent'; readonly providerMessageId: string }
  | { readonly state: 'failed'; readonly errorCode: string | null }
  | { readonly state: 'unconfirmed' };

/** Writes down how it ended, unless a status has told more by now; false then. */
export async function settleReply(trx: TenantTransaction, id: MessageId, sent: ReplySent): Promise<boolean> {
  const row = await trx
    .updateTable('message')
    .set({
      state: sent.state,
      ...(sent.state === 'sent' ? { provider_message_id: sent.providerMessageId } : {}),
      ...(sent.state === 'failed' ? { error_code: sent.errorCode } : {}),
    })
    .where('id', '=', id)
    .where('state', '=', 'sending')
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** The network's id of a contact's message in a thread, by which it can be quoted. */
export async function selectQuotable(
  trx: TenantTransaction,
  { threadId, id }: { threadId: ThreadId; id: MessageId },
): Promise<string | null> {
  const row = await trx
    .selectFrom('message')
    .select('provider_message_id')
    .where('thread_id', '=', threadId)
    .where('id', '=', id)
    .where('direction', '=', 'inbound')
    .executeTakeFirst();
  return row?.provider_message_id ?? null;
}

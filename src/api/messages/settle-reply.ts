import { recordLook } from '../../db/connection-health.ts';
import { appendEvents } from '../../db/event.ts';
import { noteContact, type ReplySent, settleReply } from '../../db/message.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { AuthorId, ConnectionId, MessageId } from '../../domain/ids.ts';
import type { ReplyContext } from './prepare-reply.ts';
import type { ReplyOutcome } from './reply-desk.ts';

interface Ended {
  readonly messageId: MessageId;
  readonly authorId: AuthorId;
  readonly connectionId: ConnectionId;
  readonly grantVersion: number;
  readonly outcome: ReplyOutcome;
}

/** Writes down how a call ended, unless WhatsApp has told more of the message by now. */
export async function settle(
  trx: TenantTransaction,
  { caller, now }: Pick<ReplyContext, 'caller' | 'now'>,
  { messageId, authorId, connectionId, grantVersion, outcome }: Ended,
): Promise<void> {
  const { tenantId } = caller;
  const actor = { kind: 'user', id: caller.userId } as const;
  await settleReply(trx, messageId, sentOf(outcome));
  if (outcome.kind === 'accepted') await noteContact(trx, authorId, { at: now, inbound: false });
  if (outcome.kind === 'grant_refused') {
    const { problem, providerStatus, providerCode, providerMessage } = outcome;
    const words = { providerStatus, providerCode, providerMessage };
    const looked = { tenantId, connectionId, actor, grantVersion, now };
    await recordLook(trx, looked, { kind: 'grant_refused', problem, missing: [], ...words });
  }
  if (outcome.kind === 'lost') return;
  const failed = outcome.kind !== 'accepted';
  await appendEvents(trx, [
    {
      tenantId,
      at: now,
      kind: failed ? 'message.failed' : 'message.sent',
      entity: 'message',
      entityId: messageId,
      actor,
      data: { authorId, ...(failed ? { errorCode: outcome.providerCode } : {}) },
    },
  ]);
}

function sentOf(outcome: ReplyOutcome): ReplySent {
  switch (outcome.kind) {
    case 'accepted':
      return { state: 'sent', providerMessageId: outcome.providerMessageId };
    case 'lost':
      return { state: 'unconfirmed' };
    case 'refused':
    case 'grant_refused':
      return { state: 'failed', errorCode: outcome.providerCode };
  }
}

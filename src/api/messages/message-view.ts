import { z } from 'zod';
import type { MessageRow } from '../../db/message.ts';
import type { ThreadRow } from '../../db/thread.ts';
import { failureReason, failureReasons } from '../../domain/failure-reason.ts';
import type { AuthorId, ConnectionId, MessageId, ThreadId } from '../../domain/ids.ts';
import { networks } from '../../domain/network.ts';
import { windowClosesAt } from '../../domain/reply-window.ts';
import { person } from '../approvals/approval-schemas.ts';
import { id, instantView } from '../schemas.ts';

export const messageId = id<MessageId>('The message.');
export const threadId = id<ThreadId>('The thread.');
export const authorIdOf = id<AuthorId>('The contact.');
export const connectionIdOf = id<ConnectionId>('The number.');

/** An instant inside of a cursor, in milliseconds: as exact as messages are timed, and no more than a Date holds. */
export const cursorInstant = z.int().min(0).max(8_640_000_000_000_000);

export const messageView = z
  .object({
    id: messageId,
    threadId,
    direction: z.enum(['inbound', 'outbound']),
    kind: z.string().meta({
      description:
        'As WhatsApp calls it: `text`, `image`, `button`, `interactive`, `reaction`, `template`… There may be more.',
      example: 'text',
    }),
    text: z.string().meta({ description: 'What it says, as far as it has words.' }),
    content: z.record(z.string(), z.unknown()).meta({
      description: 'Its parts as the network told them; files by the network’s ids.',
    }),
    state: z.enum(['received', 'sending', 'sent', 'delivered', 'read', 'failed', 'unconfirmed']).meta({
      description:
        '`unconfirmed`: nobody knows whether the network has taken it. It is not sent again by itself; what the network tells later decides.',
    }),
    errorCode: z.string().nullable().meta({ description: 'The network’s code of why it failed.', example: '131047' }),
    failure: z
      .object({
        reason: z.enum(failureReasons).meta({ description: 'What the code means.' }),
        possible: z.array(z.enum(['template'])).meta({ description: 'What can be sent to the contact instead.' }),
      })
      .nullable()
      .meta({
        description:
          'Why it failed, and what to do; null: it has not. `window_closed`: WhatsApp says that the contact’s 24 hours are over, and takes nothing but an approved template until they write again.',
        example: { reason: 'window_closed', possible: ['template'] },
      }),
    campaignId: z.string().nullable().meta({ description: 'The campaign that it answers.' }),
    sentBy: person.nullable(),
    at: instantView('When it was written.'),
  })
  .meta({ id: 'Message', description: 'Something that was said between a contact and the tenant.' });

/** A call that sends takes seconds at most: who has not written down its end by then has died on the way. */
const sendingMs = 60_000;

export function presentMessage(row: MessageRow, now: Date): z.input<typeof messageView> {
  const abandoned = row.state === 'sending' && row.at.getTime() < now.getTime() - sendingMs;
  return {
    id: row.id,
    threadId: row.thread_id,
    direction: row.direction,
    kind: row.kind,
    text: row.text,
    content: { ...row.content },
    state: abandoned ? 'unconfirmed' : row.state,
    errorCode: row.error_code,
    failure: row.state === 'failed' ? failureOf(row.error_code) : null,
    campaignId: row.campaign_id,
    sentBy: row.sent_by === null ? null : { id: row.sent_by, name: row.sender_name ?? '' },
    at: row.at.toISOString(),
  };
}

function failureOf(code: string | null): z.input<typeof messageView>['failure'] {
  // A code may have its subcode behind it.
  const number = Number(code?.split('/')[0] ?? Number.NaN);
  const reason = failureReason(Number.isInteger(number) ? number : null);
  return { reason, possible: reason === 'window_closed' ? ['template'] : [] };
}

export const threadView = z
  .object({
    id: threadId,
    authorId: authorIdOf,
    connection: z.object({ id: z.string(), network: z.enum(networks), name: z.string() }),
    lastMessageAt: instantView('When its newest message was written.'),
    windowClosesAt: instantView('Until when anything may be answered.')
      .nullable()
      .meta({ description: 'Until when anything may be answered; null: only templates may be sent.' }),
  })
  .meta({ id: 'Thread', description: 'What was said with one contact on one of the tenant’s numbers.' });

export function presentThread(row: ThreadRow, now: Date): z.input<typeof threadView> {
  const closesAt = windowClosesAt(row.last_inbound_at?.getTime() ?? null, now.getTime());
  return {
    id: row.id,
    authorId: row.author_id,
    connection: { id: row.connection_id, network: row.network, name: row.connection_name },
    lastMessageAt: row.last_message_at.toISOString(),
    windowClosesAt: closesAt === null ? null : new Date(closesAt).toISOString(),
  };
}

import type { z } from 'zod';
import type { HeldPage } from '../../channels/connector.ts';
import { type AuthorRow, selectAuthor } from '../../db/author.ts';
import { insertReply, type MessageRow, selectCommanded, selectQuotable } from '../../db/message.ts';
import { takeForReply } from '../../db/sender-bucket.ts';
import { openThread, selectThreadOn, selectThreads, type ThreadRow } from '../../db/thread.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { AuthorId, ConnectionId, MessageId } from '../../domain/ids.ts';
import { replyWindowMs, windowClosesAt } from '../../domain/reply-window.ts';
import { newId } from '../../platform/new-id.ts';
import type { SealKey } from '../../platform/sealing.ts';
import { readAccess } from '../connections/page-access.ts';
import type { ProbedPage } from '../connections/probe.ts';
import type { ActContext } from '../route-context.ts';
import type { OutgoingReply } from './reply-desk.ts';
import type { replyProblems } from './reply-problems.ts';
import type { replyBody } from './send-message.ts';
import { type FilledTemplate, fillTemplate } from './fill-template.ts';

export type ReplyContext = Pick<
  ActContext<{ authorId: AuthorId }, unknown, z.output<typeof replyBody>, keyof typeof replyProblems>,
  'params' | 'body' | 'caller' | 'now' | 'commandId' | 'refuse' | 'invalid'
>;

export type PreparedReply =
  /** The command was given before: nothing is sent. */
  | { readonly kind: 'known'; readonly message: MessageRow }
  | {
      readonly kind: 'new';
      readonly messageId: MessageId;
      readonly authorId: AuthorId;
      readonly connectionId: ConnectionId;
      readonly grantVersion: number;
      readonly reply: OutgoingReply;
      /** Where it goes to somebody whose window is closed: the number, whose portfolio's reach it uses. */
      readonly reaches: HeldPage | null;
      /** Until when the number is busy with what others write. */
      readonly waitMs: number;
    };

/** Judges an answer and writes it down, before anything leaves: whoever dies on the way leaves it behind. */
export async function prepareReply(
  trx: TenantTransaction,
  ctx: ReplyContext,
  masterKeys: readonly SealKey[],
): Promise<PreparedReply> {
  const { params, body, caller, now, commandId } = ctx;
  const { tenantId } = caller;
  const author = await selectAuthor(trx, params.authorId);
  if (author === null) throw ctx.refuse('not_found');
  const known = await selectCommanded(trx, commandId);
  if (known !== null) return { kind: 'known', message: known };
  const thread = await threadFor(trx, ctx);
  const connectionId = body.connectionId ?? thread?.connection_id;
  if (connectionId === undefined) throw ctx.invalid([unknownNumber('is needed: the contact has not written yet')]);
  const { page, grantVersion } = await requireNumber(trx, ctx, connectionId, masterKeys);
  if (author.blockedAt !== null) throw ctx.refuse('blocked');
  const filled = await requireContent(trx, ctx, { author, thread, page });
  const quotes = await requireQuoted(trx, ctx, thread);

  const threadId = await openThread(trx, { tenantId, authorId: author.id, connectionId, at: now, now });
  const messageId = newId<MessageId>();
  const { kind, text, content } = writtenOf(filled);
  const reply = { tenantId, id: messageId, threadId, commandId, kind, text, content, by: caller.userId, at: now };
  if (!(await insertReply(trx, reply))) {
    const message = await selectCommanded(trx, commandId);
    if (message !== null) return { kind: 'known', message };
  }
  return {
    kind: 'new',
    messageId,
    authorId: author.id,
    connectionId,
    grantVersion,
    reaches: windowClosesAt(thread?.last_inbound_at?.getTime() ?? null, now.getTime()) === null ? page : null,
    waitMs: await takeForReply(trx, { tenantId, connectionId }),
    reply: {
      from: { externalId: page.externalId, accessToken: page.accessToken },
      to: { phone: author.phone, userId: author.externalId },
      quotes,
      reference: { kind: 'message', id: messageId },
      content: filled.kind === 'text' ? filled : filled.outgoing,
    },
  };
}

type Filled = { readonly kind: 'text'; readonly text: string } | FilledTemplate;

/** What is kept of it. */
function writtenOf(filled: Filled) {
  if (filled.kind === 'text') return { kind: 'text', text: filled.text, content: {} } as const;
  const { templateId, text, outgoing } = filled;
  const content = { template: { id: templateId, name: outgoing.name, language: outgoing.language } };
  return { kind: 'template', text, content } as const;
}

/** The thread on the number that is named, or the one that was last spoken on. */
async function threadFor(trx: TenantTransaction, { params, body }: ReplyContext): Promise<ThreadRow | null> {
  const { authorId } = params;
  if (body.connectionId !== undefined) return selectThreadOn(trx, { authorId, connectionId: body.connectionId });
  const [newest] = await selectThreads(trx, authorId, { after: null, limit: 1 });
  return newest ?? null;
}

async function requireNumber(
  trx: TenantTransaction,
  { caller, now, refuse, invalid }: ReplyContext,
  connectionId: ConnectionId,
  masterKeys: readonly SealKey[],
): Promise<{ page: ProbedPage; grantVersion: number }> {
  const access = await readAccess(trx, { tenantId: caller.tenantId, connectionId, now }, masterKeys);
  if (access === null) throw invalid([unknownNumber('is no connection of this tenant')]);
  const { page, state, grantVersion } = access;
  if (page === null || page === 'none') throw refuse('not_connected', { extensions: { state } });
  if (page.network !== 'whatsapp') throw invalid([unknownNumber('is no number of WhatsApp')]);
  return { page, grantVersion };
}

async function requireContent(
  trx: TenantTransaction,
  ctx: ReplyContext,
  { author, thread, page }: { author: AuthorRow; thread: ThreadRow | null; page: ProbedPage },
): Promise<Filled> {
  const { body, now, refuse } = ctx;
  if (body.template !== undefined) return fillTemplate(trx, ctx, { ...body.template, author, details: page.details });
  const lastInboundAt = thread?.last_inbound_at?.getTime() ?? null;
  if (windowClosesAt(lastInboundAt, now.getTime()) === null) {
    const closedAt = lastInboundAt === null ? null : new Date(lastInboundAt + replyWindowMs).toISOString();
    throw refuse('window_closed', { extensions: { possible: ['template'], closedAt } });
  }
  return { kind: 'text', text: body.text ?? '' };
}

async function requireQuoted(
  trx: TenantTransaction,
  { body, invalid }: ReplyContext,
  thread: ThreadRow | null,
): Promise<string | null> {
  if (body.replyTo === undefined) return null;
  const quoted = thread === null ? null : await selectQuotable(trx, { threadId: thread.id, id: body.replyTo });
  if (quoted !== null) return quoted;
  const detail = 'is no message of this contact on this number';
  throw invalid([{ pointer: '/replyTo', rule: 'exists', limit: null, value: body.replyTo, detail }]);
}

function unknownNumber(detail: string) {
  return { pointer: '/connectionId', rule: 'exists', limit: null, value: null, detail };
}

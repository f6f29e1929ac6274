import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { selectMessage } from '../../db/message.ts';
import type { TemplateId } from '../../domain/ids.ts';
import type { SealKey } from '../../platform/sealing.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { id } from '../schemas.ts';
import { type AskLimits, countReach, forgetReach } from './count-reach.ts';
import { authorIdOf, connectionIdOf, messageId, messageView, presentMessage } from './message-view.ts';
import { prepareReply } from './prepare-reply.ts';
import type { ReplyDesk } from './reply-desk.ts';
import { replyProblems } from './reply-problems.ts';
import { settle } from './settle-reply.ts';

export interface MessageDependencies {
  readonly replies: ReplyDesk;
  readonly askLimits: AskLimits;
  readonly masterKeys: readonly SealKey[];
}

/** WhatsApp's own limit. */
const maxText = 4_096;

const template = z
  .strictObject({
    id: id<TemplateId>('An approved template of the number’s account.'),
    values: z
      .record(z.string().max(100), z.string().max(1_024))
      .default({})
      .meta({
        description: 'A value for each variable, by its place in the template.',
        example: { 'body.1': 'Anna' },
      }),
  })
  .meta({ description: 'What can be sent at any time.' });

export const replyBody = z
  .strictObject({
    text: z.string().trim().min(1).max(maxText).optional().meta({
      description: 'Any text, within 24 hours of the contact’s last message.',
      example: 'Certo, l’abbiamo anche in blu.',
    }),
    template: template.optional(),
    connectionId: connectionIdOf
      .optional()
      .meta({ description: 'The number to write from; left out: the one that was last spoken on.' }),
    replyTo: messageId.optional().meta({ description: 'The contact’s message that is quoted.' }),
  })
  .refine((body) => (body.text === undefined) !== (body.template === undefined), {
    error: 'must have either a text or a template',
    path: ['text'],
  });

/** Answers a contact, at once and once. */
export function sendMessage({ replies, askLimits, masterKeys }: MessageDependencies) {
  return defineRoute({
    method: 'post',
    path: '/v1/authors/{authorId}/messages',
    tag: 'Messages',
    summary: 'Write to a contact',
    description:
      'Sends a message at once, before those of campaigns that use the same number. It is sent once at most: repeated with the same `Idempotency-Key` it answers the same message, and one whose answer from WhatsApp was lost is `unconfirmed` until WhatsApp tells more. A message that WhatsApp refuses is a 201 with the state `failed` and its code. Whether it arrives, and is read, shows in its thread later.',
    permission: 'message.send',
    params: z.strictObject({ authorId: authorIdOf }),
    body: replyBody,
    answer: { status: 201, schema: messageView, description: 'The message.' },
    refusals: replyProblems,
    audit: 'message.sent',
    act: async (ctx) => {
      const prepared = await ctx.inTenant((trx) => prepareReply(trx, ctx, masterKeys));
      if (prepared.kind === 'known') return answer(presentMessage(prepared.message, ctx.now));
      const { tenantId } = ctx.caller;
      const { authorId, connectionId, reaches: page } = prepared;
      const reaching = { tenantId, connectionId, authorId, now: ctx.now };
      const reached = page === null ? null : await countReach(ctx.inTenant, { ...reaching, page }, askLimits);
      // Not at all, unless people alone write faster than the number can send.
      if (prepared.waitMs > 0) await delay(prepared.waitMs);
      const outcome = await replies(prepared.reply);
      const isRefused = outcome.kind === 'refused' || outcome.kind === 'grant_refused';
      if (reached !== null && isRefused) await forgetReach(ctx.inTenant, reached);
      const message = await ctx.inTenant(async (trx) => {
        await settle(trx, ctx, { ...prepared, outcome });
        return selectMessage(trx, prepared.messageId);
      });
      if (message === null) throw ctx.refuse('not_found');
      return answer(presentMessage(message, ctx.now));
    },
  });
}

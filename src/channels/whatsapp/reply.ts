import { z } from 'zod';
import type { PageAccess, PublishOptions } from '../channel.ts';
import { graphApi, type MetaDependencies } from '../meta/graph.ts';

/** A message that somebody of ours writes by hand. */
export interface Reply {
  /** The number is taken where both are known. */
  readonly to: { readonly phone: string | null; readonly userId: string | null };
  /** WhatsApp's id of the message that it answers. */
  readonly quotes: string | null;
  /** Comes back with everything that is told of the message. */
  readonly opaque: string;
  readonly content: ReplyContent;
}

export type ReplyContent =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'template';
      readonly name: string;
      readonly language: string;
      readonly components: readonly unknown[];
    };

const accepted = z.object({ messages: z.array(z.object({ id: z.string().min(1) })).min(1) });

/** Sends a message, at most once; returns WhatsApp's id of it. */
export type SendReply = (page: PageAccess, reply: Reply, options?: PublishOptions) => Promise<string>;

export function replyChannel(dependencies: MetaDependencies): SendReply {
  const graph = graphApi('whatsapp', dependencies);
  return async ({ externalId, accessToken }, reply, options = {}) => {
    const { messages } = await graph.call({
      method: 'POST',
      path: `/${externalId}/messages`,
      json: bodyOf(reply),
      accessToken,
      repeat: 'never',
      departWithinMs: options.departWithinMs,
      signal: options.signal,
      answer: accepted,
    });
    return messages[0]?.id ?? '';
  };
}

function bodyOf({ to: { phone, userId }, quotes, opaque, content }: Reply): Record<string, unknown> {
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...(phone === null ? { recipient: userId } : { to: phone.slice(1) }),
    ...(quotes === null ? {} : { context: { message_id: quotes } }),
    biz_opaque_callback_data: opaque,
    ...(content.kind === 'text'
      ? { type: 'text', text: { body: content.text, preview_url: false } }
      : {
          type: 'template',
          template: { name: content.name, language: { code: content.language }, components: content.components },
        }),
  };
}

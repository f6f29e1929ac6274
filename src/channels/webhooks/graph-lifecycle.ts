import { z } from 'zod';
import type { GrantNews, GrantNotice } from '../../domain/grant-notice.ts';
import { type GrantWebhook, unreadable } from './grant-webhook.ts';
import { jsonIn } from './signature.ts';

const delivery = z.object({
  value: z.array(
    z.object({
      subscriptionId: z.string(),
      clientState: z.string().nullish(),
      lifecycleEvent: z.string().optional(),
    }),
  ),
});

/** Graph asks with a sentence of this length at most; more is nobody's question. */
const longestQuestion = 1_000;

/**
 * What Microsoft Graph tells of subscriptions. It signs nothing: each message repeats the secret that the subscription
 * was made with, and whoever applies the notice holds it against ours.
 * Source: learn.microsoft.com, "Reduce missing change notifications" and "Receive change notifications through webhooks".
 */
export const graphLifecycle: GrantWebhook = ({ method, query, body }) => {
  const question = query.get('validationToken');
  if (method === 'POST' && question !== null && question.length <= longestQuestion) {
    return { kind: 'handshake', contentType: 'text/plain', words: question };
  }
  const read = delivery.safeParse(jsonIn(body));
  if (!read.success) return unreadable;
  const notices = read.data.value.flatMap(({ subscriptionId, clientState, lifecycleEvent }): GrantNotice[] => {
    if (lifecycleEvent === undefined || clientState === null || clientState === undefined) return [];
    const about = { kind: 'watch', watchId: subscriptionId, secret: clientState } as const;
    return [{ about, news: newsOf(lifecycleEvent), providerCode: lifecycleEvent, at: null }];
  });
  return { kind: 'news', notices };
};

/** `reauthorizationRequired` and `missed` leave the subscription alive. */
function newsOf(lifecycleEvent: string): GrantNews {
  return lifecycleEvent === 'subscriptionRemoved' ? 'watch_again' : 'look';
}

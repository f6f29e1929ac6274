import { z } from 'zod';
import { forged, type GrantWebhook, unreadable } from './grant-webhook.ts';
import { jsonIn, matches, signatureOf } from './signature.ts';

const delivery = z.object({
  user_event: z
    .object({
      revoke: z
        .object({ date_time: z.string(), source: z.object({ user_id: z.union([z.string(), z.number()]) }) })
        .optional(),
    })
    .optional(),
});

/**
 * X's account activity webhook: proves now and then that it reaches us (CRC), and tells when a person takes the grant
 * back. Source: docs.x.com, "Account Activity API", "Securing webhooks".
 */
export function xWebhook(consumerSecret: string | null): GrantWebhook {
  return ({ method, query, headers, body }) => {
    if (consumerSecret === null) return forged;
    if (method === 'GET') {
      const crcToken = query.get('crc_token');
      if (crcToken === null) return forged;
      const words = JSON.stringify({ response_token: `sha256=${signatureOf(consumerSecret, crcToken, 'base64')}` });
      return { kind: 'handshake', contentType: 'application/json', words };
    }
    const expected = `sha256=${signatureOf(consumerSecret, body, 'base64')}`;
    if (!matches(expected, headers['x-twitter-webhooks-signature'])) return forged;
    const read = delivery.safeParse(jsonIn(body));
    if (!read.success) return unreadable;
    const revoke = read.data.user_event?.revoke;
    if (revoke === undefined) return { kind: 'news', notices: [] };
    const at = Date.parse(revoke.date_time);
    return {
      kind: 'news',
      notices: [
        {
          about: { kind: 'page', network: 'x', externalId: String(revoke.source.user_id) },
          news: 'revoked',
          providerCode: 'oauth.revoke',
          at: Number.isNaN(at) ? null : at,
        },
      ],
    };
  };
}

import { z } from 'zod';
import { forged, type GrantWebhook, unreadable } from './grant-webhook.ts';
import { jsonIn, matches, signatureOf } from './signature.ts';

const delivery = z.object({ data: z.object({ event_type: z.string(), payload: z.unknown() }) });
const revocation = z.object({ date_time: z.string(), user_id: z.string() });

/**
 * X's webhook: proves now and then that it reaches us (CRC), and tells when a person takes the grant back. Source:
 * docs.x.com, "X Activity API" (`oauth.revoke`), "Securing webhooks".
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
    const { event_type: event, payload } = read.data.data;
    if (event !== 'oauth.revoke') return { kind: 'news', notices: [] };
    const revoked = revocation.safeParse(payload);
    if (!revoked.success) return unreadable;
    const at = Date.parse(revoked.data.date_time);
    return {
      kind: 'news',
      notices: [
        {
          about: { kind: 'page', network: 'x', externalId: revoked.data.user_id },
          news: 'revoked',
          providerCode: 'oauth.revoke',
          at: Number.isNaN(at) ? null : at,
        },
      ],
    };
  };
}

import { z } from 'zod';
import type { GrantFamily } from '../../domain/grant.ts';
import { forged, type GrantWebhook, unreadable } from './grant-webhook.ts';
import { endOfSecond, jsonIn, matches, signatureOf } from './signature.ts';

const payload = z.object({
  algorithm: z.literal('HMAC-SHA256'),
  user_id: z.union([z.string(), z.number()]).transform(String),
  /** Epoch seconds. */
  issued_at: z.number(),
});

/**
 * A person has removed the app from their account, or asks that what we know of them goes. Meta sends a form with a
 * `signed_request`: signature and payload, both base64url.
 * Source: developers.facebook.com, "Data Deletion Request Callback" and "Deauthorize Callback URL".
 */
export function metaSignedRequest(
  appSecret: string | null,
  family: Extract<GrantFamily, 'meta' | 'instagram'>,
  news: 'revoked' | 'erase',
): GrantWebhook {
  return ({ method, body }) => {
    const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
    const [signature, encoded = ''] = (form.get('signed_request') ?? '').split('.');
    if (method !== 'POST' || appSecret === null) return forged;
    if (!matches(signatureOf(appSecret, encoded, 'base64url'), signature?.replaceAll('=', ''))) return forged;
    const read = payload.safeParse(jsonIn(Buffer.from(encoded, 'base64url')));
    if (!read.success) return unreadable;
    const { user_id: externalId, issued_at: issuedAt } = read.data;
    const providerCode = news === 'erase' ? 'data_deletion' : 'deauthorize';
    const about = { kind: 'person', family, externalId } as const;
    return { kind: 'news', notices: [{ about, news, providerCode, at: endOfSecond(issuedAt) }] };
  };
}

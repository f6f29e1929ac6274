import { type Clock, systemClock } from '../../platform/clock.ts';
import type { NetworksConfig } from '../../platform/config.ts';
import { graphLifecycle } from './graph-lifecycle.ts';
import type { GrantWebhook } from './grant-webhook.ts';
import { metaSignedRequest } from './meta-signed-request.ts';
import { metaWebhook } from './meta-webhook.ts';
import { xWebhook } from './x-webhook.ts';

/** What networks call us at, by the last part of the address; those that are asked to (`watch`) by the network's name. */
export type GrantWebhooks = Readonly<Record<WebhookName, GrantWebhook>>;

export const webhookNames = [
  'meta',
  'meta-deauthorize',
  'meta-data-deletion',
  'instagram-deauthorize',
  'instagram-data-deletion',
  'x',
  'microsoft_mail',
] as const;

export type WebhookName = (typeof webhookNames)[number];

/** The webhooks of our apps. One whose secret is not configured takes nothing for genuine. */
export function grantWebhooks(
  { meta, instagram, x }: NetworksConfig['apps'],
  clock: Clock = systemClock,
): GrantWebhooks {
  return {
    meta: metaWebhook({ secret: meta.secret, verifyToken: meta.webhookVerifyToken }, clock),
    'meta-deauthorize': metaSignedRequest(meta.secret, 'meta', 'revoked'),
    'meta-data-deletion': metaSignedRequest(meta.secret, 'meta', 'erase'),
    'instagram-deauthorize': metaSignedRequest(instagram.secret, 'instagram', 'revoked'),
    'instagram-data-deletion': metaSignedRequest(instagram.secret, 'instagram', 'erase'),
    x: xWebhook(x.consumerSecret),
    microsoft_mail: graphLifecycle,
  };
}

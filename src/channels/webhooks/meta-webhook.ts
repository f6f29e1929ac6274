import { z } from 'zod';
import type { GrantNews, GrantNotice } from '../../domain/grant-notice.ts';
import type { NumberNews } from '../../domain/number-news.ts';
import type { TemplateNotice } from '../../domain/template-news.ts';
import type { Clock } from '../../platform/clock.ts';
import { forged, type GrantWebhook, unreadable } from './grant-webhook.ts';
import { endOfSecond, jsonIn, matches, signatureOf } from './signature.ts';
import { messageFields, numberNewsIn } from './whatsapp-messages.ts';
import { templateNotice } from './whatsapp-templates.ts';

const accountUpdate = z.object({
  event: z.string(),
  waba_info: z.object({ waba_id: z.string() }).optional(),
  ban_info: z.object({ waba_ban_state: z.string() }).optional(),
});

const delivery = z.object({
  object: z.string(),
  entry: z.array(
    z.object({
      id: z.union([z.string(), z.number()]).transform(String),
      /** Epoch seconds. */
      time: z.number().optional(),
      changes: z.array(z.object({ field: z.string(), value: z.unknown() })).default([]),
    }),
  ),
});

/**
 * Meta's webhooks of an app. Of all that comes here, what tells of grants is WhatsApp's `account_update`; of messages
 * `messages` and `user_preferences`; and some tell of templates.
 * Source: developers.facebook.com, "account_update webhook reference"; the events that end a grant also as met by others.
 */
export function metaWebhook(
  app: {
    readonly secret: string | null;
    readonly verifyToken: string | null;
  },
  clock: Clock,
): GrantWebhook {
  return ({ method, query, headers, body }) => {
    if (method === 'GET') {
      const asks = query.get('hub.mode') === 'subscribe';
      if (!asks || app.verifyToken === null || !matches(app.verifyToken, query.get('hub.verify_token'))) return forged;
      return { kind: 'handshake', contentType: 'text/plain', words: query.get('hub.challenge') ?? '' };
    }
    if (app.secret === null) return forged;
    if (!matches(`sha256=${signatureOf(app.secret, body, 'hex')}`, headers['x-hub-signature-256'])) return forged;
    const read = delivery.safeParse(jsonIn(body));
    if (!read.success) return unreadable;
    const entries = read.data.object === 'whatsapp_business_account' ? read.data.entry : [];
    const templates = entries.flatMap((entry) => templateNoticesIn(entry, clock()));
    const numbers = entries.flatMap(numbersIn);
    return {
      kind: 'news',
      notices: entries.flatMap(noticesIn),
      ...(templates.length === 0 ? {} : { templates }),
      ...(numbers.length === 0 ? {} : { numbers }),
    };
  };
}

type Entry = z.infer<typeof delivery>['entry'][number];

function numbersIn({ changes }: Entry): readonly NumberNews[] {
  const told = changes.filter(({ field }) => messageFields.has(field));
  return told.map(({ value }) => numberNewsIn(value)).filter((news) => news !== null);
}

function noticesIn({ id, time, changes }: Entry): readonly GrantNotice[] {
  const updates = changes.filter(({ field }) => field === 'account_update');
  return updates.flatMap(({ value }): GrantNotice[] => {
    const update = accountUpdate.safeParse(value);
    if (!update.success) return [];
    // For what a partner does, the entry is the partner's own, and the account is named inside.
    const wabaId = update.data.waba_info?.waba_id ?? id;
    return [
      {
        about: { kind: 'detail', network: 'whatsapp', name: 'wabaId', value: wabaId },
        news: newsOf(update.data),
        providerCode: update.data.event,
        at: time === undefined ? null : endOfSecond(time),
      },
    ];
  });
}

function templateNoticesIn(
  { id, time, changes }: z.infer<typeof delivery>['entry'][number],
  nowMs: number,
): readonly TemplateNotice[] {
  return changes.flatMap(
    ({ field, value }) => templateNotice({ wabaId: id, time: time ?? null, field, value }, nowMs) ?? [],
  );
}

const endings: ReadonlySet<string> = new Set(['PARTNER_APP_UNINSTALLED', 'PARTNER_REMOVED', 'ACCOUNT_DELETED']);

/** A ban is announced, carried out and lifted by the same event. */
function newsOf({ event, ban_info: ban }: z.infer<typeof accountUpdate>): GrantNews {
  if (endings.has(event)) return 'revoked';
  return event === 'DISABLED_UPDATE' && ban?.waba_ban_state === 'DISABLE' ? 'revoked' : 'look';
}

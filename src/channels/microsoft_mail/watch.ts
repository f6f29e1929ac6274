import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { HeldPage, Watch, WatchWish } from '../connector.ts';
import type { MicrosoftGraph } from './graph.ts';

/** Mail that arrives in the inbox. */
const resource = "me/mailFolders('inbox')/messages";

/** Graph keeps a subscription to mail for at most 10,080 minutes; one minute is left to the clocks. */
const longestMs = 10_079 * 60_000;

const subscription = z.object({
  id: z.string(),
  resource: z.string(),
  notificationUrl: z.string().nullish(),
  expirationDateTime: z.iso.datetime({ offset: true }),
});

/**
 * Asks Graph to tell us of mail, and of what becomes of the grant. Graph does not mind two subscriptions to the same
 * thing and would then tell us twice, so one that is there already is prolonged.
 */
export async function watchInbox(
  graph: MicrosoftGraph,
  page: HeldPage,
  { wish, now }: { wish: WatchWish; now: number },
  options?: CallOptions,
): Promise<Watch> {
  const expirationDateTime = new Date(now + longestMs).toISOString();
  const { accessToken } = page;
  const notificationUrl = addressOf(wish);
  const ours = await ourSubscription(graph, { accessToken, notificationUrl }, options);
  const kept = await graph(
    ours === null
      ? {
          method: 'POST',
          target: { base: 'api', path: '/v1.0/subscriptions' },
          body: {
            json: {
              changeType: 'created',
              resource,
              notificationUrl,
              // It can only be told now: it cannot be changed later.
              lifecycleNotificationUrl: notificationUrl,
              clientState: wish.secret,
              expirationDateTime,
            },
          },
          accessToken,
          repeat: 'never',
          answer: subscription,
        }
      : {
          method: 'PATCH',
          target: { base: 'api', path: `/v1.0/subscriptions/${encodeURIComponent(ours)}` },
          body: { json: { expirationDateTime } },
          accessToken,
          repeat: 'harmless',
          answer: subscription,
        },
    options,
  );
  return { id: kept.id, expiresAt: Date.parse(kept.expirationDateTime) };
}

/**
 * Graph never tells again which secret a subscription was made with, so that its address does: one that another
 * connection of the same mailbox has left behind repeats another secret, and is not ours.
 */
function addressOf({ notificationUrl, secret }: WatchWish): string {
  const address = new URL(notificationUrl);
  address.searchParams.set('for', createHash('sha256').update(secret).digest('base64url').slice(0, 16));
  return address.href;
}

async function ourSubscription(
  graph: MicrosoftGraph,
  { accessToken, notificationUrl }: { accessToken: string; notificationUrl: string },
  options?: CallOptions,
): Promise<string | null> {
  const { value } = await graph(
    {
      method: 'GET',
      target: { base: 'api', path: '/v1.0/subscriptions' },
      accessToken,
      repeat: 'harmless',
      answer: z.object({ value: z.array(subscription) }),
    },
    options,
  );
  const found = value.find(
    (candidate) => candidate.resource === resource && candidate.notificationUrl === notificationUrl,
  );
  return found?.id ?? null;
}

import { z } from 'zod';
import type { World } from '../../kernel/world.ts';

const share = z.number().min(0).max(1);
const ms = z.number().int().min(0).max(86_400_000);

export const messagingSettings = z.strictObject({
  latencyMs: ms.describe('How long a message takes to be answered.'),
  throughput: z.enum(['STANDARD', 'HIGH']).describe('80 or 1,000 messages a second from each number, in and out.'),
  perSecond: z.number().int().min(1).nullable().describe('Another limit than that; null for none.'),
  tier: z
    .enum(['TIER_250', 'TIER_2K', 'TIER_10K', 'TIER_100K', 'TIER_UNLIMITED'])
    .describe('To how many different people a portfolio may write in 24 hours outside of their windows.'),
  pairEveryMs: ms.describe(
    'How often one number may write to the same person, after the burst; 0 for as often as it likes.',
  ),
  pairBurst: z.number().int().min(1).describe('How many messages to one person may be sent in a row before that.'),
  marketingPerDay: z
    .number()
    .int()
    .min(0)
    .nullable()
    .describe('Templates that a person may be sent in a day; null for any number.'),
  loseAnswerShare: share.describe('Of the messages that are taken, so many answers are lost on the way.'),
  lateAnswerShare: share.describe('So many answers come late, after statuses perhaps.'),
  lateAnswerMs: ms.describe('How late those come, besides the usual time.'),
  dropShare: share.describe('So many requests are cut before anything has come of them.'),
  callbackUrl: z.url().nullable().describe('Where statuses and messages are sent; null: nowhere.'),
  deliveredAfterMs: ms.describe('About how long a message takes to arrive.'),
  readAfterMs: ms.describe('About how long it then waits to be read.'),
  readShare: share.describe('So many of those that arrive are read.'),
  refuseAllWith: z
    .number()
    .int()
    .nullable()
    .describe('Every message is refused with this code, and the health of numbers says so; null: none is.'),
  pacedAfter: z
    .number()
    .int()
    .min(0)
    .nullable()
    .describe(
      'After so many messages of one template the rest is held, until it is released or dropped; null: none is.',
    ),
  heldAs: z
    .enum(['held_for_quality_assessment', 'paused'])
    .describe('What answers then say of a message: both mean that it waits.'),
  fetchMedia: z
    .boolean()
    .describe('Whether files that are named by a link are fetched; what cannot be fetched fails with 131053.'),
  closedWindow: z
    .enum(['refuse', 'fail', 'ignore'])
    .describe(
      'What becomes of a message that is no template, to somebody who has not written to the number for 24 hours: it is refused with 131047, or taken and fails with it, as the field has met both, or goes out all the same.',
    ),
  undeliverableShare: share.describe('So many of those that are taken fail afterwards.'),
  undeliverableCode: z.number().int().describe('With which code they do.'),
  statusLossShare: share.describe('So many statuses are never told.'),
  statusRepeatShare: share.describe('So many statuses are told twice.'),
  statusShuffleShare: share.describe('So many statuses come late, and so in another order.'),
});

export type MessagingSettings = z.infer<typeof messagingSettings>;
export const messagingChange = messagingSettings.partial().describe('The settings to change; the rest stays as it is.');

export const usualMessaging: MessagingSettings = {
  latencyMs: 30,
  throughput: 'STANDARD',
  perSecond: null,
  tier: 'TIER_2K',
  pairEveryMs: 6_000,
  pairBurst: 45,
  marketingPerDay: null,
  loseAnswerShare: 0,
  lateAnswerShare: 0,
  lateAnswerMs: 0,
  dropShare: 0,
  callbackUrl: null,
  deliveredAfterMs: 300,
  readAfterMs: 2_000,
  readShare: 0.6,
  refuseAllWith: null,
  pacedAfter: null,
  heldAs: 'held_for_quality_assessment',
  fetchMedia: true,
  closedWindow: 'refuse',
  undeliverableShare: 0,
  undeliverableCode: 131_026,
  statusLossShare: 0,
  statusRepeatShare: 0,
  statusShuffleShare: 0,
};

const settingsOf = (world: World) => world.store.collection<MessagingSettings>('messaging-settings');

/** How WhatsApp behaves now; kept over a restart, and forgotten by a reset. */
export const messaging = (world: World): MessagingSettings => settingsOf(world).get('current') ?? usualMessaging;

export function changeMessaging(world: World, change: z.infer<typeof messagingChange>): MessagingSettings {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  settingsOf(world).put('current', messagingSettings.parse({ ...messaging(world), ...given }));
  return messaging(world);
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { Complaint } from '../../dev/complaint.ts';
import type { Database } from '../../src/db/schema.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { CampaignId } from '../../src/domain/ids.ts';
import { begin, type CampaignTenant, finished } from './campaign-tenant.ts';
import { perSecond } from './message-contest.ts';
import { percentile } from './report.ts';
import { succeed } from './system.ts';
import type { WhatsappSide } from './whatsapp-side.ts';

export interface Measuring {
  readonly db: Kysely<Database>;
  readonly whatsapp: WhatsappSide;
  readonly tenant: CampaignTenant;
}

/** Waits until the campaign has sent something; answers when that was first seen, in epoch milliseconds. */
export async function firstSent({ db, tenant }: Measuring, campaignId: CampaignId): Promise<number> {
  for (;;) {
    const sent = await withTenant(db, tenant.tenantId, (trx) =>
      trx
        .selectFrom('campaign_message')
        .select('id')
        .where('campaign_id', '=', campaignId)
        .where('provider_message_id', 'is not', null)
        .limit(1)
        .executeTakeFirst(),
    );
    if (sent !== undefined) return Date.now();
    await pause(100);
  }
}

/**
 * How long it takes from asking for a pause in full flight until the answer is there and the last message has arrived,
 * in milliseconds; the median of several.
 */
export async function pauseMs(about: Measuring, groupId: string): Promise<number> {
  const { tenant, whatsapp } = about;
  const taken: number[] = [];
  for (let round = 0; round < pauses; round += 1) {
    const { campaignId } = await begin(tenant, groupId);
    await firstSent(about, campaignId);
    await pause(1_000);
    const askedAt = Date.now();
    await succeed(tenant.admin.post(`/v1/campaigns/${campaignId}/pause`));
    const answeredAt = Date.now();
    await pause(2_000);
    const { lastAt } = await whatsapp.deliveries(askedAt, tenant.phoneId);
    taken.push(Math.max(answeredAt, lastAt ?? 0) - askedAt);
    await stop(about, campaignId);
  }
  return percentile(taken, 0.5);
}

const pauses = 5;

/** Cancels a campaign and waits until its process has ended. */
export async function stop({ db, tenant }: Measuring, campaignId: CampaignId): Promise<void> {
  await succeed(tenant.admin.post(`/v1/campaigns/${campaignId}/cancel`));
  await finished(db, tenant, campaignId);
}

/** How long replies to people take, in milliseconds: of the quickest half with nothing beside them, and of nearly all during a campaign. */
export async function replyMs(
  about: Measuring,
  { groupId, api }: { groupId: string; api: string },
): Promise<{ quiet: number; busy: number }> {
  const authors = await whoHasWritten(about, api);
  const quiet = await replies(about, authors);
  const { campaignId } = await begin(about.tenant, groupId);
  await firstSent(about, campaignId);
  // Whatever the bucket had left over is gone.
  await pause(2_000);
  const busy = await replies(about, authors);
  await stop(about, campaignId);
  return { quiet: percentile(quiet, 0.5), busy: percentile(busy, 0.95) };
}

const replyCount = 40;
const replyEveryMs = 250;

/** Some of the people write to the number, which opens the window in which they are answered. */
async function whoHasWritten({ db, whatsapp, tenant: { tenantId, phoneId } }: Measuring, api: string) {
  const authors = await withTenant(db, tenantId, (trx) =>
    trx
      .selectFrom('author')
      .select(['id', 'phone'])
      .where('phone', 'is not', null)
      .orderBy('id', 'desc')
      .limit(replyCount)
      .execute(),
  );
  await whatsapp.messaging({ callbackUrl: `${api}/webhooks/meta` });
  for (const { phone } of authors) await whatsapp.inbound(phoneId, (phone ?? '').slice(1));
  await whatsapp.messaging({ callbackUrl: null });
  return authors.map(({ id }) => id);
}

async function replies({ tenant }: Measuring, authors: readonly string[]): Promise<readonly number[]> {
  const { admin, connectionId } = tenant;
  const one = async (author: string, n: number): Promise<number> => {
    await pause(n * replyEveryMs);
    const askedAt = performance.now();
    const body = { text: 'Certo, lo mettiamo da parte per Lei.', connectionId };
    const { state } = await succeed(admin.post(`/v1/authors/${author}/messages`, { body }));
    if (state === 'failed') throw new Complaint('WhatsApp has refused a reply.');
    return performance.now() - askedAt;
  };
  return Promise.all(authors.map(one));
}

/** A campaign of which WhatsApp tells three statuses of each message while it is sent. */
export async function withStatuses(about: Measuring, { groupId, api }: { groupId: string; api: string }) {
  const { db, tenant, whatsapp } = about;
  const soon = { readShare: 1, deliveredAfterMs: 100, readAfterMs: 200 };
  await whatsapp.messaging({ ...soon, callbackUrl: `${api}/webhooks/meta` });
  const since = Date.now();
  const { campaignId } = await begin(tenant, groupId);
  await finished(db, tenant, campaignId);
  const seen = await whatsapp.deliveries(since, tenant.phoneId);
  const allReadAt = await allRead(about, campaignId);
  await whatsapp.messaging({ callbackUrl: null });
  const [firstAt, lastAt] = [seen.firstAt ?? 0, seen.lastAt ?? 0];
  return {
    messagesPerS: perSecond(seen),
    statusesPerS: (3 * seen.taken * 1_000) / (allReadAt - firstAt),
    /** From the last message that was taken to the last status that was written down. */
    behindMs: allReadAt - lastAt,
  };
}

async function allRead({ db, tenant }: Measuring, campaignId: CampaignId): Promise<number> {
  for (;;) {
    const unread = await withTenant(db, tenant.tenantId, (trx) =>
      trx
        .selectFrom('campaign_message')
        .select('id')
        .where('campaign_id', '=', campaignId)
        .where('state', '<>', 'read')
        .limit(1)
        .executeTakeFirst(),
    );
    if (unread === undefined) return Date.now();
    await pause(100);
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import { Complaint } from '../../dev/complaint.ts';
import { isFrozen } from '../../src/db/campaign-freeze.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { CampaignId } from '../../src/domain/ids.ts';
import { begin, type CampaignTenant, finished, insertPeople } from './campaign-tenant.ts';
import { firstSent, type Measuring } from './campaign-measures.ts';
import { percentile } from './report.ts';
import { succeed, tell } from './system.ts';
import { forgetPeak, peakMib } from './worker-memory.ts';

interface Large extends Measuring {
  readonly workerPid: number;
  readonly recipients: number;
  /** Of everybody's number. */
  readonly prefix: string;
  /** A tenant with few recipients and a number of its own, which wants to send at the same time. */
  readonly beside: CampaignTenant;
}

const few = 1_000;

/** A campaign to very many people: how soon it begins, what it takes, and what it leaves to others. */
export async function largeCampaign(about: Large): Promise<Readonly<Record<string, number>>> {
  const { db, tenant, beside, whatsapp, workerPid, recipients, prefix } = about;
  tell(`a list of ${recipients} people, and one of ${few} of another tenant`);
  const groupId = await insertPeople(db, tenant, { count: recipients, prefix });
  const fewId = await insertPeople(db, beside, { count: few, prefix });
  const alone = await fewTake(about, fewId);
  forgetPeak(workerPid);
  const since = Date.now();
  const { campaignId, beganAt } = await begin(tenant, groupId);
  await firstSent(about, campaignId);
  const { firstAt } = await whatsapp.deliveries(since, tenant.phoneId);
  tell(`its first message left after ${((firstAt ?? Number.NaN) - beganAt) / 1_000} s`);
  await pause(20_000);
  const besideMs = await fewTake(about, fewId);
  tell(`${few} messages of the other tenant took ${besideMs} ms beside it, ${alone} ms before`);
  const whileFreezing = await resultsMs(about, campaignId);
  await frozen(about, campaignId);
  const frozenAt = Date.now();
  tell(`all of its people were written down after ${(frozenAt - beganAt) / 1_000} s`);
  const results = await resultsMs(about, campaignId);
  const memoryByThen = peakMib(workerPid);
  forgetPeak(workerPid);
  await finished(db, tenant, campaignId);
  const seen = await whatsapp.deliveries(since, tenant.phoneId);
  const memory = peakMib(workerPid);
  if (seen.most !== 1) throw new Complaint(`Somebody was sent ${seen.most} messages.`);
  if (seen.taken !== recipients) throw new Complaint(`${seen.taken} of ${recipients} were sent something.`);
  return {
    large_recipients: recipients,
    large_sent: seen.taken,
    large_first_send_s: ((firstAt ?? Number.NaN) - beganAt) / 1_000,
    large_frozen_s: (frozenAt - beganAt) / 1_000,
    large_messages_per_s: (seen.taken / ((seen.lastAt ?? 0) - (firstAt ?? 0))) * 1_000,
    large_frozen_rss_mb: memoryByThen,
    large_rss_mb: memory,
    large_results_ms: Math.max(whileFreezing, results),
    few_alone_s: alone / 1_000,
    few_beside_large_s: besideMs / 1_000,
  };
}

/** How long the small tenant's campaign takes, from its schedule to its last message, in milliseconds. */
async function fewTake({ db, whatsapp, beside }: Large, groupId: string): Promise<number> {
  const since = Date.now();
  const { campaignId, beganAt } = await begin(beside, groupId);
  await finished(db, beside, campaignId);
  const { taken, lastAt } = await whatsapp.deliveries(since, beside.phoneId);
  if (taken !== few) throw new Complaint(`The small campaign has sent ${taken} messages.`);
  return (lastAt ?? Number.NaN) - beganAt;
}

/** Waits until all of its people stand in the ledger. */
async function frozen({ db, tenant }: Large, campaignId: CampaignId): Promise<void> {
  while (!(await withTenant(db, tenant.tenantId, (trx) => isFrozen(trx, campaignId)))) await pause(500);
}

/** How long results are waited for, the longest of several times in milliseconds. */
async function resultsMs({ tenant }: Large, campaignId: string): Promise<number> {
  const took: number[] = [];
  for (let looks = 0; looks < 5; looks += 1) {
    const askedAt = performance.now();
    await succeed(tenant.admin.get(`/v1/campaigns/${campaignId}/results`));
    took.push(performance.now() - askedAt);
    await pause(1_000);
  }
  return percentile(took, 1);
}

import type { WorkflowBundle } from '@temporalio/worker';
import { Complaint } from '../../dev/complaint.ts';
import { sendWidth } from '../../src/activities/campaign-slice.ts';
import type { CampaignTenant } from './campaign-tenant.ts';
import { sendByActivities } from './message-activity-worker.ts';
import { hasRedis, sendAsJobs, startRedis } from './message-jobs.ts';
import { type Counter, sendInLoop } from './message-loop.ts';
import { sendWithRows } from './message-rows.ts';
import { percentile } from './report.ts';
import { tell } from './system.ts';
import type { Deliveries, WhatsappSide } from './whatsapp-side.ts';

interface Contender {
  readonly messages: number;
  /** Sends so many messages, and returns when everything about them has been written down. */
  readonly run: (messages: number) => Promise<void>;
}

export interface Contest {
  readonly whatsapp: WhatsappSide;
  readonly tenant: CampaignTenant;
  readonly recipients: number;
  readonly rounds: number;
  readonly prefix: string;
  /** As somebody who may make a table. */
  readonly ownerUrl: string;
  readonly redisPort: number;
  readonly temporal: { readonly address: string; readonly namespace: string; readonly workflowBundle: WorkflowBundle };
  /** Sends to everybody once, by Chorally. */
  readonly campaign: () => Promise<void>;
}

/** How a contender did: medians over the rounds. */
export interface Standing {
  readonly messagesPerS: number;
  /** To what the bare loop did right before and right after it. */
  readonly ratio: number;
}

/**
 * Sends the same messages in every way, in every round in another order, and by the bare loop before and after each of
 * them: what else the machine does then weighs on both. Rates are what WhatsApp saw, from the first message that it took
 * to the last. What must be there before the first (an audience, jobs in a queue) is not counted for anybody. `null`: the
 * contender needs what this machine has not.
 */
export async function contest(about: Contest): Promise<Readonly<Record<ContenderName, Standing | null>>> {
  const redis = hasRedis() ? await startRedis(about.redisPort) : null;
  try {
    const { loop, ...others } = contendersOf(about);
    const names = (Object.keys(others) as (keyof typeof others)[]).filter((name) => name !== 'jobs' || redis !== null);
    const rates: Record<ContenderName, number[]> = { loop: [], rows: [], jobs: [], activities: [], campaign: [] };
    const ratios: Record<ContenderName, number[]> = { loop: [], rows: [], jobs: [], activities: [], campaign: [] };
    // So that code is compiled, connections are open and pages are in memory.
    await loop.run(loop.messages);
    for (const name of names) await others[name].run(Math.ceil(others[name].messages / 4));
    for (let round = 0; round < about.rounds; round += 1) {
      let before = await rateOf(about, loop);
      rates.loop.push(before);
      for (const name of rotated(names, round)) {
        const rate = await rateOf(about, others[name]);
        const after = await rateOf(about, loop);
        rates[name].push(rate);
        rates.loop.push(after);
        ratios[name].push(rate / ((before + after) / 2));
        tell(
          `round ${round + 1}: ${shown(before)} by the loop, ${shown(rate)} by ${name}, ${shown(after)} by the loop`,
        );
        before = after;
      }
    }
    const standing = (name: ContenderName): Standing | null =>
      rates[name].length === 0
        ? null
        : { messagesPerS: percentile(rates[name], 0.5), ratio: percentile(ratios[name], 0.5) };
    return {
      loop: standing('loop'),
      rows: standing('rows'),
      jobs: standing('jobs'),
      activities: standing('activities'),
      campaign: standing('campaign'),
    };
  } finally {
    await redis?.stop();
  }
}

const shown = (rate: number): string => rate.toFixed(0).padStart(5);

type ContenderName = 'loop' | 'rows' | 'jobs' | 'activities' | 'campaign';

function contendersOf(about: Contest): Readonly<Record<ContenderName, Contender>> {
  const { tenant, whatsapp, recipients: messages, ownerUrl, redisPort, temporal } = about;
  const counter: Counter = {
    origin: whatsapp.url,
    path: `/v26.0/${tenant.phoneId}/messages`,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tenant.accessToken}` },
    connections: sendWidth,
  };
  const bodies = Array.from({ length: messages }, (_, index) => bodyOf(about, index + 1));
  const some = (count: number) => bodies.slice(0, count);
  return {
    loop: { messages: Math.ceil(messages / 2), run: (n) => sendInLoop(counter, some(n)) },
    rows: { messages: Math.ceil(messages / 2), run: (n) => sendWithRows(ownerUrl, counter, some(n)) },
    jobs: { messages: Math.ceil(messages / 2), run: (n) => sendAsJobs(redisPort, counter, some(n)) },
    // It takes several times as long as the others.
    activities: { messages: Math.ceil(messages / 16), run: (n) => sendByActivities(temporal, counter, some(n)) },
    campaign: { messages, run: () => about.campaign() },
  };
}

/** What Chorally sends, to the letter but for whose message it is. */
function bodyOf({ tenant, prefix }: Contest, n: number): string {
  const parameters = [{ type: 'text', parameter_name: 'first_name', text: `Persona ${n}` }];
  return JSON.stringify({
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    to: `${prefix}${String(n).padStart(7, '0')}`,
    biz_opaque_callback_data: `loop/00000000-0000-0000-0000-000000000000/${String(n).padStart(36, '0')}`,
    type: 'template',
    template: { name: tenant.templateName, language: { code: 'it' }, components: [{ type: 'body', parameters }] },
  });
}

async function rateOf({ whatsapp, tenant }: Contest, { messages, run }: Contender): Promise<number> {
  const since = Date.now();
  await run(messages);
  const seen = await whatsapp.deliveries(since, tenant.phoneId);
  if (seen.taken !== messages || seen.most !== 1) {
    throw new Complaint(`${seen.taken} of ${messages} messages arrived, ${seen.most} at one person.`);
  }
  return perSecond(seen);
}

/** From the first message to the last. */
export function perSecond({ taken, firstAt, lastAt }: Deliveries): number {
  return ((taken - 1) / ((lastAt ?? 0) - (firstAt ?? 0))) * 1_000;
}

const rotated = <T>(items: readonly T[], by: number): readonly T[] => [
  ...items.slice(by % items.length),
  ...items.slice(0, by % items.length),
];

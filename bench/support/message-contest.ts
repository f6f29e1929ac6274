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
  readonly name: string;
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

/** Messages a second of each contender, in each round. */
export type Rates = ReadonlyMap<string, readonly number[]>;

/**
 * Sends the same messages in every way, one after the other, in every round from another one on. Rates are what
 * WhatsApp saw: from the first message that it took to the last. What must be there before the first (an audience, jobs
 * in a queue) is not counted for anybody.
 */
export async function contest(about: Contest): Promise<Rates> {
  const redis = hasRedis() ? await startRedis(about.redisPort) : null;
  try {
    const contenders = contendersOf(about, redis !== null);
    // So that code is compiled, connections are open and pages are in memory.
    for (const { run, messages } of contenders) await run(Math.ceil(messages / 4));
    const rates = new Map(contenders.map(({ name }) => [name, [] as number[]]));
    for (let round = 0; round < about.rounds; round += 1) {
      for (const contender of rotated(contenders, round)) {
        const rate = await rateOf(about, contender);
        rates.get(contender.name)?.push(rate);
        tell(`round ${round + 1}: ${contender.name.padEnd(22)} ${rate.toFixed(0).padStart(6)} messages/s`);
      }
    }
    return rates;
  } finally {
    await redis?.stop();
  }
}

/** The median of the rounds' own ratios: what else the machine does weighs on both sides of each. */
export function ratio(rates: Rates, name: string): number {
  const loop = rates.get('loop') ?? [];
  return percentile(
    (rates.get(name) ?? []).map((rate, round) => rate / (loop[round] ?? Number.NaN)),
    0.5,
  );
}

export const median = (rates: Rates, name: string): number => percentile(rates.get(name) ?? [], 0.5);

function contendersOf(about: Contest, withJobs: boolean): readonly Contender[] {
  const { tenant, whatsapp, recipients, ownerUrl, redisPort, temporal } = about;
  const counter: Counter = {
    origin: whatsapp.url,
    path: `/v26.0/${tenant.phoneId}/messages`,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tenant.accessToken}` },
    connections: sendWidth,
  };
  const bodies = Array.from({ length: recipients }, (_, index) => bodyOf(about, index + 1));
  const some = (messages: number) => bodies.slice(0, messages);
  return [
    { name: 'loop', messages: recipients, run: (n) => sendInLoop(counter, some(n)) },
    { name: 'loop with row updates', messages: recipients, run: (n) => sendWithRows(ownerUrl, counter, some(n)) },
    ...(withJobs
      ? [{ name: 'BullMQ', messages: recipients, run: (n: number) => sendAsJobs(redisPort, counter, some(n)) }]
      : []),
    {
      name: 'activity per message',
      // It takes several times as long as the others.
      messages: Math.ceil(recipients / 8),
      run: (n) => sendByActivities(temporal, counter, some(n)),
    },
    { name: 'campaign', messages: recipients, run: () => about.campaign() },
  ];
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

async function rateOf({ whatsapp, tenant }: Contest, { name, messages, run }: Contender): Promise<number> {
  const since = Date.now();
  await run(messages);
  const seen = await whatsapp.deliveries(since, tenant.phoneId);
  if (seen.taken !== messages || seen.most !== 1) {
    throw new Complaint(`${name}: ${seen.taken} of ${messages} messages arrived, ${seen.most} at one person.`);
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

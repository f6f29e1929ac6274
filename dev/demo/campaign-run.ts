import { setTimeout as sleep } from 'node:timers/promises';

import type { CampaignCast } from './campaigns.ts';
import { campaignView, progressView, type Results, resultsView } from './campaign-views.ts';
import { count, type Customers, price } from './contacts.ts';
import { watchEvents } from './event-watch.ts';
import { observe } from './observe.ts';
import type { ApprovedTemplate } from './templates.ts';
import type { WhatsappSide } from './whatsapp-side.ts';

type Run = Readonly<{
  campaignId: string;
  template: ApprovedTemplate;
  customers: Customers;
  whatsapp: WhatsappSide;
  /** Lets it begin. */
  release: () => Promise<void>;
}>;

const killAfterShare = 0.4;
const startWithinMs = 60_000;
const endWithinMs = 240_000;
const statusesWithinMs = 60_000;
const lookEveryMs = 100;

/** Follows a campaign live, kills its worker in the middle, and counts at the end on both sides. */
export async function runThroughKill(cast: CampaignCast, run: Run): Promise<void> {
  const { paolo, worker, say } = cast;
  const close = await watchEvents(paolo.follow, run.campaignId, ({ kind, data }) => {
    if (kind === 'campaign.progressed') say.progress(standing(progressView.parse(data)));
    if (kind === 'campaign.started' || kind === 'campaign.finished') say.tell(`  told live: ${kind}`);
  });
  try {
    await run.release();
    const before = await untilTaken(run, killAfterShare * run.customers.agreed.size);
    await worker.kill();
    say.claim(`the worker is killed (SIGKILL) when WhatsApp has taken ${count(before)}`, before > 0, before);
    await worker.start();
    say.tell('  another worker is started, and goes on where the ledger ends …');
    const state = () => stateOf(cast, run);
    const ended = await observe(state, (seen) => seen === 'finished', endWithinMs);
    say.claim('the campaign is finished', ended === 'finished', ended);
    await compare(cast, run);
  } finally {
    await close();
  }
}

async function untilTaken({ whatsapp, template }: Run, least: number): Promise<number> {
  const deadline = Date.now() + startWithinMs;
  for (;;) {
    const { length } = await whatsapp.taken(template.name);
    if (length >= least || Date.now() > deadline) return length;
    await sleep(lookEveryMs);
  }
}

async function stateOf({ paolo }: CampaignCast, { campaignId }: Run): Promise<string> {
  return campaignView.parse((await paolo.get(`/v1/campaigns/${campaignId}`)).body).state;
}

/** What WhatsApp has taken against what the API says, person by person. */
async function compare(
  { paolo, say }: CampaignCast,
  { campaignId, customers, template, whatsapp }: Run,
): Promise<void> {
  const { agreed } = customers;
  const messages = await whatsapp.taken(template.name);
  const people = new Set(messages.map(({ to }) => `+${to}`));
  say.claim(
    `WhatsApp has taken ${count(messages.length)} messages for ${count(people.size)} people: nobody was sent it twice`,
    people.size === messages.length,
    { messages: messages.length, people: people.size },
  );
  const strangers = [...people].filter((phone) => !agreed.has(phone));
  say.claim('nobody else than those who have agreed', strangers.length === 0, strangers.length);

  const read = async () => resultsView.parse((await paolo.get(`/v1/campaigns/${campaignId}/results`)).body);
  const all = (results: Results): boolean => results.total.delivered === messages.length;
  const results = await observe(read, all, statusesWithinMs);
  const { sent, delivered, unconfirmed, skipped, failed, waiting, cost } = results.total;
  say.claim(
    `the results say the same: ${count(sent)} sent, ${count(delivered)} delivered, for ${price(cost)} ${results.currency}`,
    sent === messages.length && delivered === messages.length && failed === 0,
    results.total,
  );
  const lost = agreed.size - people.size;
  say.claim(
    lost === 0
      ? `nobody is in doubt, and ${count(skipped)} were passed over for want of consent`
      : `${lost} were leaving in the very moment in which the worker died, and did not arrive: they are told as unconfirmed`,
    unconfirmed === lost && waiting === 0,
    results.total,
  );
  const sum = sent + failed + unconfirmed + skipped;
  say.claim(`all ${count(sum)} rows of the ledger have come to an end`, sum === results.recipients, results);
}

function standing({ recipients, sent, delivered, read }: ReturnType<typeof progressView.parse>): string {
  return `${count(sent)} of ${count(recipients)} sent, ${count(delivered)} delivered, ${count(read)} read`;
}

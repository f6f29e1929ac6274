import type { Environment } from '../environment-file.ts';
import type { Person } from './api-client.ts';
import { answersCome } from './campaign-answers.ts';
import { guardCampaigns } from './campaign-policy.ts';
import { runThroughKill } from './campaign-run.ts';
import { campaignView, estimateView } from './campaign-views.ts';
import { count, type Customers, importCustomers, price } from './contacts.ts';
import type { Narrator } from './narrator.ts';
import type { Page } from './pages.ts';
import { type ApprovedTemplate, approvedTemplate } from './templates.ts';
import type { Colleague } from './policy.ts';
import { approvalList, connectionList } from './views.ts';
import { whatsappSide } from './whatsapp-side.ts';

/** The worker, which the story kills, and starts again. */
export type WorkerSwitch = Readonly<{ kill: () => Promise<void>; start: () => Promise<void> }>;

export type CampaignCast = Readonly<{
  environment: Environment;
  giulia: Person;
  elena: Person;
  /** Paolo supervises. */
  paolo: Person;
  paoloUser: Colleague;
  /** Luca answers customers. */
  luca: Person;
  worker: WorkerSwitch;
  say: Narrator;
}>;

/** Slow enough to be watched, fast enough not to wait for. */
const ratePerS = 250;

/** Brings customers in, has a template approved, and writes to all of them once, though the worker is killed. */
export async function playCampaign(cast: CampaignCast): Promise<void> {
  const { environment, giulia, elena, paoloUser, say } = cast;
  const whatsapp = whatsappSide(environment);
  await whatsapp.beUsual();
  say.chapter('12. Elena brings customers in from a file');
  const number = await theNumber(elena, say);
  const customers = await importCustomers(elena, say);

  say.chapter('13. She writes a template, and WhatsApp approves it');
  const template = await approvedTemplate(elena, number, say);

  say.chapter('14. She plans a campaign, which Paolo Rizzi, who supervises, must approve');
  const giveBack = await guardCampaigns(giulia, paoloUser, say);
  const campaignId = await planned(cast, { number, customers, template }).finally(giveBack);

  say.chapter('15. Paolo approves it, and it is sent; in the middle of it the worker is killed');
  const run = { campaignId, template, customers, whatsapp, release: () => approve(cast, campaignId) };
  await runThroughKill(cast, run);

  say.chapter('16. Customers answer');
  await answersCome(cast, { campaignId, number, template, whatsapp });
}

async function theNumber(elena: Person, say: Narrator): Promise<Page> {
  const { items } = connectionList.parse((await elena.get('/v1/connections?limit=100')).body);
  const number = items.find(({ network }) => network === 'whatsapp');
  say.claim(`a WhatsApp number is connected: ${number?.name}`, number !== undefined, items);
  if (number === undefined) throw new Error('the number is missing');
  return number;
}

async function planned(
  { elena, say }: CampaignCast,
  { number, customers, template }: { number: Page; customers: Customers; template: ApprovedTemplate },
): Promise<string> {
  const saved = await elena.post('/v1/campaigns', {
    body: {
      name: `Panettone (${new Date().toISOString()})`,
      groupIds: [customers.groupId],
      connectionIds: [number.id],
      variants: [
        {
          key: 'A',
          templateId: template.id,
          variables: {
            'body.nome': { from: 'name', default: 'cliente' },
            'body.punti': { from: 'attribute', name: 'punti', default: '0' },
          },
        },
      ],
      ratePerS,
    },
  });
  say.claim('the draft is saved', saved.status === 201, saved);
  const { id } = campaignView.parse(saved.body);
  const estimate = estimateView.parse((await elena.get(`/v1/campaigns/${id}/estimate`)).body);
  const { reachable, cost, durationS, skipped } = estimate;
  const left = skipped.map(({ reason, count: people }) => `${count(people)} ${reason}`).join(', ');
  const most = cost === null ? 'an unknown price' : `${price(cost.high)} ${cost.currency}`;
  say.claim(
    `it would reach ${count(reachable)} people in ${durationS} s for ${most} at most; left out: ${left}`,
    reachable === customers.agreed.size && cost !== null,
    estimate,
  );
  const submitted = await elena.post(`/v1/campaigns/${id}/submit`);
  const { state } = campaignView.parse(submitted.body);
  say.claim('Elena submits it', submitted.status === 200 && state === 'in_review', submitted);
  const own = await vote(elena, id);
  say.claim('she cannot approve it herself', own.status === 403, own);
  return id;
}

/** Approved as it was read; without a start of its own it begins at once. */
async function approve({ paolo, say }: CampaignCast, campaignId: string): Promise<void> {
  const list = approvalList.parse((await paolo.get('/v1/approvals?assignee=me&outcome=open')).body);
  const waiting = list.items.some(({ campaign }) => campaign?.id === campaignId);
  say.claim('it is on Paolo’s list, beside the posts', waiting, list);
  const approved = await vote(paolo, campaignId);
  say.claim('Paolo approves exactly what he read, and it begins', approved.status === 200, approved);
}

async function vote(person: Person, campaignId: string) {
  const { contentHash } = campaignView.parse((await person.get(`/v1/campaigns/${campaignId}`)).body);
  return person.post(`/v1/campaigns/${campaignId}/decisions`, { body: { verdict: 'approve', contentHash } });
}

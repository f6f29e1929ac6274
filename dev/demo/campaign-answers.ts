import type { CampaignCast } from './campaigns.ts';
import { authorList, authorView, messageView, resultsView } from './campaign-views.ts';
import { observe } from './observe.ts';
import type { Page } from './pages.ts';
import type { ApprovedTemplate } from './templates.ts';
import type { WhatsappSide } from './whatsapp-side.ts';

type Answering = Readonly<{
  campaignId: string;
  number: Page;
  template: ApprovedTemplate;
  whatsapp: WhatsappSide;
}>;

const withinMs = 20_000;

/** One presses the button, one writes STOP, one asks something and is answered. */
export async function answersCome(cast: CampaignCast, answering: Answering): Promise<void> {
  const { luca, paolo, say } = cast;
  const { number, template, whatsapp } = answering;
  const [keen, tired, curious] = await whatsapp.taken(template.name);
  if (keen === undefined || tired === undefined || curious === undefined) throw new Error('nobody was written to');
  const label = 'Mettimelo da parte';
  await whatsapp.write(number.externalId, {
    from: keen.to,
    answers: keen.id,
    button: { text: label, payload: label },
  });
  await whatsapp.write(number.externalId, { from: tired.to, answers: tired.id, text: 'Stop!' });
  await whatsapp.write(number.externalId, { from: curious.to, answers: curious.id, text: 'Anche senza canditi?' });
  const results = await observe(
    async () => resultsView.parse((await paolo.get(`/v1/campaigns/${answering.campaignId}/results`)).body).total,
    ({ replied, clicked, optedOut }) => replied === 3 && clicked === 1 && optedOut === 1,
    withinMs,
  );
  const { replied, clicked, optedOut } = results;
  say.claim(
    `${replied} people have replied, ${clicked} by the button, and ${optedOut} has opted out`,
    replied === 3 && clicked === 1 && optedOut === 1,
    results,
  );
  await optedOutByWord(cast, `+${tired.to}`);

  const phone = `+${curious.to}`;
  const reply = { text: 'Certo, anche senza canditi!' };
  const answered = await luca.post(`/v1/authors/${await authorWith(cast, phone)}/messages`, { body: reply });
  const { state } = messageView.parse(answered.body);
  say.claim('Luca Moretti answers the question at once', answered.status === 201 && state !== 'failed', answered);
  const arrived = await whatsapp.textsTo(phone);
  say.claim('and WhatsApp has his answer, once', arrived === 1, arrived);
}

async function optedOutByWord(cast: CampaignCast, phone: string): Promise<void> {
  const { elena, say } = cast;
  const shown = authorView.parse((await elena.get(`/v1/authors/${await authorWith(cast, phone)}`)).body);
  const [last] = shown.consentHistory;
  say.claim(
    `who wrote “Stop!” is in no audience any more: ${last?.consent} by ${last?.source} at ${last?.at}`,
    shown.consent === 'withdrawn' && last?.source === 'stop_word',
    shown,
  );
}

async function authorWith({ elena }: CampaignCast, phone: string): Promise<string> {
  const answer = await elena.get(`/v1/authors?${new URLSearchParams({ q: phone })}`);
  const found = authorList.parse(answer.body).items.find((author) => author.phone === phone);
  if (found === undefined) throw new Error('a customer is missing');
  return found.id;
}

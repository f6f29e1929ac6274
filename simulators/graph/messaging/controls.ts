import { z } from 'zod';
import { ControlProblem, type ControlRoute, parsed } from '../../control/route.ts';
import type { World } from '../../kernel/world.ts';
import { decide, settled } from '../template-review.ts';
import { templatesOf } from '../template-store.ts';
import { phoneNumber, portfolioOf } from '../whatsapp-seeds.ts';
import { contactOf } from './contact.ts';
import { type Inbound, inbound, toldMessage } from './inbound.ts';
import type { Messages } from './messages.ts';
import { changeMessaging, messaging, messagingChange, messagingSettings } from './settings.ts';

const preference = z.strictObject({
  from: z
    .string()
    .regex(/^\d{6,15}$/)
    .describe('The number whose owner has decided, digits only.'),
  value: z.enum(['stop', 'resume']).describe('Whether they want marketing messages.'),
});

const told = z.object({
  status: z.number().int().nullable().describe('What the app answered; null: no address is set.'),
});

const deliveries = z.object({
  taken: z.number().int().describe('Messages that were taken, whatever became of the answer.'),
  people: z.number().int().describe('Different people among their recipients.'),
  most: z.number().int().describe('The most messages that one of them was sent.'),
  firstAt: z.number().nullable().describe('When the first of them was taken, in epoch milliseconds.'),
  lastAt: z.number().nullable().describe('When the last of them was taken.'),
  waiting: z.number().int().describe('Statuses that are still to be told.'),
});

const deliveriesQuery = z.object({
  since: z.coerce.number().default(0).describe('Only what was taken since then, in epoch milliseconds.'),
  phoneId: z.string().optional().describe('Only from this number.'),
});
const verdict = z.strictObject({
  outcome: z
    .enum(['release', 'drop'])
    .describe('What was held goes out, and nothing more is held; or it fails with 132015, and the template is paused.'),
});
const ended = z.object({ messages: z.number().int().describe('So many were held.') });

const loss = z.object({ what: z.enum(['request', 'answer']), opaque: z.string().nullable() });

const message = z.object({
  id: z.string(),
  phoneId: z.string(),
  to: z.string(),
  type: z.string(),
  template: z.string().nullable(),
  category: z.string().nullable(),
  links: z.array(z.string()).describe('Where its files are fetched.'),
  opaque: z.string().nullable(),
  at: z.number(),
  held: z.boolean().describe('It waits for a word on its template.'),
  told: z
    .enum(['sent', 'delivered', 'read', 'failed'])
    .nullable()
    .describe('The furthest status that the app has taken; null: it knows of none.'),
});

/** What tests and demos can have WhatsApp do. */
export function messagingControls(world: World, messages: Messages): ControlRoute[] {
  return [
    {
      method: 'get',
      path: '/messaging/settings',
      id: 'readMessaging',
      summary: 'How WhatsApp takes messages',
      status: 200,
      answer: messagingSettings,
      handle: () => messaging(world),
    },
    {
      method: 'post',
      path: '/messaging/settings',
      id: 'changeMessaging',
      summary: 'Change how WhatsApp takes messages',
      body: messagingChange,
      status: 200,
      answer: messagingSettings,
      handle: (req) => changeMessaging(world, parsed(messagingChange, req.body)),
    },
    {
      method: 'get',
      path: '/messaging/deliveries',
      id: 'countDeliveries',
      summary: 'How many messages were taken, and how many each person was sent at most',
      query: deliveriesQuery,
      status: 200,
      answer: deliveries,
      handle: (req) => count(messages, parsed(deliveriesQuery, req.query)),
    },
    {
      method: 'get',
      path: '/messaging/messages',
      id: 'listMessages',
      summary: 'Every message that was taken, oldest first',
      status: 200,
      answer: z.array(message),
      handle: () => messages.taken().map((each) => ({ ...each, ...standing(messages, each.id) })),
    },
    {
      method: 'get',
      path: '/messaging/losses',
      id: 'listLosses',
      summary: 'Requests that were cut before anything had come of them, and answers that were lost',
      status: 200,
      answer: z.array(loss),
      handle: () => messages.losses(),
    },
    {
      method: 'post',
      path: '/templates/{id}/pacing',
      id: 'endPacing',
      summary: 'End the wait of the messages of a template that are held',
      params: { id: "The template's id." },
      body: verdict,
      status: 200,
      answer: ended,
      missing: noSuchTemplate,
      handle: (req) => endPacing(world, messages, String(req.params['id']), parsed(verdict, req.body)),
    },
    {
      method: 'post',
      path: '/messaging/numbers/{id}/inbound',
      id: 'receiveMessage',
      summary: 'Somebody writes to one of our numbers',
      params: { id: "The number's id." },
      body: inbound,
      status: 200,
      answer: told,
      missing: noSuchNumber,
      handle: (req) => receive(messages, String(req.params['id']), parsed(inbound, req.body)),
    },
    {
      method: 'post',
      path: '/messaging/numbers/{id}/preferences',
      id: 'changePreference',
      summary: 'Somebody tells WhatsApp whether they want marketing from one of our numbers',
      params: { id: "The number's id." },
      body: preference,
      status: 200,
      answer: told,
      missing: noSuchNumber,
      handle: (req) => prefer(messages, String(req.params['id']), parsed(preference, req.body)),
    },
  ];
}

const noSuchTemplate = 'No template has this id.';

const standing = ({ pacing, statuses }: Messages, id: string) => ({
  held: pacing.isHeld(id),
  told: statuses.toldOf(id),
});

function endPacing(world: World, { pacing }: Messages, id: string, { outcome }: z.output<typeof verdict>) {
  const template = templatesOf(world).get(id);
  if (template === null) throw new ControlProblem(404, noSuchTemplate);
  if (outcome === 'release') return { messages: pacing.release(id) };
  decide(world, settled(world, template), { status: 'PAUSED', title: 'RATE_LIMITING_PAUSE' });
  return { messages: pacing.drop(id) };
}

const noSuchNumber = 'No number of the seed has this id.';

function count(messages: Messages, { since, phoneId }: z.output<typeof deliveriesQuery>): z.infer<typeof deliveries> {
  const taken = messages.taken().filter((one) => one.at >= since && (phoneId ?? one.phoneId) === one.phoneId);
  const perPerson = new Map<string, number>();
  for (const { to } of taken) perPerson.set(to, (perPerson.get(to) ?? 0) + 1);
  const most = [...perPerson.values()].reduce((highest, each) => Math.max(highest, each), 0);
  const [firstAt, lastAt] = [taken[0]?.at ?? null, taken.at(-1)?.at ?? null];
  return { taken: taken.length, people: perPerson.size, most, firstAt, lastAt, waiting: messages.statuses.waiting() };
}

async function receive(messages: Messages, id: string, said: Inbound) {
  const { account, businessId, ...value } = metadataOf(id);
  const at = said.at ?? Date.now();
  const contact = contactOf(said.from, businessId, said.name);
  messages.limits.noteInbound(id, Date.now());
  messages.windows.open(id, [said.from, contact.user_id], at);
  const written = toldMessage(said, { userId: contact.user_id, number: value.metadata.display_phone_number, at });
  return { status: await messages.statuses.tell(account, { ...value, contacts: [contact], messages: [written] }) };
}

async function prefer(messages: Messages, id: string, { from, value: wish }: z.output<typeof preference>) {
  const { account, businessId, ...value } = metadataOf(id);
  const contact = contactOf(from, businessId);
  const decided = {
    wa_id: from,
    user_id: contact.user_id,
    detail:
      wish === 'stop' ? 'User requested to stop marketing messages' : 'User requested to resume marketing messages',
    category: 'marketing_messages',
    value: wish,
    timestamp: Math.floor(Date.now() / 1_000),
  };
  const change = { ...value, contacts: [contact], user_preferences: [decided] };
  return { status: await messages.statuses.tell(account, change, 'user_preferences') };
}

function metadataOf(id: string) {
  const found = phoneNumber(id);
  if (found === null) throw new ControlProblem(404, noSuchNumber);
  const metadata = { display_phone_number: found.phone.display.replaceAll(/\D/g, ''), phone_number_id: id };
  const account = found.account.id;
  return { account, businessId: portfolioOf(account), messaging_product: 'whatsapp', metadata };
}

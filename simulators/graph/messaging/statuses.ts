import type { World } from '../../kernel/world.ts';
import { seedApp } from '../../seed.ts';
import { hubSignature } from '../signing.ts';
import { portfolioOf } from '../whatsapp-seeds.ts';
import { type Contact, contactOf } from './contact.ts';
import { openLinks } from './links.ts';
import type { TakenMessage } from './messages.ts';
import { messaging, type MessagingSettings } from './settings.ts';

export type Status = 'sent' | 'delivered' | 'read' | 'failed';

type Field = 'messages' | 'user_preferences';

interface Told {
  readonly wabaId: string;
  readonly display: string;
  readonly phoneId: string;
  readonly messageId: string;
  readonly kind: Status;
  readonly contact: Contact;
  readonly status: object;
}

/** The number that a message was sent from. */
export interface Sender {
  readonly display: string;
  readonly wabaId: string;
}

/** What is wrong with a message that was taken and then not sent. */
export interface Failure {
  readonly code: number;
  readonly title: string;
  readonly details: string;
}

/** Tells the app what becomes of messages. */
export interface Statuses {
  /** It goes out, and what the settings say becomes of it. */
  follow(message: TakenMessage, from: Sender): void;
  /** It does not. */
  fail(message: TakenMessage, from: Sender, failure: Failure): void;
  /** Sends a change at once; answers with the app's status, null where no address is set. */
  tell(wabaId: string, value: object, field?: Field): Promise<number | null>;
  /** How many statuses wait to be told. */
  waiting(): number;
  /** The furthest that the app has been told of a message; null: nothing. */
  toldOf(messageId: string): Status | null;
}

const tickMs = 50;
const perRequest = 200;
const requestsAtOnce = 8;
const lateMs = 3_000;

/** Statuses come after a while, in requests of many, signed; some are lost, come twice or late, as the settings say. */
export function openStatuses(world: World): Statuses {
  const due: { at: number; told: Told }[] = [];
  const furthest = new Map<string, Status>();
  let timer: NodeJS.Timeout | null = null;
  const links = openLinks();
  let open = 0;
  let fetching = 0;

  return {
    follow(message, from) {
      const settings = messaging(world);
      if (message.links.length > 0 && settings.fetchMedia) return void followFile(message, from);
      tellLater(message, from, plan(settings, message.at));
    },
    fail: (message, from, failure) => tellLater(message, from, [{ status: 'failed', at: message.at, failure }]),
    async tell(wabaId, value, field = 'messages') {
      const { callbackUrl } = messaging(world);
      return callbackUrl === null ? null : post(callbackUrl, { wabaId, value, field });
    },
    waiting: () => due.length + open + fetching,
    toldOf: (messageId) => furthest.get(messageId) ?? null,
  };

  /** What it shows is fetched first. */
  async function followFile(message: TakenMessage, from: Sender): Promise<void> {
    fetching += 1;
    const failure = await links.failureOf(message.links);
    fetching -= 1;
    const at = Date.now();
    const steps = failure === null ? plan(messaging(world), at) : [{ status: 'failed', at, failure } as const];
    tellLater(message, from, steps);
  }

  function tellLater(message: TakenMessage, from: Sender, steps: readonly Step[]): void {
    const settings = messaging(world);
    if (settings.callbackUrl === null) return;
    const contact = contactOf(message.to, portfolioOf(from.wabaId));
    for (const step of steps) {
      if (Math.random() < settings.statusLossShare) continue;
      const about = { ...from, phoneId: message.phoneId, messageId: message.id, contact };
      const told = { ...about, kind: step.status, status: statusOf(message, step) };
      const late = Math.random() < settings.statusShuffleShare ? Math.random() * lateMs : 0;
      due.push({ at: step.at + late, told });
      if (Math.random() < settings.statusRepeatShare) due.push({ at: step.at + Math.random() * lateMs, told });
    }
    timer ??= setTimeout(tick, tickMs);
  }

  function tick(): void {
    timer = null;
    const { callbackUrl } = messaging(world);
    const now = Date.now();
    if (callbackUrl === null) due.length = 0;
    while (callbackUrl !== null && open < requestsAtOnce) {
      const batch = takeDue(now);
      const [first] = batch;
      if (first === undefined) break;
      open += 1;
      const metadata = { display_phone_number: first.display.replaceAll(/\D/g, ''), phone_number_id: first.phoneId };
      const contacts = [...new Map(batch.map(({ contact }) => [contact.user_id, contact])).values()];
      const statuses = batch.map(({ status }) => status);
      const value = { messaging_product: 'whatsapp', metadata, contacts, statuses };
      void deliver(callbackUrl, { batch, value, wabaId: first.wabaId });
    }
    if (due.length > 0 || open > 0) timer = setTimeout(tick, tickMs);
  }

  /** What the app did not take is told again, as WhatsApp does. */
  async function deliver(
    url: string,
    { batch, value, wabaId }: { batch: readonly Told[]; value: object; wabaId: string },
  ): Promise<void> {
    const answered = await post(url, { wabaId, value, field: 'messages' });
    open -= 1;
    if (answered === 200) return batch.forEach(note);
    for (const told of batch) due.push({ at: Date.now() + 1_000, told });
    timer ??= setTimeout(tick, tickMs);
  }

  function note({ messageId, kind }: Told): void {
    const before = furthest.get(messageId);
    if (before === undefined || rank[kind] > rank[before]) furthest.set(messageId, kind);
  }

  /** Those of one number that are due. */
  function takeDue(now: number): readonly Told[] {
    const batch: Told[] = [];
    const rest: typeof due = [];
    for (const entry of due) {
      const fits =
        entry.at <= now &&
        batch.length < perRequest &&
        (batch[0]?.phoneId ?? entry.told.phoneId) === entry.told.phoneId;
      if (fits) batch.push(entry.told);
      else rest.push(entry);
    }
    if (batch.length > 0) due.splice(0, due.length, ...rest);
    return batch;
  }
}

const rank = { sent: 1, failed: 2, delivered: 3, read: 4 } as const;

type Step =
  | { readonly status: Exclude<Status, 'failed'>; readonly at: number }
  | { readonly status: 'failed'; readonly at: number; readonly failure: Failure };

/** What happens to a message, and when. */
function plan(settings: MessagingSettings, takenAt: number): readonly Step[] {
  const jitter = (ms: number): number => Math.round(ms * (0.5 + Math.random()));
  const sentAt = takenAt + jitter(50);
  if (Math.random() < settings.undeliverableShare) {
    return [{ status: 'failed', at: sentAt, failure: undeliverable(settings.undeliverableCode) }];
  }
  const deliveredAt = sentAt + jitter(settings.deliveredAfterMs);
  const isRead = Math.random() < settings.readShare;
  return [
    { status: 'sent', at: sentAt },
    { status: 'delivered', at: deliveredAt },
    ...(isRead ? [{ status: 'read', at: deliveredAt + jitter(settings.readAfterMs) } as const] : []),
  ];
}

const undeliverable = (code: number): Failure => ({
  code,
  title: 'Message undeliverable',
  details: 'Message Undeliverable.',
});

function statusOf({ id, to, opaque, category }: TakenMessage, step: Step): object {
  return {
    id,
    status: step.status,
    timestamp: String(Math.floor(step.at / 1_000)),
    recipient_id: to,
    ...(opaque === null ? {} : { biz_opaque_callback_data: opaque }),
    ...(step.status === 'failed'
      ? { errors: [errorOf(step.failure)] }
      : { pricing: { billable: true, pricing_model: 'PMP', category: priced(category), type: 'regular' } }),
  };
}

const errorOf = ({ code, title, details }: Failure): object => ({
  code,
  title,
  message: title,
  error_data: { details },
});

/** What is no template is charged for as service. */
const priced = (category: string | null): string => category?.toLowerCase() ?? 'service';

/** The status that the app answered; 0 where it could not be reached. */
async function post(
  url: string,
  { wabaId, value, field }: { wabaId: string; value: object; field: Field },
): Promise<number> {
  const changes = [{ field, value }];
  const content = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: wabaId, changes }] });
  const signature = hubSignature(content, seedApp.meta.clientSecret);
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body: content, redirect: 'manual' });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

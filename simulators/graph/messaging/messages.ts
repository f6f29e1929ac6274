import { randomBytes } from 'node:crypto';
import type { Answer, Call } from '../../kernel/operation.ts';
import type { World } from '../../kernel/world.ts';
import { accessToken, lacks, principalOf } from '../auth.ts';
import { permissionRequired, unknownObject } from '../errors.ts';
import type { SentTemplate } from '../template-parameters.ts';
import type { Template } from '../template-store.ts';
import { businessOfSystemUser, phoneNumber, type PhoneNumber, portfolioOf, type Waba } from '../whatsapp-seeds.ts';
import { type Limits, openLimits, whatsappError } from './limits.ts';
import { mediaRefusal } from './media.ts';
import { opaqueIn, type Outgoing, outgoingOf } from './outgoing.ts';
import { openPacing, type Pacing } from './pacing.ts';
import { messaging } from './settings.ts';
import { type Failure, type Statuses, openStatuses } from './statuses.ts';
import { openWindows, type Windows } from './windows.ts';

/** A message that WhatsApp has taken. */
export interface TakenMessage {
  readonly id: string;
  readonly phoneId: string;
  /** The digits of a number, or a business-scoped user id. */
  readonly to: string;
  readonly type: string;
  readonly template: string | null;
  /** The template's, as WhatsApp charges for it; null: the message is none. */
  readonly category: string | null;
  /** Where its files are to be fetched. */
  readonly links: readonly string[];
  /** What the sender wants to be told with every status. */
  readonly opaque: string | null;
  readonly at: number;
}

/** What a template must look like to be sent: answers the account's own, or refuses in WhatsApp's words. */
export type CheckTemplate = (sent: SentTemplate, wabaId: string) => Pick<Template, 'id' | 'category'>;

/** What was lost on the way: a request before anything had come of it, or the answer to one that was taken. */
export interface Loss {
  readonly what: 'request' | 'answer';
  readonly opaque: string | null;
}

export interface Messages {
  /** Takes a message, or refuses it as the Cloud API does. */
  send(call: Call): Answer;
  /** The number that a call is about, for whoever may write from it. */
  numberOf(call: Call): { readonly phone: PhoneNumber; readonly account: Waba };
  taken(): readonly TakenMessage[];
  /** Keeps what was lost of the request with this body. */
  noteLoss(content: unknown, what: Loss['what']): void;
  losses(): readonly Loss[];
  readonly limits: Limits;
  readonly windows: Windows;
  readonly statuses: Statuses;
  readonly pacing: Pacing;
}

/** The numbers' outgoing side. `checkTemplate` knows the templates of their accounts. */
export function openMessages(world: World, checkTemplate: CheckTemplate): Messages {
  const sent = world.store.collection<TakenMessage>('whatsapp-message');
  const lost = world.store.collection<Loss>('whatsapp-loss');
  const windows = openWindows(world);
  const limits = openLimits(windows);
  const statuses = openStatuses(world);
  const pacing = openPacing(world, statuses);
  const honoured = trustedTokens(world);

  return {
    limits,
    windows,
    statuses,
    pacing,
    taken: () => sent.values(),
    losses: () => lost.values(),
    noteLoss: (content, what) => lost.put(randomBytes(12).toString('base64url'), { what, opaque: opaqueIn(content) }),
    numberOf,
    send(call) {
      const { phone, account } = numberOf(call);
      if (phone.status !== 'CONNECTED')
        throw whatsappError(133_010, 'Account not registered', 'Account not registered');
      const settings = messaging(world);
      if (settings.refuseAllWith !== null)
        throw whatsappError(settings.refuseAllWith, 'Message failed to send', 'Refused');
      const outgoing = outgoingOf(call.body);
      const own = outgoing.template === null ? null : checkTemplate(outgoing.template, account.id);
      checkFile(world, outgoing, account.id);
      const { person, type, links, opaque } = outgoing;
      const now = Date.now();
      const isLate = own === null && settings.closedWindow !== 'ignore' && !windows.isOpen(phone.id, person, now);
      if (isLate && settings.closedWindow === 'refuse') throw refusedWith(windowClosed);
      const portfolioId = portfolioOf(account.id);
      limits.admit({ phoneId: phone.id, portfolioId, person, isTemplate: own !== null, now }, settings);
      const id = `wamid.${randomBytes(24).toString('base64url')}`;
      const [template, category] = [outgoing.template?.name ?? null, own?.category ?? null];
      const message = { id, phoneId: phone.id, to: person, type, template, category, links, opaque, at: now };
      sent.put(id, message);
      const from = { display: phone.display, wabaId: account.id };
      const heldAs = own === null ? null : pacing.take(own.id);
      if (isLate) statuses.fail(message, from, windowClosed);
      else if (own === null || heldAs === null) statuses.follow(message, from);
      else pacing.hold(message, { templateId: own.id, from });
      return {
        status: 200,
        effect: true,
        body: {
          messaging_product: 'whatsapp',
          contacts: [{ input: outgoing.input, wa_id: person }],
          messages: [{ id, ...(own === null ? {} : { message_status: heldAs ?? 'accepted' }) }],
        },
      };
    },
  };

  function numberOf(call: Call): ReturnType<Messages['numberOf']> {
    const found = phoneNumber(call.params['phone'] ?? '');
    if (found === null) throw unknownObject(call.params['phone'] ?? '', 'post');
    honoured(call, found.account.id);
    return found;
  }
}

function checkFile(world: World, { file }: Outgoing, wabaId: string): void {
  const refusal = file === null ? null : mediaRefusal(world, file.named, { wabaId, at: file.kind });
  if (refusal !== null) throw refusedWith(refusal);
}

const refusedWith = ({ code, title, details }: Failure) => whatsappError(code, title, details);

const windowClosed: Failure = {
  code: 131_047,
  title: 'Re-engagement message',
  details:
    'Message failed to send because more than 24 hours have passed since the customer last replied to this number.',
};

const trustMs = 500;

/** Whether the token may write for the account; what was found holds for half a second, for there are many messages. */
function trustedTokens(world: World): (call: Call, wabaId: string) => void {
  const trusted = new Map<string, number>();
  return (call, wabaId) => {
    const key = `${accessToken(call)}/${wabaId}/${call.rawQuery}`;
    const now = Date.now();
    if ((trusted.get(key) ?? 0) > now) return;
    const principal = principalOf(world, call);
    const owned = businessOfSystemUser(principal.personId)?.wabas ?? [];
    const picked = principal.grant?.pageIds ?? null;
    const mayAct = owned.some(({ id }) => id === wabaId) && (picked === null || picked.includes(wabaId));
    if (!mayAct) throw unknownObject(call.params['phone'] ?? '', 'post');
    if (lacks(principal, 'whatsapp_business_messaging')) throw permissionRequired('whatsapp_business_messaging');
    trusted.clear();
    trusted.set(key, now + trustMs);
  };
}

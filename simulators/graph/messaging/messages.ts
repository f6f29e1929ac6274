import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Answer, Call } from '../../kernel/operation.ts';
import type { World } from '../../kernel/world.ts';
import { accessToken, lacks, principalOf } from '../auth.ts';
import { invalidParameter, permissionRequired, unknownObject } from '../errors.ts';
import type { SentTemplate } from '../template-parameters.ts';
import type { Template } from '../template-store.ts';
import { businessOfSystemUser, phoneNumber, portfolioOf } from '../whatsapp-seeds.ts';
import { type Limits, openLimits, whatsappError } from './limits.ts';
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
  taken(): readonly TakenMessage[];
  /** Keeps what was lost of the request with this body. */
  noteLoss(content: unknown, what: Loss['what']): void;
  losses(): readonly Loss[];
  readonly limits: Limits;
  readonly windows: Windows;
  readonly statuses: Statuses;
  readonly pacing: Pacing;
}

const body = z.object({
  messaging_product: z.literal('whatsapp'),
  to: z.string().optional(),
  recipient: z.string().optional(),
  type: z.string().default('text'),
  biz_opaque_callback_data: z.string().max(512).optional(),
  text: z.object({ body: z.string().max(4_096) }).optional(),
  template: z
    .object({
      name: z.string(),
      language: z.object({ code: z.string() }),
      components: z.array(z.record(z.string(), z.unknown())).default([]),
    })
    .optional(),
});

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
    noteLoss(content, what) {
      const { data } = body.partial().safeParse(content);
      lost.put(randomBytes(12).toString('base64url'), { what, opaque: data?.biz_opaque_callback_data ?? null });
    },
    send(call) {
      const found = phoneNumber(call.params['phone'] ?? '');
      if (found === null) throw unknownObject(call.params['phone'] ?? '', 'post');
      honoured(call, found.account.id);
      if (found.phone.status !== 'CONNECTED') {
        throw whatsappError(133_010, 'Account not registered', 'Account not registered');
      }
      const { refuseAllWith } = messaging(world);
      if (refuseAllWith !== null) throw whatsappError(refuseAllWith, 'Message failed to send', 'Refused');
      const parsed = body.safeParse(call.body);
      if (!parsed.success)
        throw invalidParameter(`(#100) Invalid parameter: ${parsed.error.issues[0]?.path.join('.')}`);
      const { to, recipient, type, text, template, biz_opaque_callback_data: opaque = null } = parsed.data;
      const person = recipient ?? to?.replaceAll(/\D/g, '') ?? '';
      if (person === '') throw invalidParameter('(#100) The parameter to is required.');
      let own: ReturnType<CheckTemplate> | null = null;
      if (type === 'template') {
        if (template === undefined) throw whatsappError(131_008, 'Required parameter is missing', 'template');
        const { name, language, components } = template;
        own = checkTemplate({ name, language: language.code, components }, found.account.id);
      } else if (type === 'text' && text === undefined) {
        throw whatsappError(131_008, 'Required parameter is missing', 'text');
      }
      const now = Date.now();
      const portfolioId = portfolioOf(found.account.id);
      const { closedWindow } = messaging(world);
      const isLate = own === null && closedWindow !== 'ignore' && !windows.isOpen(found.phone.id, person, now);
      if (isLate && closedWindow === 'refuse') {
        throw whatsappError(windowClosed.code, windowClosed.title, windowClosed.details);
      }
      limits.admit(
        { phoneId: found.phone.id, portfolioId, person, isTemplate: type === 'template', now },
        messaging(world),
      );
      const id = `wamid.${randomBytes(24).toString('base64url')}`;
      const message = {
        id,
        phoneId: found.phone.id,
        to: person,
        type,
        template: template?.name ?? null,
        category: own?.category ?? null,
        opaque,
        at: now,
      };
      sent.put(id, message);
      const from = { display: found.phone.display, wabaId: found.account.id };
      const heldAs = own === null ? null : pacing.take(own.id);
      if (isLate) statuses.fail(message, from, windowClosed);
      else if (own === null || heldAs === null) statuses.follow(message, from);
      else pacing.hold(message, { templateId: own.id, from });
      return {
        status: 200,
        effect: true,
        body: {
          messaging_product: 'whatsapp',
          contacts: [{ input: to ?? recipient, wa_id: person }],
          messages: [{ id, ...(own === null ? {} : { message_status: heldAs ?? 'accepted' }) }],
        },
      };
    },
  };
}

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

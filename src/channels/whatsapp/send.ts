import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { PageAccess } from '../channel.ts';
import { type NetworkHosts, resolveTarget } from '../http/hosts.ts';
import type { Lane, LaneAnswer, LaneRequest } from '../http/lane.ts';
import type { MetaApp } from '../meta/graph.ts';

/** A message as the Cloud API takes it. */
export interface OutgoingMessage {
  /** Told back with every status of the message: the id of our own row. */
  readonly rowId: string;
  /** E.164, or the business-scoped user id of somebody whose number nobody knows. */
  readonly to: { readonly phone: string } | { readonly userId: string };
  readonly content: OutgoingContent;
}

export type OutgoingContent =
  | { readonly kind: 'text'; readonly text: string; readonly answers: string | null }
  | {
      readonly kind: 'template';
      readonly name: string;
      readonly language: string;
      /** As WhatsApp calls them: header, body, buttons, carousel, each with its parameters. */
      readonly components: readonly unknown[];
    };

export type SendAnswer =
  /**
   * WhatsApp has taken it. Whether it arrives, statuses tell. `heldBack`: it does not go out before WhatsApp has seen what
   * people make of the template, and may never; no status comes until then.
   */
  | { readonly kind: 'accepted'; readonly messageId: string; readonly heldBack: boolean }
  | { readonly kind: 'refused'; readonly code: number | null; readonly status: number; readonly words: string | null }
  /** It has not left: nobody has it. */
  | { readonly kind: 'not_sent' }
  /** It has left, and whether WhatsApp has taken it nobody said. */
  | { readonly kind: 'lost' };

/** Sends messages from one number. */
export type SendMessage = (message: OutgoingMessage, departure: Departure) => Promise<SendAnswer>;

/** By when a message leaves, by `performance.now()`, and whom that is told right before. */
export type Departure = Pick<LaneRequest, 'departBy' | 'onLeave'>;

export type WhatsappSender = (page: PageAccess) => SendMessage;

/** The sending side of WhatsApp: everything that is the same for all messages of a number is made once. */
export function whatsappSender({
  lane,
  hosts,
  app,
}: {
  readonly lane: Lane;
  readonly hosts: NetworkHosts;
  readonly app: MetaApp;
}): WhatsappSender {
  return ({ externalId, accessToken }) => {
    const path = `/${app.graphVersion}/${encodeURIComponent(externalId)}/messages`;
    const url = resolveTarget(hosts, 'whatsapp', { base: 'api', path });
    if (url === null) throw new Error('a path on our own base always resolves');
    const { origin, pathname } = url;
    const to = { origin, path: pathname + proofOf(app, accessToken) };
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` };
    return async (message, departure) =>
      answerOf(await lane.send({ ...to, headers, body: JSON.stringify(bodyOf(message)), ...departure }));
  };
}

function proofOf({ secret }: MetaApp, accessToken: string): string {
  if (secret === null) return '';
  return `?appsecret_proof=${createHmac('sha256', secret).update(accessToken).digest('hex')}`;
}

function bodyOf({ rowId, to, content }: OutgoingMessage): object {
  const common = {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    // The number without its plus, or the user id: one of the two.
    ...('phone' in to ? { to: to.phone.slice(1) } : { recipient: to.userId }),
    biz_opaque_callback_data: rowId,
  };
  if (content.kind === 'text') {
    const context = content.answers === null ? {} : { context: { message_id: content.answers } };
    return { ...common, ...context, type: 'text', text: { body: content.text, preview_url: false } };
  }
  const { name, language, components } = content;
  return { ...common, type: 'template', template: { name, language: { code: language }, components } };
}

const accepted = z.object({
  messages: z.tuple([z.object({ id: z.string().min(1), message_status: z.string().nullish() })]),
});
const refused = z.object({ error: z.object({ code: z.number().optional(), message: z.string().optional() }) });

function answerOf(answer: LaneAnswer): SendAnswer {
  if (answer.kind === 'lost') return answer.departed ? { kind: 'lost' } : { kind: 'not_sent' };
  const { status } = answer;
  const json = parsed(answer.body);
  const taken = status >= 200 && status <= 299 ? accepted.safeParse(json) : null;
  if (taken?.success === true) {
    const [{ id, message_status: told }] = taken.data.messages;
    return { kind: 'accepted', messageId: id, heldBack: heldBack.has(told ?? '') };
  }
  const error = refused.safeParse(json);
  if (error.success) {
    const { code = null, message = null } = error.data.error;
    return { kind: 'refused', code, status, words: message };
  }
  // A gateway in trouble, or words that nobody has taught us: the message may be on its way.
  return { kind: 'lost' };
}

/** Source: Meta's OpenAPI document of the Cloud API, `message_status`; "Template pacing" says what becomes of them. */
const heldBack: ReadonlySet<string> = new Set(['held_for_quality_assessment', 'paused']);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

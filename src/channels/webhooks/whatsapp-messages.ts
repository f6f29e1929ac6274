import { z } from 'zod';
import type { InboundMessage, MessageStatus, NumberNews, Person, PreferenceChange } from '../../domain/number-news.ts';
import { contentOf, storableText, textOf } from './whatsapp-content.ts';

/** The fields of WhatsApp's webhook that speak of messages. */
export const messageFields: ReadonlySet<string> = new Set(['messages', 'user_preferences']);

/** An id, or our own words come back. Postgres takes no character 0. */
const words = z
  .string()
  .max(512)
  .refine((text) => !text.includes('\u0000'));
/** Epoch seconds, as text in messages and as a number in preferences. */
const instant = z.coerce
  .number()
  .int()
  .positive()
  .transform((seconds) => seconds * 1_000);

const contact = z.object({
  wa_id: words.nullish(),
  user_id: words.nullish(),
  profile: z.object({ name: z.string().nullish() }).nullish(),
});

const inbound = z.looseObject({
  id: words,
  from: words.nullish(),
  from_user_id: words.nullish(),
  timestamp: instant,
  type: z.string().max(64),
  group_id: z.string().nullish(),
  context: z.looseObject({ id: words.nullish() }).nullish(),
  reaction: z.looseObject({ message_id: words.nullish() }).nullish(),
});

const status = z.object({
  id: words,
  status: z.string(),
  timestamp: instant,
  biz_opaque_callback_data: words.nullish(),
  errors: z.array(z.object({ code: z.number().int() })).nullish(),
  pricing: z
    .object({
      billable: z.boolean().nullish(),
      type: z.string().max(64).nullish(),
      category: z.string().max(64).nullish(),
    })
    .nullish(),
});

const preference = z.object({
  wa_id: words.nullish(),
  user_id: words.nullish(),
  category: z.string(),
  value: z.string(),
  timestamp: instant,
});

const value = z.object({
  metadata: z.object({ phone_number_id: words }),
  contacts: z.array(z.unknown()).nullish(),
  messages: z.array(z.unknown()).nullish(),
  statuses: z.array(z.unknown()).nullish(),
  user_preferences: z.array(z.unknown()).nullish(),
});

/**
 * What one change of the field `messages` or `user_preferences` tells; null where it names no number. An item that
 * makes no sense is left out: the others must not suffer for it, and repeated it would make no more.
 * Source: developers.facebook.com, "messages webhook reference" with its pages by type, "user_preferences webhook
 * reference", and "Business-scoped user IDs" for people without a number.
 */
export function numberNewsIn(change: unknown): NumberNews | null {
  const read = value.safeParse(change);
  if (!read.success) return null;
  const { metadata, contacts, messages, statuses, user_preferences: preferences } = read.data;
  const people = readable(contact, contacts);
  return {
    numberId: metadata.phone_number_id,
    messages: readable(inbound, messages).flatMap((message) => messageOf(message, people)),
    statuses: readable(status, statuses).flatMap(statusOf),
    preferences: readable(preference, preferences).flatMap((change) => preferenceOf(change, people)),
  };
}

type Contact = z.infer<typeof contact>;

/** What is said in groups is nobody's conversation with us. */
function messageOf(message: z.infer<typeof inbound>, people: readonly Contact[]): InboundMessage[] {
  const from = personOf({ waId: message.from, userId: message.from_user_id }, people);
  if (from === null || message.group_id) return [];
  const { id: providerId, timestamp: at, type: kind } = message;
  const quotes = message.reaction?.message_id ?? message.context?.id ?? null;
  return [
    { providerId, at, from, kind, quotes, text: textOf(message), content: contentOf(message), counts: countsOf(kind) },
  ];
}

/** A template's quick reply comes as `button`; the buttons of other messages come as `interactive`. */
function countsOf(kind: string): InboundMessage['counts'] {
  if (kind === 'button') return 'click';
  return kind === 'reaction' || kind === 'system' ? 'nothing' : 'answer';
}

function statusOf(told: z.infer<typeof status>): MessageStatus[] {
  const state = states.get(told.status);
  if (state === undefined) return [];
  return [
    {
      providerId: told.id,
      state,
      at: told.timestamp,
      opaque: told.biz_opaque_callback_data ?? null,
      errorCode: told.errors?.[0]?.code ?? null,
      pricing: pricingOf(told.pricing),
    },
  ];
}

/** `regular` is charged for, `free_customer_service` and `free_entry_point` are not; `billable` says so until it goes. */
function pricingOf(told: z.infer<typeof status>['pricing']): MessageStatus['pricing'] {
  if (!told?.category) return null;
  const { category, type } = told;
  const billable = type?.startsWith('free_') ? false : (told.billable ?? (type === 'regular' ? true : null));
  return billable === null ? null : { billable, category };
}

const states: ReadonlyMap<string, MessageStatus['state']> = new Map([
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'read'],
  ['played', 'read'],
  ['failed', 'failed'],
]);

/** `signup` and whatever else may come is no word about marketing. */
function preferenceOf(told: z.infer<typeof preference>, people: readonly Contact[]): PreferenceChange[] {
  const from = personOf({ waId: told.wa_id, userId: told.user_id }, people);
  const decides = told.value === 'stop' || told.value === 'resume';
  if (from === null || !decides || told.category !== 'marketing_messages') return [];
  return [{ from, at: told.timestamp, wants: told.value === 'resume' }];
}

/** WhatsApp names the people of a delivery once, apart from their messages. */
function personOf(
  { waId, userId }: { waId: string | null | undefined; userId: string | null | undefined },
  people: readonly Contact[],
): Person | null {
  const told = people.find((each) => (userId ? each.user_id === userId : Boolean(waId) && each.wa_id === waId));
  const phone = phoneOf(waId ?? told?.wa_id);
  const id = userId ?? told?.user_id ?? null;
  return phone === null && !id
    ? null
    : { phone, userId: id || null, name: storableText(told?.profile?.name ?? '').trim() || null };
}

/** WhatsApp writes numbers without their plus. */
function phoneOf(waId: string | null | undefined): string | null {
  return /^[1-9][0-9]{5,14}$/.test(waId ?? '') ? `+${waId}` : null;
}

function readable<T>(schema: z.ZodType<T>, items: readonly unknown[] | null | undefined): T[] {
  return (items ?? []).flatMap((item) => {
    const read = schema.safeParse(item);
    return read.success ? [read.data] : [];
  });
}

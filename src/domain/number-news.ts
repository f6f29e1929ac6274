import type { Instant } from './ids.ts';

/** What WhatsApp tells of one of our numbers: what people write to it, and what became of what it has sent. */
export interface NumberNews {
  /** The network's id of the number. */
  readonly numberId: string;
  readonly messages: readonly InboundMessage[];
  readonly statuses: readonly MessageStatus[];
  readonly preferences: readonly PreferenceChange[];
}

/** Somebody at WhatsApp; one of the two ids is always there. */
export interface Person {
  /** E.164; WhatsApp keeps it from us for people who have taken a user name. */
  readonly phone: string | null;
  /** Scoped to the business, like `IT.1502576394655843`; another one once the person has another number. */
  readonly userId: string | null;
  readonly name: string | null;
}

export interface InboundMessage {
  readonly providerId: string;
  readonly at: Instant;
  readonly from: Person;
  /** As WhatsApp calls it: `text`, `image`, `button`…; what nobody has taught us is kept under its own name. */
  readonly kind: string;
  /** What it says, as far as it has words. */
  readonly text: string;
  /** The part of its kind, and what it refers to, as they came. */
  readonly content: Readonly<Record<string, unknown>>;
  /** The message that it answers, reacts to, or whose button was pressed. */
  readonly quotes: string | null;
  /** What it counts as: a quick reply of a template, an answer, or neither (reactions, notices of WhatsApp's own). */
  readonly counts: 'click' | 'answer' | 'nothing';
}

/** The product's word for what became of a message; `read` holds for a voice message that was played, too. */
export type ReportedState = 'sent' | 'delivered' | 'read' | 'failed';

export interface MessageStatus {
  readonly providerId: string;
  readonly state: ReportedState;
  readonly at: Instant;
  /** Our own words, which were sent along. */
  readonly opaque: string | null;
  readonly errorCode: number | null;
  readonly pricing: MessagePricing | null;
}

export interface MessagePricing {
  readonly billable: boolean;
  /** WhatsApp's own: `marketing`, `utility`, `service`… */
  readonly category: string;
}

/** Somebody has switched marketing off, or on again, in WhatsApp. */
export interface PreferenceChange {
  readonly from: Person;
  readonly at: Instant;
  readonly wants: boolean;
}

import type { ProviderWords } from '../../domain/connection-health.ts';
import type { MessageReference, TestReference } from '../../domain/opaque-data.ts';
import type { GrantRefused } from '../connections/probe.ts';

/** A message as it goes out, and the number that it goes out from. */
export interface OutgoingReply {
  readonly from: { readonly externalId: string; readonly accessToken: string };
  readonly to: { readonly phone: string | null; readonly userId: string | null };
  readonly quotes: string | null;
  readonly reference: MessageReference | TestReference;
  readonly content:
    | { readonly kind: 'text'; readonly text: string }
    | {
        readonly kind: 'template';
        readonly name: string;
        readonly language: string;
        readonly components: readonly unknown[];
      };
}

export type ReplyOutcome =
  | { readonly kind: 'accepted'; readonly providerMessageId: string }
  /** It did not leave, or WhatsApp did not take it. */
  | ({ readonly kind: 'refused' } & ProviderWords)
  | GrantRefused
  /** It has left, and whether WhatsApp has taken it nobody said. */
  | { readonly kind: 'lost' };

/**
 * Sends a message once, and never again; with `departWithinMs` within this time from now or not at all. Never throws for
 * what the network does.
 */
export type ReplyDesk = (reply: OutgoingReply, options?: { readonly departWithinMs?: number }) => Promise<ReplyOutcome>;

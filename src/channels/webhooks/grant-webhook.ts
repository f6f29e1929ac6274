import type { GrantNotice } from '../../domain/grant-notice.ts';
import type { NumberNews } from '../../domain/number-news.ts';
import type { TemplateNotice } from '../../domain/template-news.ts';

/** A call of a network to us, as it came: signatures are checked on the bytes, before anything reads them. */
export interface WebhookCall {
  readonly method: 'GET' | 'POST';
  readonly query: URLSearchParams;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** What a call is worth: proof that the address is ours, news, or nothing. */
export type WebhookReading =
  /** The network asks whether we are there: it is answered with these words. */
  | { readonly kind: 'handshake'; readonly contentType: 'text/plain' | 'application/json'; readonly words: string }
  | {
      readonly kind: 'news';
      readonly notices: readonly GrantNotice[];
      /** Of WhatsApp's templates; absent where there is none. */
      readonly templates?: readonly TemplateNotice[];
      /** Of messages, from the one network whose messages come this way. */
      readonly numbers?: readonly NumberNews[];
    }
  /** Not signed by the network, or signed with another app's secret. */
  | { readonly kind: 'forged' }
  /** Signed, and not of any form that we know. */
  | { readonly kind: 'unreadable' };

/** Reads what one network sends to one address. Never throws for what was sent. */
export type GrantWebhook = (call: WebhookCall) => WebhookReading;

export const forged: WebhookReading = { kind: 'forged' };
export const unreadable: WebhookReading = { kind: 'unreadable' };

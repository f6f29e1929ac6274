import type { Consent } from './author.ts';
import type { SkipReason } from './campaign-message.ts';
import type { TemplateCategory } from './template.ts';

/** What decides whether somebody may be sent a campaign's message. */
export interface Recipient {
  readonly consent: Consent;
  readonly blocked: boolean;
  /** On WhatsApp, with a number or an id that can be written to. */
  readonly reachable: boolean;
}

/**
 * Why somebody is sent nothing; null: they may be. Marketing needs a yes; other messages only that nobody said no.
 * `stateOfRecipient` in `src/db/campaign-audience.ts` is the same rule in SQL, and a test holds them together.
 */
export function skipReasonOf(recipient: Recipient, needsConsent: boolean): SkipReason | null {
  if (!recipient.reachable) return 'no_number';
  if (recipient.blocked) return 'blocked';
  const allowed = needsConsent ? recipient.consent === 'granted' : recipient.consent !== 'withdrawn';
  return allowed ? null : 'no_consent';
}

/** One marketing variant makes the campaign marketing: who gets which variant must not depend on consent. */
export const needsConsent = (categories: readonly TemplateCategory[]): boolean => categories.includes('marketing');

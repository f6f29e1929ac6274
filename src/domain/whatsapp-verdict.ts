import type { TemplateCategory } from './template.ts';

const secondMs = 1_000;
const hourMs = 3_600_000;

/** How long somebody is left in peace whom WhatsApp has shielded from more marketing. */
export const marketingCapMs = 24 * hourMs;

/** What becomes of the row whose message WhatsApp has refused. */
export type RowOutcome =
  /** For good, with the code as its reason. */
  | { readonly kind: 'failed' }
  /** Nothing is wrong with it: it goes back into the queue for so long, and counts as not tried where `counts` is false. */
  | { readonly kind: 'again'; readonly afterMs: number; readonly counts: boolean }
  /** The recipient has had enough marketing for now: once more after the time, and then never. */
  | { readonly kind: 'capped'; readonly afterMs: number }
  /** They have told WhatsApp that they want no marketing: nothing more for them, by this campaign or any other. */
  | { readonly kind: 'suppressed' };

/** What it means for everybody else. */
export type CampaignEffect =
  | { readonly kind: 'none' }
  /** The number is at its limit: all that send from it go slower. */
  | { readonly kind: 'slow_down' }
  | { readonly kind: 'pause'; readonly reason: 'quality' | 'error_rate' }
  /** The template cannot be sent any more: neither can the rest of its variant. */
  | { readonly kind: 'block_template' }
  /** The number, its account or our grant is out of order: nothing leaves it until somebody has seen to that. */
  | { readonly kind: 'stop_account'; readonly problem: AccountProblem };

export type AccountProblem = 'token' | 'permission' | 'payment' | 'restricted' | 'number';

export interface WhatsappVerdict {
  readonly row: RowOutcome;
  readonly effect: CampaignEffect;
}

/** A refusal, as the ledger knows it. `attempt` counts from 1. */
export interface WhatsappRefusal {
  readonly code: number | null;
  readonly attempt: number;
}

/** After so many tries a server that is in trouble has had its chances. */
const maxTries = 4;

/**
 * What a refusal by WhatsApp's Cloud API means, by the code alone: titles, subcodes and statuses are not reliable.
 * Sources: Meta's Cloud API error codes, https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes;
 * the wait after 131056 is Meta's own advice, 4^n seconds.
 */
export function whatsappVerdict({ code, attempt }: WhatsappRefusal): WhatsappVerdict {
  if (code === null) return trouble(attempt);
  if (code === pairLimit) {
    return { row: { kind: 'again', afterMs: 4 ** Math.min(attempt, 6) * secondMs, counts: true }, effect: none };
  }
  if (code >= 200 && code <= 299) return stopped('permission');
  if (troubles.has(code)) return trouble(attempt);
  return verdicts.get(code) ?? { row: failed, effect: none };
}

/** Whether a failure speaks against the list of numbers or the sending itself; too many of these stop a campaign. */
export function countsAsError(code: number | null): boolean {
  return code !== null && !harmless.has(code);
}

/** Whether a message whose answer was lost, and of which no status has come, may be sent once more. */
export function mayRepeat(category: TemplateCategory, attempts: number): boolean {
  return category !== 'marketing' && attempts < 2;
}

const failed: RowOutcome = { kind: 'failed' };
const none: CampaignEffect = { kind: 'none' };
const backInLine: RowOutcome = { kind: 'again', afterMs: 0, counts: false };
const pairLimit = 131_056;
const troubles: ReadonlySet<number> = new Set([1, 2, 131_000, 131_016, 131_057, 133_016, 135_000]);
/** What is between WhatsApp and the recipient alone, or passes. */
const harmless: ReadonlySet<number> = new Set([130_429, 131_049, 131_050, pairLimit, 130_472, 4, 80_007]);

function trouble(attempt: number): WhatsappVerdict {
  if (attempt >= maxTries) return { row: failed, effect: none };
  return { row: { kind: 'again', afterMs: 2 ** attempt * secondMs, counts: true }, effect: none };
}

/** The row goes back unharmed: it will leave when the account works again. */
function stopped(problem: AccountProblem): WhatsappVerdict {
  return { row: backInLine, effect: { kind: 'stop_account', problem } };
}

const paused = (reason: 'quality' | 'error_rate'): WhatsappVerdict => ({
  row: backInLine,
  effect: { kind: 'pause', reason },
});

const slower = (afterMs: number): WhatsappVerdict => ({
  row: { kind: 'again', afterMs, counts: false },
  effect: { kind: 'slow_down' },
});

const verdicts: ReadonlyMap<number, WhatsappVerdict> = new Map([
  [0, stopped('token')],
  [190, stopped('token')],
  [3, stopped('permission')],
  [10, stopped('permission')],
  [131_005, stopped('permission')],
  [33, stopped('number')], // deleted
  [131_037, stopped('number')], // its display name is not approved
  [131_045, stopped('number')],
  [133_010, stopped('number')], // not registered
  [131_042, stopped('payment')],
  [131_044, stopped('payment')],
  [368, stopped('restricted')],
  [131_031, stopped('restricted')],
  [130_497, stopped('restricted')],

  [4, slower(5 * secondMs)],
  [80_007, slower(5 * secondMs)],
  [130_429, slower(secondMs)],
  [131_048, paused('quality')], // too many recipients have reported the number
  [131_064, paused('quality')],
  [132_015, paused('quality')],
  [132_016, paused('quality')],

  [132_001, { row: failed, effect: { kind: 'block_template' } }],
  [131_049, { row: { kind: 'capped', afterMs: marketingCapMs }, effect: none }],
  [131_050, { row: { kind: 'suppressed' }, effect: none }],
]);

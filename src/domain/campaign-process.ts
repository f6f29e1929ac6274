import {
  type CampaignPosition,
  type CampaignState,
  type CampaignStep,
  type PauseReason,
  type StepRefusal,
  takeStep,
} from './campaign.ts';
import type { ConnectionId, Instant } from './ids.ts';

/** A campaign's rows, as far as its process has to know them to take its next step. */
export interface CampaignReading {
  readonly state: CampaignState;
  readonly pauseReason: PauseReason | null;
  readonly startsAt: Instant;
  /** Until when the portfolio's reach is used up. */
  readonly waitingUntil: Instant | null;
  /** The numbers that it sends from. */
  readonly numbers: readonly ConnectionId[];
  /** Whether each of them can send, as far as we know. */
  readonly numbersWork: boolean;
  /** Whether a crisis stop holds the whole tenant back. */
  readonly halted: boolean;
  /** When WhatsApp is next asked whether a number may send again that it has stopped; null: there is nothing to ask. */
  readonly askAt: Instant | null;
  /** Whether its whole audience is in the ledger. */
  readonly frozen: boolean;
  /** When something can next be done for a row; null: every row has ended. */
  readonly nextDueAt: Instant | null;
}

/** What a campaign does next. It keeps nothing in mind: every step is found in its rows. */
export type NextStep =
  | { readonly kind: 'start' }
  | { readonly kind: 'send'; readonly numbers: readonly ConnectionId[]; readonly freeze: boolean }
  /** Until the instant, if there is one, or until it hears something. */
  | { readonly kind: 'wait'; readonly until: Instant | null }
  /** WhatsApp is asked whether what has stopped its numbers is over. */
  | { readonly kind: 'ask' }
  /** The numbers work again, which is all that it was waiting for. */
  | { readonly kind: 'revive' }
  /** The rows of a cancelled campaign come to their ends. */
  | { readonly kind: 'close' }
  | { readonly kind: 'finish' }
  | { readonly kind: 'end' };

/** How often a campaign looks whether its numbers work again, and asks WhatsApp where only that can tell. */
export const reviveEveryMs = 5 * 60_000;

/** The next step of a campaign; null: there is no such campaign any more. */
export function nextStep(reading: CampaignReading | null, now: Instant): NextStep {
  if (reading === null) return { kind: 'end' };
  switch (reading.state) {
    case 'draft':
    case 'in_review':
      // Taken back before it began. Submitted again, it is another run.
      return { kind: 'end' };
    case 'scheduled':
      if (reading.startsAt > now) return { kind: 'wait', until: reading.startsAt };
      return reading.halted ? untilReleased : { kind: 'start' };
    case 'running':
      return whileRunning(reading, now);
    case 'paused':
      return whilePaused(reading, now);
    case 'finished':
      return { kind: 'end' };
    case 'cancelled':
      if (reading.nextDueAt === null) return { kind: 'end' };
      return reading.nextDueAt <= now ? { kind: 'close' } : { kind: 'wait', until: reading.nextDueAt };
  }
}

/** Whoever releases the tenant tells every campaign of it. */
const untilReleased: NextStep = { kind: 'wait', until: null };

function whileRunning(reading: CampaignReading, now: Instant): NextStep {
  const { waitingUntil, numbers, frozen, nextDueAt } = reading;
  if (reading.halted) return untilReleased;
  const isDue = nextDueAt !== null && nextDueAt <= now;
  const reachIsUsedUp = waitingUntil !== null && waitingUntil > now;
  if (!frozen) return { kind: 'send', numbers: reachIsUsedUp ? [] : numbers, freeze: true };
  if (nextDueAt === null) return { kind: 'finish' };
  if (reachIsUsedUp) return { kind: 'wait', until: waitingUntil };
  return isDue ? { kind: 'send', numbers, freeze: false } : { kind: 'wait', until: nextDueAt };
}

/** Only what a broken number has stopped goes on by itself, once its cause has gone; all else waits for a person. */
function whilePaused({ pauseReason, numbersWork, askAt }: CampaignReading, now: Instant): NextStep {
  if (pauseReason !== 'connection') return { kind: 'wait', until: null };
  if (numbersWork) return { kind: 'revive' };
  if (askAt !== null && askAt <= now) return { kind: 'ask' };
  return { kind: 'wait', until: Math.min(now + reviveEveryMs, askAt ?? Infinity) };
}

/** What a person may tell a campaign while its process runs, besides how fast it sends. */
export type CampaignCommand = 'pause' | 'resume' | 'cancel';

/**
 * What a command comes to: a step, a refusal, or nothing where it has been obeyed already: an answer may be lost, and two
 * people may want the same. A person's pause takes the place of one that would end by itself.
 */
export function ruleOnCommand(
  command: CampaignCommand,
  { state, pauseReason }: CampaignPosition,
): { readonly step: CampaignStep | null } | { readonly refusal: StepRefusal } {
  const step: CampaignStep = command === 'pause' ? { kind: command, reason: 'manual' } : { kind: command };
  const isObeyed = command === 'pause' ? pauseReason !== 'connection' : true;
  if (state === obeyed[command] && isObeyed) return { step: null };
  const next = takeStep(state, step);
  return 'code' in next ? { refusal: next } : { step };
}

const obeyed = { pause: 'paused', resume: 'running', cancel: 'cancelled' } as const;

/** Why it cannot be changed how fast a campaign sends; null: it can. A draft is edited instead. */
export function rateRefusal(state: CampaignState): StepRefusal | null {
  if (state === 'finished' || state === 'cancelled') return { code: 'ended', state };
  return state === 'draft' || state === 'in_review' ? { code: 'wrong_state', state } : null;
}

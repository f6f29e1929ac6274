import type { CampaignState, PauseReason } from './campaign.ts';
import type { ConnectionId, Instant } from './ids.ts';
import type { AccountProblem } from './whatsapp-verdict.ts';

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
  /** The numbers work again, which is all that it was waiting for. */
  | { readonly kind: 'revive' }
  /** The rows of a cancelled campaign come to their ends. */
  | { readonly kind: 'close' }
  | { readonly kind: 'finish' }
  | { readonly kind: 'end' };

/** How often a campaign looks whether a broken connection of its has been mended. */
export const reviveEveryMs = 5 * 60_000;

/**
 * What a campaign is paused for when its account is out of order. Only a grant is noted with its connection, and only its
 * repair is seen there: of anything else nobody tells us that it is over, so a person has to say so.
 */
export function pauseFor(problem: AccountProblem): PauseReason {
  switch (problem) {
    case 'token':
    case 'permission':
      return 'connection';
    case 'restricted':
      return 'quality';
    case 'payment':
    case 'number':
      return 'manual';
  }
}

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
      if (reading.pauseReason !== 'connection') return { kind: 'wait', until: null };
      return reading.numbersWork ? { kind: 'revive' } : { kind: 'wait', until: now + reviveEveryMs };
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

/** Why a command is not obeyed. */
export interface CampaignRefusal {
  readonly code: 'wrong_state';
  readonly state: CampaignState;
}

export type CampaignCommand = 'pause' | 'resume' | 'cancel' | 'set_rate';

/** Null: obeyed, or has been already. */
export function commandRefusal(command: CampaignCommand, state: CampaignState): CampaignRefusal | null {
  return obeying[command].includes(state) ? null : { code: 'wrong_state', state };
}

const obeying: Readonly<Record<CampaignCommand, readonly CampaignState[]>> = {
  pause: ['running', 'paused'],
  resume: ['running', 'paused'],
  cancel: ['scheduled', 'running', 'paused', 'cancelled'],
  set_rate: ['scheduled', 'running', 'paused'],
};

import type { Kysely } from 'kysely';
import { insertVote, type RecordedVote, settleApproval } from '../db/approval.ts';
import { type RecordedTurn, recordTurn } from '../db/approval-turn.ts';
import { loadBusinessCalendar } from '../db/business-calendar.ts';
import { selectPresence } from '../db/presence.ts';
import type { Database } from '../db/schema.ts';
import { type TenantTransaction, withTenant } from '../db/tenant.ts';
import {
  type Approval,
  type Presence,
  type SavedApproval,
  type Settlement,
  type StepClock,
  wholeApproval,
} from '../domain/approval.ts';
import type { TurnKind } from '../domain/approval-progress.ts';
import { afterBusinessMinutes } from '../domain/business-calendar.ts';
import type { ApprovalId, Instant, TenantId } from '../domain/ids.ts';

export type ApprovalActivities = ReturnType<typeof approvalActivities>;

interface Key {
  readonly tenantId: TenantId;
  readonly approvalId: ApprovalId;
}

/** A step that opens. */
export interface Opening extends Key {
  readonly kind: Extract<TurnKind, 'requested' | 'reopened'>;
  readonly approval: Approval;
  readonly at: Instant;
}

/** What a process has to know of a step that has opened: when something is due, and who is there. */
export interface Opened {
  readonly clock: StepClock;
  readonly presence: Presence;
}

/** A vote as this release or the one before hands it over. */
export type HandedVote = Omit<RecordedVote, 'state' | 'seats'> &
  Partial<Pick<RecordedVote, 'seats'>> & { readonly state: SavedApproval };

/** What an approval asks of our own database. */
export function approvalActivities({ db }: { db: Kysely<Database> }) {
  return {
    /** Counts the step's times in business time, asks its approvers, and tells the process what it needs to wait. */
    openStep: (opening: Opening): Promise<Opened> => withTenant(db, opening.tenantId, (trx) => openStep(trx, opening)),

    /** Who of everybody that the approval may ever ask is active and present. */
    readPresence: ({ tenantId, approval, at }: { tenantId: TenantId; approval: Approval; at: Instant }) =>
      withTenant(db, tenantId, (trx) => selectPresence(trx, everybodyIn(approval), at)),

    recordVote: (vote: HandedVote): Promise<void> =>
      withTenant(db, vote.tenantId, (trx) =>
        insertVote(trx, { ...vote, state: wholeApproval(vote.state), seats: vote.seats ?? [vote.vote.by] }),
      ),

    recordTurn: (turn: RecordedTurn): Promise<void> => withTenant(db, turn.tenantId, (trx) => recordTurn(trx, turn)),

    recordWithdrawal: (withdrawal: Key & { settled: Settlement }): Promise<void> =>
      withTenant(db, withdrawal.tenantId, (trx) => settleApproval(trx, withdrawal)),
  };
}

async function openStep(trx: TenantTransaction, { kind, approval, at, ...key }: Opening): Promise<Opened> {
  const presence = await selectPresence(trx, everybodyIn(approval), at);
  const clock = await clockOf(trx, key, { approval, at });
  const known = { ...approval, ...presence };
  const rest = { by: null, to: null, scope: null, commentId: null };
  await recordTurn(trx, { ...key, ...rest, kind, step: approval.step, approval: known, clock, at });
  return { clock, presence };
}

/** Calendars change with the laws of countries, and differ between machines: what they say is settled here, once. */
async function clockOf(
  trx: TenantTransaction,
  { tenantId, approvalId }: Key,
  { approval, at }: { approval: Approval; at: Instant },
): Promise<StepClock> {
  const step = approval.steps[approval.step];
  if (step === undefined || (step.timeLimitMinutes === null && step.reminders.length === 0)) {
    return { deadlineAt: null, remindersAt: [] };
  }
  const { calendar_id: calendarId } = await trx
    .selectFrom('approval')
    .select('calendar_id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', approvalId)
    .executeTakeFirstOrThrow();
  const calendar = await loadBusinessCalendar(trx, calendarId, new Date(at));
  const { timeLimitMinutes } = step;
  return {
    deadlineAt: timeLimitMinutes === null ? null : afterBusinessMinutes(calendar, at, timeLimitMinutes),
    remindersAt: step.reminders
      .map((minutes) => afterBusinessMinutes(calendar, at, minutes))
      .filter((instant) => instant !== null),
  };
}

function everybodyIn({ steps, handed }: Approval) {
  const named = steps.flatMap((step) => [...step.approvers, ...step.fallback]);
  return [...new Set([...named, ...handed.map(({ to }) => to)])];
}

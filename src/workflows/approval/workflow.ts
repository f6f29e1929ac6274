import { allHandlersFinished, condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { ApprovalActivities } from '../../activities/approval.ts';
import {
  type Approval,
  type ApprovalInput,
  openApproval,
  type Presence,
  type Settlement,
  withdraw,
} from '../../domain/approval.ts';
import {
  announce,
  elapse,
  episodeOf,
  nextDueAt,
  reassess,
  reopen,
  timed,
  type Turn,
} from '../../domain/approval-progress.ts';
import { seatsFilledBy } from '../../domain/approval-seats.ts';
import { cast, refuseVote } from '../../domain/approval-vote.ts';
import { dbOp } from '../activity-options.ts';
import { currentUpdateId } from '../update-id.ts';
import { approversChanged, contentChanged, decide, withdrawApproval } from './messages.ts';
import { outcomeOf, refuse, takeInterventions } from './interventions.ts';
import { turnRecorder } from './record.ts';

const { openStep, readPresence, recordVote, recordWithdrawal } = proxyActivities<ApprovalActivities>(dbOp);

/** Waits for people: votes settle the steps, in their order. Returns how the approval ended, by whom and when. */
export async function approval({ tenantId, approvalId, v, ...opening }: ApprovalInput): Promise<Settlement> {
  const key = { tenantId, approvalId };
  const record = turnRecorder(key);
  const isNew = firstTime();
  let state: Approval = openApproval(opening);
  /** The opening of a step for which its approvers were last asked. */
  let asked: string | null = null;
  let presenceIsOld = false;
  let looking = false;

  setHandler(
    decide,
    async ({ commentId, ...vote }) => {
      if (!presenceIsKnown()) await condition(presenceIsKnown); // who stands for whom is being read
      refuse(refuseVote(state, vote, Date.now())); // another vote came between validation and this handler
      const { step } = state;
      const seats = seatsFilledBy(state, vote.by, Date.now());
      state = cast(state, vote, Date.now()); // before the await: the next vote must see this one
      const outcome = outcomeOf(state);
      await recordVote.executeWithOptions({ summary: `Record a vote: ${vote.verdict}` }, [
        { ...key, vote, commentId, step, seats, state, at: Date.now(), updateId: currentUpdateId() },
      ]);
      return outcome;
    },
    {
      validator: (vote) => refuse(presenceIsKnown() ? refuseVote(state, vote, Date.now()) : null),
      description: 'A vote',
    },
  );

  takeInterventions({ record, read: () => state, write: (next) => (state = next) });
  setHandler(contentChanged, ({ outboxId, ...content }) => {
    if (isNew(outboxId)) state = reopen(state, content);
  });
  setHandler(approversChanged, ({ outboxId }) => {
    if (isNew(outboxId)) presenceIsOld = true;
  });
  setHandler(withdrawApproval, ({ by }) => {
    state = withdraw(state, by, Date.now());
  });

  while (state.settled === null) {
    if (mustOpen()) await open();
    else if (presenceIsOld) await lookWhoIsThere();
    else await waitForPeople();
  }

  const { settled } = state;
  if (settled.outcome === 'withdrawn') {
    await recordWithdrawal.executeWithOptions({ summary: 'Record the withdrawal' }, [{ ...key, settled }]);
  }
  await condition(allHandlersFinished);
  return settled;

  /** Until somebody does something, or the next instant at which something is due. */
  async function waitForPeople(): Promise<void> {
    const dueAt = nextDueAt(state);
    const changed = (): boolean => state.settled !== null || presenceIsOld || mustOpen() || nextDueAt(state) !== dueAt;
    if (dueAt === null) return condition(changed);
    const summary = `${dueAt === state.clock?.deadlineAt ? 'Time limit' : 'Reminder'} of step ${state.step + 1}`;
    const left = dueAt - Date.now();
    if (left > 0 && (await condition(changed, left, { summary }))) return;
    await take(elapse(state, Date.now()));
  }

  async function open(): Promise<void> {
    asked = episodeOf(state);
    presenceIsOld = false;
    const { kind, approval: announced } = announce(state);
    state = announced;
    const summary = `Open step ${state.step + 1} of ${state.steps.length}`;
    looking = true;
    const opened = await openStep.executeWithOptions({ summary }, [{ ...key, kind, approval: state, at: Date.now() }]);
    state = timed(state, asked, opened.clock);
    await judge(opened.presence);
  }

  async function lookWhoIsThere(): Promise<void> {
    [presenceIsOld, looking] = [false, true];
    const asking = { tenantId, approval: state, at: Date.now() };
    await judge(await readPresence.executeWithOptions({ summary: 'Look who is there' }, [asking]));
  }

  function judge(presence: Presence): Promise<void> {
    looking = false;
    return take(reassess(state, presence, Date.now()));
  }

  async function take(turn: Turn | Approval | null): Promise<void> {
    if (turn === null) return;
    const { step } = state;
    state = 'approval' in turn ? turn.approval : turn;
    if ('approval' in turn) await record(turn, { step });
  }

  function presenceIsKnown(): boolean {
    return state.settled !== null || !(presenceIsOld || looking || mustOpen());
  }

  /** Before steps had limits nobody was asked when one opened; for changed content everybody is. */
  function mustOpen(): boolean {
    return asked !== episodeOf(state) && (v > 1 || state.round > 1);
  }
}

/** Tells of each message whether it is seen for the first time: a signal may be delivered twice. */
function firstTime(): (outboxId: string) => boolean {
  const seen = new Set<string>();
  return (outboxId) => !seen.has(outboxId) && seen.add(outboxId).has(outboxId);
}

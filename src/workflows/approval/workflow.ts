import { allHandlersFinished, condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { ApprovalActivities } from '../../activities/approval.ts';
import {
  type Approval,
  cast,
  openApproval,
  refuseVote,
  reopen,
  type Settlement,
  withdraw,
} from '../../domain/approval.ts';
import { dbOp } from '../activity-options.ts';
import { refused } from '../refuse.ts';
import { currentUpdateId } from '../update-id.ts';
import { type ApprovalInput, type CastVote, contentChanged, decide, withdrawApproval } from './messages.ts';

const { recordVote, recordReopening, recordWithdrawal } = proxyActivities<ApprovalActivities>(dbOp);

/** Waits for people: votes settle the steps, in their order. Returns how the approval ended, by whom and when. */
export async function approval({ tenantId, approvalId, ...opened }: ApprovalInput): Promise<Settlement> {
  const seen = new Set<string>();
  let state: Approval = openApproval(opened);

  setHandler(
    decide,
    async ({ commentId, ...vote }) => {
      const refusal = refuseVote(state, vote);
      if (refusal !== null) throw refused(refusal); // another vote came between validation and this handler
      const { step } = state;
      state = cast(state, vote, Date.now()); // before the await: the next vote must see this one
      const { settled } = state;
      await recordVote.executeWithOptions({ summary: `Record a vote: ${vote.verdict}` }, [
        { tenantId, approvalId, vote, commentId, step, state, at: Date.now(), updateId: currentUpdateId() },
      ]);
      return settled?.outcome ?? null;
    },
    { validator: (vote: CastVote) => refuse(state, vote), description: 'A vote on the open step' },
  );

  setHandler(contentChanged, async ({ outboxId, revisionId, ...content }) => {
    if (seen.has(outboxId) || state.settled !== null) return;
    seen.add(outboxId);
    state = reopen(state, content);
    await recordReopening.executeWithOptions({ summary: 'Open the steps again for changed content' }, [
      { tenantId, approvalId, revisionId, ...content },
    ]);
  });

  setHandler(withdrawApproval, ({ by }) => {
    state = withdraw(state, by, Date.now());
  });

  await condition(() => state.settled !== null);
  const { settled } = state;
  if (settled === null) throw new Error('the approval went on without being settled');
  if (settled.outcome === 'withdrawn') {
    await recordWithdrawal.executeWithOptions({ summary: 'Record the withdrawal' }, [
      { tenantId, approvalId, settled },
    ]);
  }
  await condition(allHandlersFinished);
  return settled;
}

function refuse(state: Approval, vote: CastVote): void {
  const refusal = refuseVote(state, vote);
  if (refusal !== null) throw refused(refusal);
}

import { setHandler } from '@temporalio/workflow';
import type { Approval, ApprovalOutcome } from '../../domain/approval.ts';
import { delegate, refuseDelegation, refuseSkip, skip } from '../../domain/approval-command.ts';
import { refused } from '../refuse.ts';
import { delegateVote, skipApproval } from './messages.ts';
import type { turnRecorder } from './record.ts';

interface Desk {
  readonly read: () => Approval;
  readonly write: (approval: Approval) => void;
  readonly record: ReturnType<typeof turnRecorder>;
}

/** Answers those who let somebody else vote, and those who go on without votes. */
export function takeInterventions({ read, write, record }: Desk): void {
  setHandler(
    delegateVote,
    async ({ by, to }) => {
      const before = read();
      refuse(refuseDelegation(before, { by, to }));
      const approval = delegate(before, { by, to });
      write(approval);
      await record({ kind: 'delegated', approval }, { step: before.step, by, to });
      return null;
    },
    {
      validator: (delegation) => refuse(refuseDelegation(read(), delegation)),
      description: 'Let somebody else vote',
    },
  );

  setHandler(
    skipApproval,
    async ({ commentId, ...asking }) => {
      const before = read();
      refuse(refuseSkip(before, asking));
      const approval = skip(before, asking, Date.now());
      write(approval);
      const { by, scope } = asking;
      await record({ kind: 'skipped', approval }, { step: before.step, by, scope, commentId });
      return outcomeOf(approval);
    },
    { validator: (asking) => refuse(refuseSkip(read(), asking)), description: 'Go on without votes' },
  );
}

export function outcomeOf({ settled }: Approval): ApprovalOutcome | null {
  return settled?.outcome ?? null;
}

/** Throws the refusal, if there is one. */
export function refuse(refusal: { readonly code: string } | null): void {
  if (refusal !== null) throw refused(refusal);
}

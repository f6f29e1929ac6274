import { commandProblems } from '../posts/post-problems.ts';
import type { ProblemKinds } from '../problem.ts';

/** The refusals of every command to an open approval. */
export const approvalCommandProblems = {
  settled: commandProblems.settled,
  finished: commandProblems.finished,
} as const satisfies ProblemKinds;

/** Why a vote, a delegation or a skip does not count. */
export const approvalProblems = {
  stale_content: {
    status: 409,
    title: 'Stale content',
    description: 'The content was changed since it was read; `contentHash` and `revision` name what is open now.',
    example: { revision: 3 },
  },
  own_content: {
    status: 403,
    title: 'Own content',
    description: 'Whoever created, edited or submitted the content may not vote on it, unless its policy lets them.',
  },
  not_an_approver: {
    status: 403,
    title: 'Not an approver',
    description: 'The caller is not among the approvers of the open step, and stands for none of them at the moment.',
  },
  already_voted: {
    status: 409,
    title: 'Already voted',
    description: 'The caller has voted on this step before, or somebody else has who stands for the same person.',
  },
  not_delegable: {
    status: 409,
    title: 'Not delegable',
    description: 'The policy wants the approvers of this step to vote themselves.',
  },
  unfit_delegate: {
    status: 409,
    title: 'Unfit delegate',
    description: 'The delegate is the caller, or had a hand in the content, or has left.',
  },
  step_passed: {
    status: 409,
    title: 'Step passed',
    description: 'Another step is open than the one that was to be skipped.',
  },
} as const satisfies ProblemKinds;

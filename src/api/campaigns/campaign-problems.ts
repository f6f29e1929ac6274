import { haltProblem, startProblems as approvalStartProblems } from '../posts/post-problems.ts';
import type { ProblemKinds } from '../problem.ts';

export const stateProblems = {
  wrong_state: {
    status: 409,
    title: 'Wrong state',
    description: 'The campaign is in a state in which this cannot be done; `state` names it.',
    example: { state: 'running' },
  },
  ended: {
    status: 409,
    title: 'Ended',
    description: 'The campaign is finished or cancelled: nothing moves it any more.',
    example: { state: 'finished' },
  },
} as const satisfies ProblemKinds;

/** The refusals of what a campaign's process is told. */
export const commandProblems = {
  ...stateProblems,
  finished: {
    status: 409,
    title: 'Finished',
    description: 'The process of the campaign has ended: it takes no more commands.',
  },
} as const satisfies ProblemKinds;

export const sendProblems = {
  ...stateProblems,
  not_sendable: {
    status: 409,
    title: 'Not sendable',
    description: 'Something stands in the way of sending; `violations` names each thing.',
    example: { violations: [{ code: 'no_number', detail: 'No number is chosen to send from.' }] },
  },
} as const satisfies ProblemKinds;

export const submitProblems = {
  ...sendProblems,
  policy_unfulfillable: approvalStartProblems.policy_unfulfillable,
} as const satisfies ProblemKinds;

export const startProblems = {
  ...sendProblems,
  ...haltProblem,
  stale_content: {
    status: 409,
    title: 'Stale content',
    description: 'What would be sent is not what was approved; `contentHash` is that of what it is now.',
    example: { contentHash: 'c1a6…' },
  },
} as const satisfies ProblemKinds;

export const scheduleProblems = {
  ...sendProblems,
  approval_required: {
    status: 409,
    title: 'Approval required',
    description: 'A policy demands an approval of every campaign: submit it.',
  },
} as const satisfies ProblemKinds;

import type { ProblemKinds } from '../problem.ts';
import { slotProblem } from './slot.ts';

/** The refusals of everything that starts, moves or stops the process of a post. */
export const commandProblems = {
  wrong_state: {
    status: 409,
    title: 'Wrong state',
    description: 'The post is in a state in which this cannot be done; `state` names it.',
    example: { state: 'published' },
  },
  too_late: {
    status: 409,
    title: 'Too late',
    description: 'Publication has begun; `at` says when the first call to a network went out.',
    example: { at: '2026-12-01T08:30:00.012Z' },
  },
  already_cancelled: {
    status: 409,
    title: 'Already cancelled',
    description: 'Somebody else cancelled the post before; `by` and `at` say who and when.',
    example: {
      by: { id: '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77', name: 'Elena Conti' },
      at: '2026-11-30T16:02:11.400Z',
    },
  },
  already_publishing: {
    status: 409,
    title: 'Already publishing',
    description: 'Somebody said before that the post is to go out at once; `by` and `at` say who and when.',
    example: {
      by: { id: '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77', name: 'Elena Conti' },
      at: '2026-11-30T16:02:11.400Z',
    },
  },
  settled: {
    status: 409,
    title: 'Settled',
    description: 'The approval has been settled before; `outcome`, `by` and `at` say how, by whom and when.',
    example: {
      outcome: 'approved',
      by: { id: '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77', name: 'Marco Galli' },
      at: '2026-11-30T16:02:11.400Z',
    },
  },
  finished: {
    status: 409,
    title: 'Finished',
    description: 'The process of the post has ended.',
  },
  ...slotProblem,
} as const satisfies ProblemKinds;

export type CommandCode = keyof typeof commandProblems;

/** The refusals of everything that starts the process of a post. */
export const startProblems = {
  wrong_state: commandProblems.wrong_state,
  ...slotProblem,
  not_publishable: {
    status: 422,
    title: 'Not publishable',
    description:
      'The content breaks limits of the networks that it is to be published on; `violations` lists all of them. Nothing has been started.',
    example: {
      violations: [
        {
          target: '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77',
          field: 'text',
          mediaId: null,
          rule: 'max_text_length',
          limit: 2200,
          value: 2417,
          message: 'The text has 2417 characters; the network takes 2200.',
        },
      ],
    },
  },
  connection_not_usable: {
    status: 422,
    title: 'Connection not usable',
    description: 'A connection that the post is to be published on was disconnected, or is still being made.',
  },
  policy_unfulfillable: {
    status: 422,
    title: 'Policy unfulfillable',
    description:
      'A step of the approval policy can never be passed: too few active members with `post.approve` are left once the authors are taken out. `step` names it.',
    example: { step: { key: 'review', name: 'Revisione' } },
  },
} as const satisfies ProblemKinds;

export type StartCode = keyof typeof startProblems;

/** Further refusals of those that start without review. */
export const directStartProblems = {
  ...startProblems,
  approval_required: {
    status: 409,
    title: 'Approval required',
    description: 'A policy demands an approval of this post: submit it.',
  },
} as const satisfies ProblemKinds;

/** The refusal of what would have to go out at once. */
export const haltProblem = {
  halted: {
    status: 409,
    title: 'Publication stopped',
    description:
      'All publication and all campaigns of the tenant are stopped: nothing goes out before somebody releases it.',
  },
} as const satisfies ProblemKinds;

import type { ProblemKinds } from '../problem.ts';

/** Why an answer is not sent. Nothing has left then, and nothing is kept. */
export const replyProblems = {
  window_closed: {
    status: 422,
    title: 'Window closed',
    description:
      'WhatsApp lets anything be written for 24 hours after the contact’s last message to this number; after that, only an approved template. `possible` names what can be sent now.',
    example: { possible: ['template'], closedAt: '2026-11-28T09:30:00.000Z' },
  },
  blocked: {
    status: 422,
    title: 'Contact blocked',
    description: 'The contact is on the block list: nothing is sent to them until somebody takes them off it.',
  },
  no_consent: {
    status: 422,
    title: 'Consent withdrawn',
    description: 'The contact wants no marketing any more. Answers and templates of other categories can be sent.',
  },
  template_unavailable: {
    status: 422,
    title: 'Template unavailable',
    description: 'The template is not approved, was paused or disabled, or belongs to another account than the number.',
  },
  not_connected: {
    status: 409,
    title: 'Not connected',
    description: 'The number holds no access to WhatsApp at the moment. Connect it again first.',
    example: { state: 'expired' },
  },
} as const satisfies ProblemKinds;

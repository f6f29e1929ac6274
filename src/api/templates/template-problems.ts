import type { SubmitRefusal } from '../../domain/template-edit.ts';
import type { TemplateViolation } from '../../domain/template-lint.ts';
import type { FieldError, ProblemDetails, ProblemKinds } from '../problem.ts';

const at = '2026-12-01T08:30:00.000Z';

export const nameProblems = {
  name_blocked: {
    status: 409,
    title: 'Name blocked',
    description:
      'WhatsApp gives the name of a deleted template that had been approved to no other one for thirty days. Take another name, or wait until `at`.',
    example: { at },
  },
} as const satisfies ProblemKinds;

export const editProblems = {
  not_editable: {
    status: 409,
    title: 'Not editable',
    description:
      'A template can be submitted as a draft, and when it is approved, rejected or paused; a new version can be written until it is disabled, archived or deleted.',
    example: { status: 'pending' },
  },
  category_fixed: {
    status: 409,
    title: 'Category fixed',
    description: 'A template that WhatsApp has approved keeps its category.',
    example: { category: 'utility' },
  },
} as const satisfies ProblemKinds;

export const submitProblems = {
  ...editProblems,
  edited_too_often: {
    status: 409,
    title: 'Edited too often',
    description: 'An approved template can be edited once in 24 hours and ten times in thirty days.',
    example: { at },
  },
  template_invalid: {
    status: 422,
    title: 'Template invalid',
    description:
      'WhatsApp is known to refuse what the newest version says; `errors` tells all of it, as the preview does.',
  },
  already_submitted: {
    status: 409,
    title: 'Already submitted',
    description: 'The newest version is what WhatsApp has: there is nothing to hand in.',
  },
} as const satisfies ProblemKinds;

/** What can come of asking WhatsApp. */
export const networkProblems = {
  not_connected: {
    status: 409,
    title: 'Not connected',
    description: 'No number of the WhatsApp business account is connected, so nothing can be asked of WhatsApp.',
  },
  connection_broken: {
    status: 409,
    title: 'Connection broken',
    description: 'WhatsApp honours the grant no more, or not enough of it. Reconnect the number, then try again.',
    example: { connectionId: '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77' },
  },
  refused_by_network: {
    status: 422,
    title: 'Refused by WhatsApp',
    description: 'WhatsApp did not take it; `provider` says why in its own words.',
    example: {
      provider: {
        code: '100/2388024',
        message: 'There is already Italian content for this template. You can create a new template and try again.',
      },
    },
  },
  gone_at_network: {
    status: 409,
    title: 'Gone at WhatsApp',
    description: 'The template was deleted at WhatsApp. It is shown as deleted after the next sync.',
  },
  network_trouble: {
    status: 503,
    title: 'WhatsApp in trouble',
    description: 'WhatsApp did not answer, asked for a pause, or answered nothing that makes sense. Repeating is safe.',
  },
} as const satisfies ProblemKinds;

/** What the refusal says besides its code. */
export function explained(refusal: SubmitRefusal): ProblemDetails {
  switch (refusal.code) {
    case 'not_editable':
      return { extensions: { status: refusal.status } };
    case 'category_fixed':
      return { extensions: { category: refusal.category } };
    case 'edited_too_often':
      return { extensions: { at: new Date(refusal.at).toISOString() } };
  }
}

export function fieldErrors(violations: readonly TemplateViolation[]): readonly FieldError[] {
  return violations.map((violation) => ({ ...violation, detail: sentences[violation.rule] }));
}

const sentences: Readonly<Record<TemplateViolation['rule'], string>> = {
  required: 'is missing',
  name: 'has other characters than lower-case letters, digits and underscores',
  language: 'is not a language code of WhatsApp',
  max_length: 'is too long',
  max_variables: 'has too many variables',
  no_variables: 'cannot have variables',
  no_formatting: 'cannot have line breaks, emoji or formatting',
  no_line_breaks: 'cannot have line breaks',
  blank_run: 'has more than two line breaks or four spaces in a row',
  variable_name: 'has a variable with a name that WhatsApp does not take',
  variable_order: 'leaves out a place: variables are counted from one',
  mixed_parameters: 'mixes named and positional variables',
  variable_at_edge: 'begins or ends with a variable',
  adjacent_variables: 'has two variables with nothing between them',
  too_few_words: 'has too many variables for its words',
  example_missing: 'needs a sample value',
  example_fits: 'is not a sample that WhatsApp takes: too long, or with line breaks',
  max_buttons: 'has too many buttons, or too many of one kind',
  grouped_buttons: 'has quick replies among other buttons: they stand together',
  unique: 'is there twice',
  url: 'is not a web address that WhatsApp takes',
  phone: 'is not a phone number',
  code: 'is not a code of letters and digits',
  variable_at_end: 'can have one variable, {{1}}, at the very end of its path',
  max_cards: 'has too few or too many cards',
  same_cards: 'has another shape than the first card',
  carousel_alone: 'stands beside a header, a footer or buttons, which a carousel cannot',
  category: 'is worded by WhatsApp itself and cannot be made here',
  media_kind: 'is of a kind that WhatsApp does not take',
  max_bytes: 'is too large',
};

/** The sentence for a rule that is broken. */
export const sentenceFor = (rule: TemplateViolation['rule']): string => sentences[rule];

import type { FieldError } from '../problem.ts';

export const calendarInUse = {
  calendar_in_use: {
    status: 409,
    title: 'Calendar in use',
    description:
      'The calendar is the tenant’s default, or a policy counts its limits on it; `usedBy` says which. Choose another there first.',
    example: { usedBy: 'default' },
  },
} as const;

export function nameTaken(name: string): FieldError {
  return { pointer: '/name', rule: 'unique', limit: null, value: name, detail: 'is the name of another calendar' };
}

import type { ContactGroupRow } from '../../db/contact-group.ts';
import type { FieldError } from '../problem.ts';

export function nameTaken(name: string): FieldError {
  return { pointer: '/name', rule: 'unique', limit: null, value: name, detail: 'is the name of another group' };
}

/** Why contacts cannot be put into this group, or null: it must be a list that is in use. */
export function groupProblem(group: ContactGroupRow | null): Omit<FieldError, 'pointer'> | null {
  const because = (rule: string, detail: string) => ({ rule, limit: null, value: null, detail });
  if (group === null) return because('known', 'is no group of this tenant');
  if (group.filter !== null) return because('list', 'is a filter: nobody can be put into it');
  return group.archivedAt === null ? null : because('archived', 'is archived');
}

export const notAList = {
  not_a_list: {
    status: 409,
    title: 'Not a list',
    description: 'The group is a filter, which finds its members by itself, or it is archived.',
  },
} as const;

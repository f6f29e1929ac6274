import { z } from 'zod';
import { timeouts } from '../../domain/approval.ts';
import type { BusinessCalendarId, GroupId, PolicyId, UserId } from '../../domain/ids.ts';
import { id } from '../schemas.ts';

const maxSteps = 10;
const maxNamed = 100;
/** A year, should business never close. */
const maxMinutes = 366 * 24 * 60;

export const policyId = id<PolicyId>('The policy.');
export const policyParams = z.strictObject({ policyId });

const roleKey = z.string().min(1).max(100).meta({
  description: 'A role, by its key: whoever holds it when a post or a campaign is submitted.',
  example: 'reviewer',
});

const peopleFields = {
  users: z.array(id<UserId>('A member.')).max(maxNamed).default([]).meta({ description: 'Members, one by one.' }),
  groups: z
    .array(id<GroupId>('A group.'))
    .max(maxNamed)
    .default([])
    .meta({ description: 'Groups: whoever is in them when a post or a campaign is submitted.' }),
  roles: z.array(roleKey).max(maxNamed).default([]).meta({ description: 'Roles: whoever holds them then.' }),
};

const minutes = z.int().min(1).max(maxMinutes);

export const ruleBody = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('any') }),
    z.strictObject({ kind: z.literal('all') }),
    z.strictObject({ kind: z.literal('at_least'), count: z.int().min(1).max(maxNamed) }),
  ])
  .meta({ description: 'How many of the approvers have to approve.' });

const stepBody = z.strictObject({
  key: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
    .optional()
    .meta({ description: 'What the step is called by programs; given to it where it is missing.', example: 'legal' }),
  name: z.string().trim().min(1).max(100).meta({ description: 'As people call it.', example: 'Revisione legale' }),
  ...peopleFields,
  rule: ruleBody,
  timeLimitMinutes: minutes.nullable().default(null).meta({
    description:
      'How long it may take in minutes of business time, by the policy’s calendar; null: as long as it takes.',
  }),
  reminders: z
    .array(minutes)
    .max(10)
    .default([])
    .meta({ description: 'After how many minutes of business time those who have not voted are reminded, ascending.' }),
  onTimeout: z.enum(timeouts).default('hold').meta({
    description:
      'When the time has run out: `escalate` lets the fallback vote too, `expire` ends the approval and the post, and makes a campaign a draft again, `hold` waits on.',
  }),
  fallback: z
    .strictObject(peopleFields)
    .default({ users: [], groups: [], roles: [] })
    .meta({ description: 'Who may vote, too, once the step has escalated; needed to `escalate`.' }),
  delegable: z.boolean().default(true).meta({
    description: 'Whether its approvers may let somebody else vote, for one approval or while they are away.',
  }),
});

const fields = {
  name: z.string().trim().min(1).max(100).meta({ description: 'As people call it.', example: 'Due revisori' }),
  steps: z.array(stepBody).min(1).max(maxSteps).meta({ description: 'In the order in which they are passed.' }),
  authorsMayVote: z
    .boolean()
    .meta({ description: 'Whether those who created, edited or submitted the content may vote on it.' }),
  calendarId: id<BusinessCalendarId>('A business calendar.')
    .nullable()
    .meta({ description: 'What the limits are counted on; null: the tenant’s default calendar.' }),
};

export const newPolicyBody = z.strictObject({
  ...fields,
  authorsMayVote: fields.authorsMayVote.default(false),
  calendarId: fields.calendarId.default(null),
});

export const changedPolicyBody = z.strictObject(fields).partial();

export type StepBody = z.output<typeof stepBody>;

export const assignmentBody = z.strictObject({
  policyId: policyId.nullable().meta({ description: 'Null: none.' }),
});

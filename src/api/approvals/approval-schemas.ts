import { z } from 'zod';
import { verdicts } from '../../domain/approval.ts';
import type { ApprovalId } from '../../domain/ids.ts';
import { postStatuses } from '../../domain/post.ts';
import { id, instantView } from '../schemas.ts';

export const approvalOutcomes = ['approved', 'rejected', 'changes_requested', 'withdrawn', 'expired'] as const;

export const approvalParams = z.strictObject({ approvalId: id<ApprovalId>('The approval.') });

export const person = z
  .object({ id: z.string(), name: z.string() })
  .meta({ description: 'A member, by the name that the tenant knows.' });

const step = z.object({
  key: z.string(),
  name: z.string(),
  rule: z
    .object({ kind: z.enum(['any', 'all', 'at_least']), count: z.number().int().optional() })
    .meta({ description: 'How many of the approvers have to approve.' }),
  approvers: z.array(person).meta({ description: 'Who could vote when the approval was opened.' }),
  state: z
    .enum(['waiting', 'open', 'passed', 'stopped'])
    .meta({ description: '`stopped`: the approval ended on this step without passing it.' }),
});

const vote = z.object({
  step: z.string().meta({ description: 'The key of the step that it was cast on.' }),
  by: person,
  verdict: z.enum(verdicts),
  comment: z.string().nullable(),
  at: instantView('When it was cast.'),
});

export const approvalView = z
  .object({
    id: z.string(),
    outcome: z.enum(approvalOutcomes).nullable().meta({ description: 'Null while it is open.' }),
    revision: z.number().int().meta({ description: 'The revision of the post that it is about.' }),
    contentHash: z.string().meta({ description: 'What votes are bound to: sha256 of what readers will see.' }),
    steps: z.array(step),
    votes: z.array(vote).meta({ description: 'In the order in which they were cast.' }),
    openedBy: person,
    openedAt: instantView('When the post was submitted.'),
    settledBy: person.nullable().meta({ description: 'Whose vote or withdrawal ended it; null if time did.' }),
    settledAt: instantView('When it ended; null while it is open.').nullable(),
    post: z.object({
      id: z.string(),
      status: z.enum(postStatuses),
      version: z.number().int(),
      excerpt: z.string().meta({ description: 'The beginning of its text.' }),
      scheduledAt: instantView('When it is to be published.').nullable(),
    }),
  })
  .meta({ description: 'The approval of one revision of a post.' });

export type ApprovalView = z.input<typeof approvalView>;

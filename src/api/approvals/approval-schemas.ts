import { z } from 'zod';
import { timeouts, verdicts } from '../../domain/approval.ts';
import { skipScopes } from '../../domain/approval-command.ts';
import type { ApprovalId } from '../../domain/ids.ts';
import { campaignStates } from '../../domain/campaign.ts';
import { postStatuses } from '../../domain/post.ts';
import { id, instantView } from '../schemas.ts';

export const approvalOutcomes = ['approved', 'rejected', 'changes_requested', 'withdrawn', 'expired'] as const;

export const approvalParams = z.strictObject({ approvalId: id<ApprovalId>('The approval.') });

export const person = z
  .object({ id: z.string(), name: z.string() })
  .meta({ description: 'A member, by the name that the tenant knows.' });

const voice = z.object({
  by: person,
  standsFor: z.array(person).meta({ description: 'Whose seats it filled, but for the voter’s own.' }),
});

const step = z.object({
  key: z.string(),
  name: z.string(),
  rule: z
    .object({ kind: z.enum(['any', 'all', 'at_least']), count: z.number().int().optional() })
    .meta({ description: 'How many of the approvers have to approve.' }),
  approvers: z.array(person).meta({ description: 'Who could vote when the approval was opened.' }),
  fallback: z.array(person).meta({ description: 'Who may vote, too, once the step has escalated.' }),
  timeLimitMinutes: z.int().nullable().meta({ description: 'Minutes of business time; null: as long as it takes.' }),
  onTimeout: z.enum(timeouts),
  delegable: z.boolean().meta({ description: 'Whether its approvers may let somebody else vote.' }),
  state: z
    .enum(['waiting', 'open', 'passed', 'stopped'])
    .meta({ description: '`stopped`: the approval ended on this step without passing it.' }),
  voices: z.array(voice).meta({ description: 'The approvals that count for it.' }),
});

const vote = z.object({
  step: z.string().meta({ description: 'The key of the step that it was cast on.' }),
  by: person,
  standsFor: z.array(person).meta({ description: 'For whom the voter voted, if not for themselves.' }),
  verdict: z.enum(verdicts),
  comment: z.string().nullable(),
  revision: z.int().nullable().meta({ description: 'The revision of the post that it was cast on, if it is a post.' }),
  counts: z.boolean().meta({ description: 'False since the content was changed.' }),
  at: instantView('When it was cast.'),
});

const delegation = z.object({
  step: z.string().meta({ description: 'The step that was open.' }),
  from: person,
  to: person,
  at: instantView('When it was given.'),
});

const skipped = z.object({
  step: z.string().meta({ description: 'The step that was open.' }),
  scope: z.enum(skipScopes),
  by: person,
  reason: z.string(),
  at: instantView('When.'),
});

export const approvalView = z
  .object({
    id: z.string(),
    outcome: z.enum(approvalOutcomes).nullable().meta({ description: 'Null while it is open.' }),
    revision: z.number().int().nullable().meta({
      description: 'The revision of the post that it is about; null: it is about a campaign.',
    }),
    contentHash: z.string().meta({
      description:
        'What votes are bound to: sha256 of what readers will see, or of what a campaign sends to whom, when and for how much at most.',
    }),
    policyId: z.string(),
    policyVersion: z.int().meta({ description: 'The version that it began with; it keeps it.' }),
    authorsMayVote: z.boolean(),
    round: z.int().meta({ description: 'Rises whenever the content is changed: then the steps reopen.' }),
    steps: z.array(step),
    deadlineAt: instantView('Until when the open step may take; null: no limit, or not known yet.').nullable(),
    remindersAt: z.array(z.string()).meta({ description: 'When those who have not voted on it are reminded.' }),
    overdue: z.boolean().meta({ description: 'The time of the open step has run out.' }),
    escalated: z.boolean().meta({ description: 'The fallback of the open step may vote.' }),
    stranded: z.boolean().meta({ description: 'Nobody is left who could pass the open step: skip it, or see to it.' }),
    delegations: z
      .array(delegation)
      .meta({ description: 'Who let somebody else vote; a later one replaces an earlier.' }),
    skips: z.array(skipped),
    votes: z.array(vote).meta({ description: 'In the order in which they were cast.' }),
    openedBy: person,
    openedAt: instantView('When it was submitted.'),
    settledBy: person.nullable().meta({ description: 'Whose vote or withdrawal ended it; null if time did.' }),
    settledAt: instantView('When it ended; null while it is open.').nullable(),
    post: z
      .object({
        id: z.string(),
        status: z.enum(postStatuses),
        version: z.number().int(),
        excerpt: z.string().meta({ description: 'The beginning of its text.' }),
        scheduledAt: instantView('When it is to be published.').nullable(),
      })
      .nullable()
      .meta({ description: 'The post that it is about; null: it is about a campaign.' }),
    campaign: z
      .object({
        id: z.string(),
        name: z.string(),
        state: z.enum(campaignStates),
        version: z.number().int(),
        startsAtLocal: z.string().nullable().meta({ description: 'Wall-clock time of the start; null: at once.' }),
      })
      .nullable()
      .meta({ description: 'The campaign that it is about; null: it is about a post.' }),
  })
  .meta({ description: 'The approval of one revision of a post, or of a campaign.' });

export type ApprovalView = z.input<typeof approvalView>;

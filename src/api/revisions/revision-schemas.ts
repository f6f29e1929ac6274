import { z } from 'zod';
import { verdicts } from '../../domain/approval.ts';
import { postFormats } from '../../domain/content.ts';
import { publishingNetworks } from '../../domain/network.ts';
import { approvalOutcomes, person } from '../approvals/approval-schemas.ts';
import { postParams } from '../posts/post-schemas.ts';
import { contentView } from '../posts/post-view-schemas.ts';
import { instantView } from '../schemas.ts';

const maxNumber = 2_147_483_647;

export const revisionNumber = z.coerce.number().int().min(1).max(maxNumber);

export const revisionParams = postParams.extend({
  number: revisionNumber.meta({ description: 'The number of the revision, from 1.', example: 2 }),
});

export const revisionView = z
  .object({
    number: z.number().int().meta({ description: 'Counts the contents that the post has had.' }),
    current: z.boolean().meta({ description: 'Whether it is what the post says now.' }),
    author: person,
    createdAt: instantView('When it was saved.'),
    contentHash: z.string().meta({ description: 'What votes are bound to: sha256 of what readers will see.' }),
    content: contentView,
    approvals: z
      .array(
        z.object({
          id: z.string(),
          outcome: z.enum(approvalOutcomes).nullable().meta({ description: 'Null while it is open.' }),
          openedBy: person,
          openedAt: instantView('When the post was submitted.'),
          settledBy: person.nullable(),
          settledAt: instantView('When it ended.').nullable(),
        }),
      )
      .meta({ description: 'Approvals that were about this revision.' }),
    votes: z
      .array(
        z.object({
          approvalId: z.string(),
          step: z.string().meta({ description: 'The key of the step that it was cast on.' }),
          by: person,
          verdict: z.enum(verdicts),
          at: instantView('When it was cast.'),
        }),
      )
      .meta({ description: 'What was decided on exactly this content, in the order of deciding.' }),
  })
  .meta({ id: 'Revision', description: 'What a post said from one save to the next, and what was decided on it.' });

export type RevisionView = z.input<typeof revisionView>;

const pieces = z
  .array(z.object({ kind: z.enum(['same', 'added', 'removed']), text: z.string() }))
  .meta({ description: '`same` and `removed` spell the earlier text, `same` and `added` the later one.' });

const page = z.object({ id: z.string(), name: z.string(), network: z.enum(publishingNetworks) });

const mediaChange = z.object({
  added: z.array(z.string()),
  removed: z.array(z.string()),
  reordered: z.boolean().meta({ description: 'Whether those in both come in another order.' }),
});

const link = contentView.shape.link;

export const differenceView = z
  .object({
    from: z.object({ revision: z.number().int(), contentHash: z.string() }),
    to: z.object({ revision: z.number().int(), contentHash: z.string() }),
    identical: z.boolean().meta({ description: 'Whether readers see the same: then a vote on one is a vote on both.' }),
    text: pieces,
    media: mediaChange.nullable().meta({ description: 'Of the post’s own media; null: as they were.' }),
    link: z.object({ from: link, to: link }).nullable().meta({ description: 'Null: as it was.' }),
    targets: z.object({
      added: z.array(page),
      removed: z.array(page),
      changed: z.array(
        z.object({
          connection: page,
          text: pieces.nullable().meta({ description: 'What its readers see; null: no variant of its own changed.' }),
          media: mediaChange.nullable(),
          format: z.object({ from: z.enum(postFormats), to: z.enum(postFormats) }).nullable(),
        }),
      ),
    }),
  })
  .meta({ id: 'RevisionDifference', description: 'How one revision became another. Its time is no part of it.' });

import { z } from 'zod';
import { connectionStates } from '../../domain/connection.ts';
import { postFormats } from '../../domain/content.ts';
import { contentFields } from '../../domain/content-violations.ts';
import { eventKinds } from '../../domain/event.ts';
import { publishingNetworks } from '../../domain/network.ts';
import { postStatuses } from '../../domain/post.ts';
import { targetStates } from '../../domain/publication.ts';
import { approvalView, person } from '../approvals/approval-schemas.ts';
import { instantView } from '../schemas.ts';

export const violationView = z
  .object({
    target: z.string().nullable().meta({ description: 'The connection whose limits it breaks; null: the whole post.' }),
    field: z.enum(contentFields).meta({ description: 'What to mend; `link.title` is the title of the link.' }),
    mediaId: z.string().nullable().meta({ description: 'The file that it is about, where it is a single one.' }),
    rule: z.string().meta({ example: 'max_text_length' }),
    limit: z.union([z.number(), z.string()]).nullable(),
    value: z.union([z.number(), z.string()]).nullable(),
    message: z.string(),
  })
  .meta({ description: 'One way in which the content breaks a network’s limits.' });

export const contentView = z.object({
  text: z.string(),
  mediaIds: z.array(z.string()),
  link: z
    .object({
      url: z.string(),
      title: z.string().nullable(),
      description: z.string().nullable(),
      mediaId: z.string().nullable(),
    })
    .nullable()
    .meta({ description: 'A link with its preview.' }),
  targets: z.array(
    z.object({
      connectionId: z.string(),
      text: z.string().nullable().meta({ description: 'Null: the post’s text.' }),
      mediaIds: z.array(z.string()).nullable().meta({ description: 'Null: the post’s media.' }),
      format: z.enum(postFormats),
    }),
  ),
});

const firstMediaKind = z
  .enum(['image', 'video', 'document'])
  .nullable()
  .meta({ description: 'What the first of the post’s own media is; null where it has none.' });

const reason = z.object({
  code: z.string().meta({ example: 'content_refused' }),
  message: z.string(),
  providerCode: z.string().nullable().meta({ description: 'The network’s own code.' }),
  providerMessage: z.string().nullable().meta({ description: 'The network’s own words.' }),
});

const target = z.object({
  id: z.string(),
  connection: z.object({
    id: z.string(),
    name: z.string(),
    network: z.enum(publishingNetworks),
    state: z.enum(connectionStates),
  }),
  state: z.enum(targetStates),
  reason: reason.nullable().meta({ description: 'Why it is not simply under way.' }),
  permalink: z.string().nullable(),
  publishedAt: instantView('When it appeared on the network.').nullable(),
  editedAt: instantView('When its text was last changed on the network; null: it shows what was published.').nullable(),
  editedText: z.string().nullable().meta({ description: 'What the page shows since then.' }),
  removedAt: instantView(
    'When it was taken down from the network. It stays `published`, as the record of what was public.',
  ).nullable(),
});

const cause = z.object({
  targetId: z.string().nullable().meta({ description: 'Null: it is about the approval.' }),
  connectionId: z.string().nullable(),
  code: z.string().meta({ example: 'answer_lost' }),
  message: z.string(),
});

const entry = z.object({
  at: instantView('When it happened.'),
  code: z.enum(eventKinds),
  actor: z.object({
    kind: z.enum(['user', 'process', 'network']),
    id: z.string().nullable(),
    name: z.string().nullable(),
  }),
  sentence: z.string().meta({ example: 'Elena Conti submitted the post.' }),
  data: z.record(z.string(), z.unknown()).meta({ description: 'Ids, codes and instants that belong to it.' }),
});

export const postView = z
  .object({
    id: z.string(),
    status: z.enum(postStatuses),
    version: z.number().int().meta({
      description: 'Its `ETag`: changes whenever anything here changes, but for what only the timeline tells.',
    }),
    content: contentView,
    revision: z.number().int(),
    contentHash: z.string(),
    firstMediaKind,
    violations: z.array(violationView).meta({ description: 'What keeps the content from being submitted.' }),
    targets: z.array(target),
    approval: approvalView.nullable().meta({ description: 'The open approval, or else the last one.' }),
    attention: z
      .boolean()
      .meta({ description: 'Whether a target, or an approval that nobody is left to give, waits for a person.' }),
    attentionCauses: z.array(cause),
    missedSlot: z
      .boolean()
      .meta({ description: 'Approval came after `scheduledAt`: nothing is published until a new slot is set.' }),
    nextSlot: instantView(
      'What can be sent to `schedule` after a missed slot: the same time of day on the next day of business.',
    ).nullable(),
    scheduledAt: instantView('When it is to be published.').nullable(),
    publishedAt: instantView('When its first target was published.').nullable(),
    author: person,
    createdAt: instantView('When it was created.'),
    updatedAt: instantView('When it last changed.'),
    timeline: z.array(entry).meta({ description: 'Everything that happened to it, oldest first.' }),
    run: z
      .object({ workflowId: z.string(), url: z.string().nullable() })
      .nullable()
      .meta({ description: 'Its process in the Temporal UI; for the vendor’s operators only, else null.' }),
  })
  .meta({ description: 'A post with everything that a reader may want to know of it.' });

export type PostView = z.input<typeof postView>;

export const listedPost = z
  .object({
    id: z.string(),
    status: z.enum(postStatuses),
    version: z.number().int(),
    attention: z.boolean(),
    missedSlot: z.boolean(),
    excerpt: z.string().meta({ description: 'The beginning of its text.' }),
    mediaIds: z.array(z.string()),
    firstMediaKind,
    targets: z.array(
      z.object({
        id: z.string(),
        connectionId: z.string(),
        connectionName: z.string(),
        network: z.enum(publishingNetworks),
        state: z.enum(targetStates),
        permalink: z.string().nullable(),
        removed: z.boolean().meta({ description: 'Whether it was taken down from the network after publication.' }),
      }),
    ),
    author: person,
    scheduledAt: instantView('When it is to be published.').nullable(),
    publishedAt: instantView('When its first target was published.').nullable(),
    createdAt: instantView('When it was created.'),
    updatedAt: instantView('When it last changed.'),
  })
  .meta({ description: 'A post as lists show it.' });

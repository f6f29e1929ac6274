import { z } from 'zod';
import type { CommentId } from '../../domain/ids.ts';
import { person } from '../approvals/approval-schemas.ts';
import { postParams } from '../posts/post-schemas.ts';
import { id, instantView } from '../schemas.ts';

const maxLength = 4_000;

export const commentId = id<CommentId>('The comment.');
export const commentParams = postParams.extend({ commentId });

export const commentBody = z.string().trim().min(1).max(maxLength).meta({
  description:
    'Plain text. `@[Marco Galli](user:<id>)` mentions a member, who is notified; the name counts for nothing, readers are shown the current one.',
  example: '@[Marco Galli](user:0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77) can we say “open” here?',
});

export const commentView = z
  .object({
    id: commentId,
    postId: z.string(),
    replyTo: z.string().nullable().meta({ description: 'The comment that it answers.' }),
    revision: z.number().int().nullable().meta({ description: 'The revision of the post that it speaks of.' }),
    author: person,
    body: z.string().nullable().meta({ description: 'Null once deleted. Mentions carry the current names.' }),
    mentions: z.array(person).meta({ description: 'Whom it mentions.' }),
    version: z.number().int().meta({ description: 'Its `ETag`.' }),
    createdAt: instantView('When it was written.'),
    editedAt: instantView('When its author last changed it.').nullable(),
    deletedAt: instantView('When its author deleted it: then only its place is left.').nullable(),
  })
  .meta({ id: 'Comment', description: 'What a colleague says about a post; nobody outside of the tenant sees it.' });

export type CommentView = z.input<typeof commentView>;

import { v5 as uuidv5 } from 'uuid';
import { deleteUnusedComment, insertComment } from '../../db/approval-opening.ts';
import type { ApprovalId } from '../../domain/ids.ts';
import { Refused } from '../problem.ts';
import type { ActContext } from '../route-context.ts';

type Writer = Pick<ActContext<unknown, unknown, unknown, never>, 'caller' | 'commandId' | 'inTenant' | 'now'>;

/**
 * Stores the words that come with a command, so that only their id travels through its process, and takes them back
 * when the command is refused. Their id follows from the command: a request that is repeated stores them once.
 */
export async function withWords(
  { caller, commandId, inTenant, now }: Writer,
  { approvalId, words }: { approvalId: ApprovalId; words: string | null },
  command: (commentId: string | null) => Promise<void>,
): Promise<void> {
  if (words === null) return command(null);
  const id = wordsId(commandId);
  const { tenantId, userId } = caller;
  await inTenant((trx) => insertComment(trx, { tenantId, id, approvalId, by: userId, body: words, now }));
  try {
    await command(id);
  } catch (error) {
    // An unanswered command may yet count: its words must stay.
    const refused = error instanceof Refused && error.kind.status < 500;
    if (refused) await inTenant((trx) => deleteUnusedComment(trx, id));
    throw error;
  }
}

/** The id under which a command stores its words. */
export function wordsId(commandId: string): string {
  return uuidv5(commandId, commentNamespace);
}

const commentNamespace = 'f3a1c9f2-8a0e-4a3e-9d4f-3f4b8c2d1e60';

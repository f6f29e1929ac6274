import { insertNotifications } from '../../db/notification.ts';
import { replaceMentions, selectReaders } from '../../db/post-comment.ts';
import { mentionedIn } from '../../domain/comment.ts';
import type { CommentId, PostId, UserId } from '../../domain/ids.ts';
import type { HandleContext } from '../route-context.ts';

type Writer = Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'caller' | 'now' | 'invalid'>;

const maxMentions = 20;

/** Whom a body mentions. Throws 422 for too many, and for whoever could not read the post. */
export async function requireMentionable({ trx, invalid }: Writer, body: string): Promise<readonly UserId[]> {
  const mentioned = mentionedIn(body);
  const at = { pointer: '/body', limit: null } as const;
  if (mentioned.length > maxMentions) {
    const detail = `mentions ${mentioned.length} people`;
    throw invalid([{ ...at, rule: 'max_mentions', limit: maxMentions, value: mentioned.length, detail }]);
  }
  const readers = await selectReaders(trx, mentioned);
  const strangers = mentioned.filter((user) => !readers.has(user));
  if (strangers.length > 0) {
    const detail = 'mentions nobody who can read posts here';
    throw invalid(strangers.map((value) => ({ ...at, rule: 'mentionable', value, detail })));
  }
  return mentioned;
}

/** Records whom a comment mentions, and lets those know who have not heard of it before. */
export async function mention(
  { trx, caller, now }: Writer,
  { postId, id }: { postId: PostId; id: CommentId },
  mentioned: readonly UserId[],
): Promise<void> {
  const { tenantId, userId } = caller;
  await replaceMentions(trx, { tenantId, id }, mentioned);
  await insertNotifications(trx, {
    tenantId,
    kind: 'mentioned',
    postId,
    recipients: mentioned,
    episode: id,
    by: userId,
    at: now,
    data: { commentId: id },
  });
}

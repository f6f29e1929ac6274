import type { PostStatus } from '../../domain/post.ts';
import type { Refused } from '../problem.ts';
import type { ActContext } from '../route-context.ts';

/** The refusal of what cannot be done with a post in this state. */
export function wrongState(
  { refuse }: Pick<ActContext<unknown, unknown, unknown, 'wrong_state'>, 'refuse'>,
  state: PostStatus,
): Refused {
  return refuse('wrong_state', { detail: `The post is ${state.replaceAll('_', ' ')}.`, extensions: { state } });
}

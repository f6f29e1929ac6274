import type { MediaUse } from '../../db/media.ts';
import type { ProblemDetails } from '../problem.ts';

const shownAtMost = 20;

/** Which posts stand in the way, the first twenty of them. */
export function namedBy(uses: readonly MediaUse[]): ProblemDetails {
  const posts = uses.slice(0, shownAtMost).map(({ postId, status }) => ({ id: postId, status }));
  return {
    detail: `${uses.length} post${uses.length === 1 ? ' names' : 's name'} the file.`,
    extensions: { posts },
  };
}

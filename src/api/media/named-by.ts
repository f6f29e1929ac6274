import type { MediaUse } from '../../db/media.ts';
import type { TemplateId } from '../../domain/ids.ts';
import type { ProblemDetails } from '../problem.ts';

const shownAtMost = 20;

/** Which post or templates stand in the way, the first twenty of each. */
export function namedBy(
  uses: readonly MediaUse[],
  templates: readonly { readonly id: TemplateId }[] = [],
): ProblemDetails {
  const posts = uses.slice(0, shownAtMost).map(({ postId, status }) => ({ id: postId, status }));
  const showing =
    templates.length === 0 ? {} : { templates: templates.slice(0, shownAtMost).map(({ id }) => ({ id })) };
  const count = uses.length + templates.length;
  const what = templates.length === 0 ? 'post' : uses.length === 0 ? 'template' : 'post or template';
  return {
    detail: `${count} ${what}${count === 1 ? ' names' : 's name'} the file.`,
    extensions: { posts, ...showing },
  };
}

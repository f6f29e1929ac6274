import type { Route } from '../define-route.ts';
import { cancelPost } from './cancel-post.ts';
import { createPost } from './create-post.ts';
import { decideOnPost } from './decide-on-post.ts';
import { removePost } from './delete-post.ts';
import { duplicatePost } from './duplicate-post.ts';
import { editPost } from './edit-post.ts';
import { listPosts } from './list-posts.ts';
import type { PermalinkHosts } from './permalink.ts';
import { publishPostNow } from './publish-now.ts';
import { readPost } from './read-post.ts';
import { reschedulePost } from './reschedule-post.ts';
import { resolvePostTarget } from './resolve-target.ts';
import { schedulePost } from './schedule-post.ts';
import { submitPost } from './submit-post.ts';

/** `simulated`: where the posts of simulated networks are shown; empty lists where the networks are real. */
export function postRoutes({ simulated }: { simulated: PermalinkHosts }): readonly Route[] {
  return [
    listPosts,
    createPost,
    readPost,
    editPost,
    removePost,
    duplicatePost,
    submitPost,
    decideOnPost,
    schedulePost,
    reschedulePost,
    cancelPost,
    publishPostNow,
    resolvePostTarget(simulated),
  ];
}

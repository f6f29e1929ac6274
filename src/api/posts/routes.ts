import type { Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { cancelPost } from './cancel-post.ts';
import type { PublicationDependencies } from './change-publication.ts';
import { createPost } from './create-post.ts';
import { decideOnPost } from './decide-on-post.ts';
import { removePost } from './delete-post.ts';
import { duplicatePost } from './duplicate-post.ts';
import { editPost } from './edit-post.ts';
import { editPublication } from './edit-publication.ts';
import { listPosts } from './list-posts.ts';
import type { PermalinkHosts } from './permalink.ts';
import { previewContent } from './preview-content.ts';
import { publishPostNow } from './publish-now.ts';
import { readPost } from './read-post.ts';
import { readPreviews } from './read-previews.ts';
import { reschedulePost } from './reschedule-post.ts';
import { removePublication } from './remove-publication.ts';
import { resolvePostTarget } from './resolve-target.ts';
import { schedulePost } from './schedule-post.ts';
import { submitPost } from './submit-post.ts';

export interface PostDependencies extends PublicationDependencies {
  /** Where the posts of simulated networks are shown; empty lists where the networks are real. */
  readonly simulated: PermalinkHosts;
  /** The base and key of the signed addresses in previews. */
  readonly urls: MediaUrls;
}

export function postRoutes(dependencies: PostDependencies): readonly Route[] {
  const { simulated, urls } = dependencies;
  return [
    listPosts,
    createPost,
    readPost,
    readPreviews({ urls }),
    previewContent({ urls }),
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
    editPublication(dependencies),
    removePublication(dependencies),
  ];
}

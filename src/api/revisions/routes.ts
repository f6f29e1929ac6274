import type { Route } from '../define-route.ts';
import { compareRevisions } from './compare-revisions.ts';
import { listRevisions, readRevision } from './read-revisions.ts';
import { restoreRevision } from './restore-revision.ts';

/** The comparison first: its address would else be taken for that of a revision. */
export const revisionRoutes: readonly Route[] = [listRevisions, compareRevisions, readRevision, restoreRevision];

import { commonProblems } from '../common-problems.ts';
import { commandProblems, startProblems } from './post-problems.ts';

/** The refusals of an edit: those of a draft, and those of a post in flight, whose process may come first. */
export const editProblems = {
  ...commandProblems,
  ...startProblems,
  stale_version: commonProblems.stale_version,
} as const;

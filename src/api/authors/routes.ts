import type { Route } from '../define-route.ts';
import { blockAuthor, unblockAuthor } from './block-author.ts';
import { bulkAuthors } from './bulk-authors.ts';
import { changeConsent } from './change-consent.ts';
import { listAuthors, showAuthor } from './read-authors.ts';
import { createAuthor, deleteAuthor, editAuthor } from './write-authors.ts';

export const authorRoutes: readonly Route[] = [
  listAuthors,
  createAuthor,
  bulkAuthors,
  showAuthor,
  editAuthor,
  deleteAuthor,
  blockAuthor,
  unblockAuthor,
  changeConsent,
];

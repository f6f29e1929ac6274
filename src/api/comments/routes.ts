import type { Route } from '../define-route.ts';
import { deleteComment, editComment } from './change-comment.ts';
import { createComment } from './create-comment.ts';
import { listComments } from './list-comments.ts';

export const commentRoutes: readonly Route[] = [listComments, createComment, editComment, deleteComment];

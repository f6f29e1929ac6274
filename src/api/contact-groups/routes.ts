import type { Route } from '../define-route.ts';
import { countFilter, listGroups, showGroup } from './read-groups.ts';
import { archiveGroup, changeMembers, createGroup, editGroup } from './write-groups.ts';

export const contactGroupRoutes: readonly Route[] = [
  listGroups,
  createGroup,
  countFilter,
  showGroup,
  editGroup,
  archiveGroup,
  changeMembers,
];

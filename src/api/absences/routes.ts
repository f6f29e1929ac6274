import type { Route } from '../define-route.ts';
import { createAbsence } from './create-absence.ts';
import { listAbsences } from './list-absences.ts';
import { removeAbsence } from './remove-absence.ts';

export const absenceRoutes: readonly Route[] = [listAbsences, createAbsence, removeAbsence];

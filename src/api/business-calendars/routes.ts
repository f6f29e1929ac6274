import type { Route } from '../define-route.ts';
import { chooseDefaultCalendar } from './choose-default.ts';
import { createCalendar } from './create-calendar.ts';
import { removeCalendar } from './delete-calendar.ts';
import { editCalendar } from './edit-calendar.ts';
import { listHolidayRegions } from './list-holiday-regions.ts';
import { listCalendars, readCalendar } from './read-calendars.ts';
import { tryDeadline } from './try-deadline.ts';

export const businessCalendarRoutes: readonly Route[] = [
  listCalendars,
  createCalendar,
  chooseDefaultCalendar,
  readCalendar,
  editCalendar,
  removeCalendar,
  tryDeadline,
  listHolidayRegions,
];

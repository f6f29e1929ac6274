import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import type { BuiltInRoleKey } from '../../src/domain/permission.ts';
import { type Call, type CallAnswer, startApi, type TestApi } from './api.ts';
import { createOwnTenant, type OwnTenant, ownTokens } from './own-tenant.ts';

/** The API as it serves calendars, on the morning of the 24th of November 2026, with a tenant of the test file's own. */
export interface CalendarApi {
  readonly api: TestApi;
  readonly own: OwnTenant;
  /** Below `/v1/business-calendars`, as its supervisor unless told otherwise. */
  call(
    method: string,
    path: string,
    sent?: Call,
    by?: { tenant?: OwnTenant; role?: BuiltInRoleKey },
  ): Promise<CallAnswer>;
  /** A week of office hours in Italy, but for what differs. */
  create(differing?: object, tenant?: OwnTenant, headers?: Record<string, string>): Promise<CallAnswer>;
}

export const morning = { from: '09:00', to: '13:00' };
export const afternoon = { from: '14:00', to: '18:00' };
const workday = [morning, afternoon];

/** Starts it once for a test file. */
export function useCalendarApi(): () => CalendarApi {
  let started: CalendarApi | null = null;
  beforeAll(async () => {
    const clock = () => Date.parse('2026-11-24T09:00:00Z');
    const api = await startApi({ services: { tokens: ownTokens, clock } });
    started = calendarApi(api, await createOwnTenant(api.services.db));
  });
  afterAll(() => started?.api.close());
  return () => {
    if (started === null) throw new Error('the API has not been started');
    return started;
  };
}

function calendarApi(api: TestApi, own: OwnTenant): CalendarApi {
  const call: CalendarApi['call'] = (method, path, sent = {}, { tenant = own, role = 'supervisor' } = {}) =>
    api.call(`/v1/business-calendars${path}`, { method, token: tenant.token(role), ...sent });
  return {
    api,
    own,
    call,
    create: (differing = {}, tenant = own, headers = {}) => {
      const week = { monday: workday, tuesday: workday, wednesday: workday, thursday: workday, friday: workday };
      const body = { name: `Orario ${randomUUID()}`, timeZone: 'Europe/Rome', week, holidays: { country: 'IT' } };
      return call('POST', '', { json: { ...body, ...differing }, headers }, { tenant });
    },
  };
}

/** The status, and of each thing that is wrong its place and rule. */
export function faultsOf({ status, body }: CallAnswer): unknown {
  return [status, body.errors?.map(({ pointer, rule }: { pointer: string; rule: string }) => `${pointer} ${rule}`)];
}

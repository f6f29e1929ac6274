import { describe, expect, test } from 'vitest';
import { faultsOf, morning, useCalendarApi } from '../support/calendar-api.ts';

const served = useCalendarApi();

describe('what no calendar can be', () => {
  test.each<{ what: string; body: object; fault: string; status?: number }>([
    { what: 'in a zone that is none', body: { timeZone: 'Europe/Roma' }, fault: '/timeZone known' },
    { what: 'in an offset', body: { timeZone: '+01:00' }, fault: '/timeZone known' },
    { what: 'without hours', body: { week: { monday: [] } }, fault: '/week required' },
    { what: 'open backwards', body: week([{ from: '13:00', to: '09:00' }]), fault: '/week/monday/0/to after' },
    { what: 'open for nothing', body: week([{ from: '09:00', to: '09:00' }]), fault: '/week/monday/0/to after' },
    {
      what: 'open twice at once',
      body: week([
        { from: '14:00', to: '18:00' },
        { from: '09:00', to: '14:01' },
      ]),
      fault: '/week/monday/1/from overlap',
    },
    {
      what: 'open until 25',
      body: week([{ from: '09:00', to: '25:00' }]),
      fault: '/week/monday/0/to invalid_format',
      status: 400,
    },
    {
      what: 'of an eighth day',
      body: { week: { monday: [], lunedì: [] } },
      fault: '/week/lunedì unknown',
      status: 400,
    },
    { what: 'of an unknown country', body: { holidays: { country: 'XX' } }, fault: '/holidays/country known' },
    {
      what: 'of an unknown region',
      body: { holidays: { country: 'IT', region: 'BY' } },
      fault: '/holidays/region known',
    },
    {
      what: 'of no holidays of a country',
      body: { holidays: { country: 'IT', types: [] } },
      fault: '/holidays/types too_small',
    },
    {
      what: 'twice another on one date',
      body: {
        exceptions: [
          { kind: 'closed', date: '2026-12-07' },
          { kind: 'worked', date: '2026-12-07' },
        ],
      },
      fault: '/exceptions/1/date unique',
    },
    {
      what: 'closed on no date',
      body: { exceptions: [{ kind: 'closed', date: '2027-02-29' }] },
      fault: '/exceptions/0/date invalid_format',
      status: 400,
    },
    {
      what: 'closed before all years',
      body: { exceptions: [{ kind: 'closed', date: '0000-01-01' }] },
      fault: '/exceptions/0/date range',
    },
    {
      what: 'open at hours that are none',
      body: { exceptions: [{ kind: 'hours', date: '2026-12-07', intervals: [] }] },
      fault: '/exceptions/0/intervals required',
    },
    {
      what: 'open twice at once on a date',
      body: { exceptions: [{ kind: 'hours', date: '2026-12-07', intervals: [morning, morning] }] },
      fault: '/exceptions/0/intervals/1/from overlap',
    },
  ])('$what', async ({ body, fault, status = 422 }) => {
    expect(faultsOf(await served().create(body))).toEqual([status, [fault]]);
  });

  function week(monday: object[]): object {
    return { week: { monday } };
  }
});

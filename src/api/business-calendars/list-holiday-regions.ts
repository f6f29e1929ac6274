import { z } from 'zod';
import { holidayRegions } from '../../platform/public-holidays.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';

const country = z
  .object({
    country: z.string().meta({ description: 'ISO 3166-1.', example: 'DE' }),
    name: z.string().meta({ description: 'In your language.', example: 'Germania' }),
    regions: z
      .array(
        z
          .object({
            code: z.string().meta({ description: 'What a calendar’s `region` takes.', example: 'BY-A' }),
            name: z.string().meta({ description: 'As it is called there.', example: 'Bayern, Stadt Augsburg' }),
          })
          .meta({ id: 'HolidayRegion', description: 'A state, or a part of one.' }),
      )
      .meta({ description: 'Its parts with holidays of their own.' }),
  })
  .meta({ id: 'HolidayCountry', description: 'A country whose holidays are known.' });

export const listHolidayRegions = defineRoute({
  method: 'get',
  path: '/v1/holiday-regions',
  tag: 'Business calendars',
  summary: 'List the places whose holidays are known',
  description:
    'Countries by name, each with its parts that have holidays of their own. All at once: they change only with a release.',
  permission: 'calendar.read',
  answer: {
    status: 200,
    schema: z.object({ items: z.array(country) }),
    description: 'Every country.',
  },
  refusals: {},
  audit: null,
  handle: ({ caller }) => Promise.resolve(answer({ items: holidayRegions(caller.locale).map(mutable) })),
});

function mutable({ regions, ...rest }: ReturnType<typeof holidayRegions>[number]) {
  return { ...rest, regions: [...regions] };
}

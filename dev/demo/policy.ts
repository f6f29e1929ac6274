import { z } from 'zod';

import type { Person } from './api-client.ts';
import type { Narrator } from './narrator.ts';

const identified = z.object({ id: z.string() });
const userList = z.object({
  items: z.array(z.object({ id: z.string(), username: z.string(), email: z.string().nullable() })),
});
const chosen = z.object({ items: z.array(z.object({ id: z.string(), isDefault: z.boolean() })) });

/** A member as the story needs them. */
export type Colleague = z.output<typeof userList>['items'][number];

const reminderMinutes = 1;
const limitMinutes = 60;

/**
 * Gives the tenant a policy with a time limit and a reminder, on a calendar that never closes, so that the story ends
 * at any hour of any day. Returns how to give the tenant its own policy back.
 */
export async function choosePolicy(
  admin: Person,
  { reviewer, fallback }: { reviewer: Colleague; fallback: Colleague },
  say: Narrator,
): Promise<() => Promise<void>> {
  const roundTheClock = [{ from: '00:00', to: '24:00' }];
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  // Names are taken once: the time makes each run's own.
  const mark = new Date().toISOString();
  const calendar = await admin.post('/v1/business-calendars', {
    body: {
      name: `Sempre aperto (${mark})`,
      timeZone: 'Europe/Rome',
      week: Object.fromEntries(days.map((day) => [day, roundTheClock])),
      holidays: null,
    },
  });
  say.claim('Giulia writes a calendar that never closes', calendar.status === 201, calendar);
  const policy = await admin.post('/v1/approval-policies', {
    body: {
      name: `Revisione con promemoria (${mark})`,
      calendarId: identified.parse(calendar.body).id,
      steps: [
        {
          name: 'Redazione',
          users: [reviewer.id],
          rule: { kind: 'any' },
          timeLimitMinutes: limitMinutes,
          reminders: [reminderMinutes],
          onTimeout: 'escalate',
          fallback: { users: [fallback.id] },
        },
      ],
    },
  });
  say.claim(
    `and a policy: Marco approves within ${limitMinutes} minutes, is reminded after ${reminderMinutes}, then a fallback may`,
    policy.status === 201,
    policy,
  );
  const before = chosen.parse((await admin.get('/v1/approval-policies')).body).items.find(({ isDefault }) => isDefault);
  const choose = (policyId: string | null) => admin.put('/v1/approval-policies/default', { body: { policyId } });
  const now = await choose(identified.parse(policy.body).id);
  say.claim('it guards every page from now on', now.status === 200, now);
  return async () => {
    await choose(before?.id ?? null);
  };
}

/** The colleagues of these names, in their order. */
export async function colleagues(person: Person, usernames: readonly string[], say: Narrator): Promise<Colleague[]> {
  const answer = await person.get('/v1/users?limit=100');
  const { items } = userList.parse(answer.body);
  const found = usernames.flatMap((username) => items.filter((user) => user.username === username));
  say.claim(`${usernames.join(', ')} are members`, found.length === usernames.length, answer);
  return found;
}

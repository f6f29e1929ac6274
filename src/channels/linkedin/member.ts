import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { AdminProfile, Grant } from '../connector.ts';
import { type Rest, understood } from './rest.ts';

const member = z.object({
  id: z.string(),
  localizedFirstName: z.string().nullish(),
  localizedLastName: z.string().nullish(),
});

/** The member who consented. */
export async function memberOf(
  rest: Rest,
  { accessToken }: Pick<Grant, 'accessToken'>,
  options: CallOptions = {},
): Promise<AdminProfile> {
  const answer = await rest({
    method: 'GET',
    target: { base: 'api', path: '/v2/me' },
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
  });
  const { id, localizedFirstName, localizedLastName } = understood(member, answer);
  const name = [localizedFirstName, localizedLastName].filter((part) => part !== null && part !== undefined).join(' ');
  return { externalId: id, name: name === '' ? id : name, pictureUrl: null };
}

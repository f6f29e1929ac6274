import { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { AdminProfile, Grant, GrantedPage } from '../connector.ts';
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

/** The member's own profile: the grant reaches it, and it is nothing that a company connects. */
export async function personalProfile(
  rest: Rest,
  grant: Pick<Grant, 'accessToken'>,
  options: CallOptions = {},
): Promise<readonly GrantedPage[]> {
  try {
    const { externalId, name, pictureUrl } = await memberOf(rest, grant, options);
    return [{ externalId, name, pictureUrl, accessToken: null, details: {}, refusal: 'personal_profile' }];
  } catch (error) {
    // Without that permission the grant does not reach the profile.
    if (error instanceof ChannelError && error.grantProblem === 'permission') return [];
    throw error;
  }
}

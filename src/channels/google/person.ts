import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { AdminProfile, Grant } from '../connector.ts';
import { scopesIn } from './consent.ts';
import type { GoogleRest } from './rest.ts';

const person = z.object({
  sub: z.string(),
  name: z.string().nullish(),
  email: z.string().nullish(),
  picture: z.string().nullish(),
});

/** Whoever consented. For a YouTube channel it may be the channel's own Brand Account. */
export async function personOf(
  rest: GoogleRest,
  { accessToken }: Pick<Grant, 'accessToken'>,
  options: CallOptions = {},
): Promise<AdminProfile> {
  const { sub, name, email, picture } = await rest({
    method: 'GET',
    target: { base: 'identity', path: '/v1/userinfo' },
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
    answer: person,
  });
  return { externalId: sub, name: name ?? email ?? sub, pictureUrl: picture ?? null };
}

/** What a token may do now. */
export async function scopesOfToken(
  rest: GoogleRest,
  { accessToken }: Pick<Grant, 'accessToken'>,
  options: CallOptions = {},
): Promise<readonly string[]> {
  const { scope } = await rest({
    // As Google's own client asks, so that the token is in no address.
    method: 'POST',
    target: { base: 'token', path: '/tokeninfo' },
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
    answer: z.object({ scope: z.string() }),
  });
  return scopesIn(scope);
}

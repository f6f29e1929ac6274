import { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { Grant, GrantedPage, HeldPage, PageProfile, Watch } from '../connector.ts';
import { personOf } from '../google/person.ts';
import type { GoogleRest } from '../google/rest.ts';

/**
 * The one mailbox of whoever consented. A mailbox at gmail.com is taken as well as a company's: small firms have no
 * other, and nothing about it is public as a profile would be.
 */
export async function grantedMailbox(
  rest: GoogleRest,
  grant: Grant,
  options: CallOptions = {},
): Promise<readonly GrantedPage[]> {
  const { externalId, name, pictureUrl } = await personOf(rest, grant, options);
  // An address may be given to somebody else one day; the account's id never is.
  const page = { externalId, pictureUrl, accessToken: null };
  const address = await addressOrNone(rest, grant.accessToken, options);
  if (address === null) return [{ ...page, name, details: {}, refusal: 'not_eligible' }];
  return [{ ...page, name: address, details: { address }, refusal: null }];
}

/** Reads the mailbox itself. */
export async function probeMailbox(rest: GoogleRest, page: HeldPage, options: CallOptions = {}): Promise<PageProfile> {
  return { name: await addressOf(rest, page.accessToken, options), pictureUrl: null };
}

/** Asks Gmail to tell the topic of new mail, for seven days. Asking again begins them anew. */
export async function watchMailbox(
  rest: GoogleRest,
  page: HeldPage,
  topic: string,
  options: CallOptions = {},
): Promise<Watch> {
  const { expiration } = await rest({
    method: 'POST',
    target: { base: 'api', path: '/gmail/v1/users/me/watch' },
    body: { json: { topicName: topic, labelIds: ['INBOX'], labelFilterBehavior: 'include' } },
    accessToken: page.accessToken,
    repeat: 'harmless',
    signal: options.signal,
    answer: z.object({ expiration: z.coerce.number() }),
  });
  // A mailbox has one watch for each project, without a name of its own.
  return { id: topic, expiresAt: expiration };
}

async function addressOf(rest: GoogleRest, accessToken: string, options: CallOptions): Promise<string> {
  const { emailAddress } = await rest({
    method: 'GET',
    target: { base: 'api', path: '/gmail/v1/users/me/profile' },
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
    answer: z.object({ emailAddress: z.string() }),
  });
  return emailAddress;
}

/** Null for a Google account without a mailbox. */
async function addressOrNone(rest: GoogleRest, accessToken: string, options: CallOptions): Promise<string | null> {
  try {
    return await addressOf(rest, accessToken, options);
  } catch (error) {
    if (error instanceof ChannelError && error.provider?.code === 'failedPrecondition') return null;
    throw error;
  }
}

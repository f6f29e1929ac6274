import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { Grant, GrantedPage, HeldPage, PageProfile } from '../connector.ts';
import { saysGone, withoutObject } from '../google/errors.ts';
import { everyItem, type GoogleRest } from '../google/rest.ts';

/** Every location that a grant reaches, each once: a person and a group of theirs may both hold it. */
export async function grantedLocations(
  rest: GoogleRest,
  grant: Grant,
  options: CallOptions = {},
): Promise<readonly GrantedPage[]> {
  const read = reading(rest, grant.accessToken, options);
  const found = new Map<string, GrantedPage>();
  for (const account of await read.accounts()) {
    for (const location of await read.locations(account)) {
      const page = asGranted(account, location);
      if (!found.has(page.externalId)) found.set(page.externalId, page);
    }
  }
  return [...found.values()];
}

/** Reads a location, which only those who manage it can. */
export async function probeLocation(rest: GoogleRest, page: HeldPage, options: CallOptions = {}): Promise<PageProfile> {
  try {
    const { title } = await rest({
      method: 'GET',
      target: { base: 'information', path: `/v1/locations/${encodeURIComponent(page.externalId)}` },
      query: { readMask },
      accessToken: page.accessToken,
      repeat: 'harmless',
      signal: options.signal,
      answer: locationAnswer,
    });
    return { name: title, pictureUrl: null };
  } catch (error) {
    throw saysGone(error) ? withoutObject('google_business', error) : error;
  }
}

const readMask = 'name,title,storefrontAddress,metadata';

const locationAnswer = z.object({
  /** Like `locations/123`, whatever the account. */
  name: z.string(),
  title: z.string(),
  storefrontAddress: z
    .object({ addressLines: z.array(z.string()).optional(), locality: z.string().optional() })
    .optional(),
  metadata: z.object({ hasVoiceOfMerchant: z.boolean().optional() }).optional(),
});
type LocationAnswer = z.infer<typeof locationAnswer>;

// Google leaves out what is empty.
const accountSheet = z.object({
  accounts: z.array(z.object({ name: z.string() })).optional(),
  nextPageToken: z.string().optional(),
});
const locationSheet = z.object({ locations: z.array(locationAnswer).optional(), nextPageToken: z.string().optional() });

function reading(rest: GoogleRest, accessToken: string, options: CallOptions) {
  const call = { method: 'GET', accessToken, repeat: 'harmless', signal: options.signal } as const;
  return {
    /** Their names, like `accounts/123`. */
    accounts: (): Promise<readonly string[]> =>
      everyItem(
        (page) =>
          rest({
            ...call,
            target: { base: 'accounts', path: '/v1/accounts' },
            query: { pageSize: '20', ...page },
            answer: accountSheet,
          }),
        ({ accounts = [] }) => accounts.map(({ name }) => name),
      ),
    locations: (account: string): Promise<readonly LocationAnswer[]> =>
      everyItem(
        (page) =>
          rest({
            ...call,
            target: { base: 'information', path: `/v1/${account}/locations` },
            query: { readMask, pageSize: '100', ...page },
            answer: locationSheet,
          }),
        ({ locations = [] }) => locations,
      ),
  };
}

function asGranted(account: string, { name, title, storefrontAddress, metadata }: LocationAnswer): GrantedPage {
  const address = [...(storefrontAddress?.addressLines ?? []), storefrontAddress?.locality]
    .filter((line) => line !== undefined)
    .join(', ');
  return {
    externalId: name.replace(/^locations\//, ''),
    name: title,
    pictureUrl: null,
    accessToken: null,
    // Posts and reviews are addressed through the account; the address tells shops of one name apart.
    details: { account, ...(address === '' ? {} : { address }) },
    // Who has not proved to Google that the place is theirs can neither post nor answer.
    refusal: metadata?.hasVoiceOfMerchant === true ? null : 'not_eligible',
  };
}

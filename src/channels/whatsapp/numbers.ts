import { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { Grant, GrantedPage, HeldPage, PageProfile } from '../connector.ts';
import type { Graph, MetaApp } from '../meta/graph.ts';
import { grantedAccounts } from './accounts.ts';

const fields = 'id,display_phone_number,verified_name,status,platform_type';
const number = z.object({
  id: z.string(),
  display_phone_number: z.string(),
  verified_name: z.string().nullish(),
  status: z.string().nullish(),
  platform_type: z.string().nullish(),
});
const maxPages = 20;

/** Every number that a business has let the app use; what cannot send is listed with the reason. */
export async function grantedNumbers(
  graph: Graph,
  app: MetaApp,
  grant: Grant,
  options: CallOptions = {},
): Promise<readonly GrantedPage[]> {
  const found: GrantedPage[] = [];
  const common = { query: { fields, limit: '100' }, item: number, maxPages, signal: options.signal };
  for (const wabaId of await grantedAccounts(graph, app, grant, options)) {
    const path = `/${wabaId}/phone_numbers`;
    for (const each of await graph.list({ ...common, path, accessToken: grant.accessToken })) {
      found.push({
        externalId: each.id,
        name: nameOf(each),
        pictureUrl: await pictureOf(graph, { externalId: each.id, accessToken: grant.accessToken }, options),
        accessToken: null,
        details: { wabaId, phoneNumber: each.display_phone_number },
        refusal: serves(each) ? null : 'not_eligible',
      });
    }
  }
  return found;
}

/** Reads the number itself, which succeeds only if the token still acts for it. */
export async function numberProfile(graph: Graph, page: HeldPage, options: CallOptions = {}): Promise<PageProfile> {
  const read = await graph.call({
    method: 'GET',
    path: `/${page.externalId}`,
    query: { fields },
    accessToken: page.accessToken,
    repeat: 'harmless',
    signal: options.signal,
    answer: number,
  });
  return { name: nameOf(read), pictureUrl: await pictureOf(graph, page, options) };
}

type PhoneNumber = z.infer<typeof number>;

/** A business may call several numbers the same. */
function nameOf({ verified_name: name, display_phone_number: displayed }: PhoneNumber): string {
  return name ? `${name} (${displayed})` : displayed;
}

/**
 * Whether messages can be sent from it: it is registered with the Cloud API. One that was never verified or registered,
 * that was moved away or banned, is not; one that is flagged or restricted still is.
 */
function serves({ status, platform_type: platform }: PhoneNumber): boolean {
  return servingStates.has(status ?? '') && (platform ?? 'CLOUD_API') === 'CLOUD_API';
}

const servingStates: ReadonlySet<string> = new Set(['CONNECTED', 'FLAGGED', 'RATE_LIMITED', 'RESTRICTED']);

const profile = z.object({ data: z.array(z.object({ profile_picture_url: z.string().nullish() })) });

/** A number's picture; one that cannot be had is no reason to go without the number. */
async function pictureOf(
  graph: Graph,
  { externalId, accessToken }: { readonly externalId: string; readonly accessToken: string },
  options: CallOptions,
): Promise<string | null> {
  try {
    const { data } = await graph.call({
      method: 'GET',
      path: `/${externalId}/whatsapp_business_profile`,
      query: { fields: 'profile_picture_url' },
      accessToken,
      repeat: 'harmless',
      signal: options.signal,
      answer: profile,
    });
    return data[0]?.profile_picture_url ?? null;
  } catch (error) {
    if (error instanceof ChannelError) return null;
    throw error;
  }
}

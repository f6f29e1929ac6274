import { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { Grant, GrantedPage, HeldPage, PageProfile } from '../connector.ts';
import { personOf } from '../google/person.ts';
import { everyItem, type GoogleRest } from '../google/rest.ts';

/** The channels that a grant may act for: one as a rule, since Google lets people choose it when they consent. */
export async function grantedChannels(
  rest: GoogleRest,
  grant: Grant,
  options: CallOptions = {},
): Promise<readonly GrantedPage[]> {
  const channels = await ownChannels(rest, grant.accessToken, options);
  if (channels.length === 0) return [await withoutChannel(rest, grant, options)];
  return channels.map((channel) => ({
    externalId: channel.id,
    ...profileOf(channel),
    accessToken: null,
    details: {},
    // A channel without a public identity takes no uploads and no comments.
    refusal: channel.status?.isLinked === false ? 'not_eligible' : null,
  }));
}

/** Reads a channel as one of the token's own: by its id alone anybody could. */
export async function probeChannel(rest: GoogleRest, page: HeldPage, options: CallOptions = {}): Promise<PageProfile> {
  const own = await ownChannels(rest, page.accessToken, options);
  const channel = own.find(({ id }) => id === page.externalId);
  if (channel !== undefined) return profileOf(channel);
  throw new ChannelError('youtube: the token does not act for this channel any more.', {
    class: 'refresh_token',
    mayHaveActed: false,
    grantProblem: 'permission',
  });
}

const channelAnswer = z.object({
  id: z.string(),
  snippet: z.object({
    title: z.string(),
    thumbnails: z.partialRecord(z.string(), z.object({ url: z.string() })).optional(),
  }),
  status: z.object({ isLinked: z.boolean().optional() }).optional(),
});
type ChannelAnswer = z.infer<typeof channelAnswer>;

// Without any channel the list itself is left out.
const channelSheet = z.object({ items: z.array(channelAnswer).optional(), nextPageToken: z.string().optional() });

function ownChannels(rest: GoogleRest, accessToken: string, options: CallOptions): Promise<readonly ChannelAnswer[]> {
  return everyItem(
    (page) =>
      rest({
        method: 'GET',
        target: { base: 'api', path: '/youtube/v3/channels' },
        query: { part: 'id,snippet,status', mine: 'true', maxResults: '50', ...page },
        accessToken,
        repeat: 'harmless',
        signal: options.signal,
        answer: channelSheet,
      }),
    ({ items }) => items ?? [],
  );
}

/** A Google account that has never opened a channel, shown as what it is so that the person sees why. */
async function withoutChannel(rest: GoogleRest, grant: Grant, options: CallOptions): Promise<GrantedPage> {
  const { externalId, name, pictureUrl } = await personOf(rest, grant, options);
  return { externalId, name, pictureUrl, accessToken: null, details: {}, refusal: 'not_eligible' };
}

function profileOf({ snippet: { title, thumbnails } }: ChannelAnswer): PageProfile {
  return { name: title, pictureUrl: (thumbnails?.['high'] ?? thumbnails?.['default'])?.url ?? null };
}

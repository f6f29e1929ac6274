import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { errorBody, invalidArgument, refused } from './errors.ts';
import { type Caller, guarded } from './gateway.ts';
import { scope } from './scopes.ts';
import { channels, type SeedChannel } from './seeds.ts';
import { sheetOf } from './sheets.ts';

const reading = [scope.youtube, scope.youtubeReadonly, scope.youtubeForceSsl];

/** YouTube's channels. */
export function youtubeOperations(world: World): Operation[] {
  return [
    guarded(world, 'youtube', reading, {
      name: 'youtube.channel.list',
      method: 'GET',
      path: '/youtube/v3/channels',
      handle: (call, caller) => listChannels(world, call, caller),
    }),
  ];
}

function listChannels(world: World, call: Call, caller: Caller): Answer {
  const parts = typeof call.query['part'] === 'string' ? call.query['part'].split(',') : [];
  if (parts.length === 0) throw required("No 'part' parameter was given.", 'missingRequiredParameter');
  const sheet = sheetOf(call, chosen(call, caller), { sizeName: 'maxResults', usual: 5, most: 50 });
  if (sheet === null) throw invalidArgument('youtube', 'The request specifies an invalid page token.');
  const body = {
    kind: 'youtube#channelListResponse',
    etag: 'dev-etag',
    ...sheet.next,
    pageInfo: { totalResults: chosen(call, caller).length, resultsPerPage: sheet.size },
    // Nothing found is no list at all.
    ...(sheet.items.length === 0 ? {} : { items: sheet.items.map((channel) => resource(world, channel, parts)) }),
  };
  return { status: 200, body };
}

function chosen({ query }: Call, { personId, withoutRoles }: Caller): readonly SeedChannel[] {
  if (query['mine'] === 'true') return withoutRoles ? [] : channels.filter(({ owner }) => owner === personId);
  const { id } = query;
  // A channel's face is public.
  if (typeof id === 'string') return channels.filter((channel) => id.split(',').includes(channel.id));
  throw required(
    'No filter selected. Expected one of: forHandle, mine, managedByMe, forUsername, id, categoryId',
    'missingRequiredParameter',
  );
}

function resource(world: World, { id, title, handle, linked }: SeedChannel, parts: readonly string[]) {
  const picture = { url: `${world.publicUrl()}/_picture.png`, width: 88, height: 88 };
  const all: Readonly<Record<string, unknown>> = {
    snippet: {
      title,
      description: '',
      customUrl: `@${handle}`,
      publishedAt: '2019-03-01T09:00:00Z',
      thumbnails: { default: picture, medium: picture, high: picture },
      country: 'IT',
    },
    contentDetails: { relatedPlaylists: { likes: '', uploads: id.replace(/^UC/, 'UU') } },
    status: { privacyStatus: 'public', isLinked: linked, longUploadsStatus: 'longUploadsUnspecified' },
  };
  const shown = parts.filter((part) => part in all).map((part) => [part, all[part]]);
  return { kind: 'youtube#channel', etag: 'dev-etag', id, ...Object.fromEntries(shown) };
}

const required = (message: string, reason: string) =>
  refused(errorBody('youtube', { code: 400, message, reason, domain: 'youtube.parameter' }));

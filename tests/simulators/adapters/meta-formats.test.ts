import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LoggedRequest } from '../../../simulators/kernel/request-log.ts';
import type { Simulator } from '../../../simulators/kernel/simulator.ts';
import { seedTenants } from '../../../simulators/seed.ts';
import type {
  Channel,
  PageAccess,
  PublishableContent,
  PublishableMedia,
  Published,
} from '../../../src/channels/channel.ts';
import { film } from '../support/films.ts';
import { image, serveFiles } from '../support/images.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { armFault, preparedFor, publishedOn, simulatedNetworks } from './simulated-networks.ts';

const formats = [
  { name: 'an album on Facebook', network: 'facebook', format: 'feed', files: ['red', 'green', 'blue'] },
  { name: 'an album of seven on Facebook', network: 'facebook', format: 'feed', files: Array<'red'>(7).fill('red') },
  { name: 'a film on Facebook', network: 'facebook', format: 'feed', files: ['film'] },
  { name: 'a reel on Facebook', network: 'facebook', format: 'reel', files: ['film'] },
  { name: 'a carousel on Instagram', network: 'instagram', format: 'feed', files: ['red', 'film', 'blue'] },
  {
    name: 'a carousel of seven on Instagram',
    network: 'instagram',
    format: 'feed',
    files: Array<'red'>(7).fill('red'),
  },
  { name: 'a reel on Instagram', network: 'instagram', format: 'reel', files: ['film'] },
] as const;

const publishing: Readonly<Record<string, string>> = {
  'an album on Facebook': 'facebook.feed.create',
  'an album of seven on Facebook': 'facebook.feed.create',
  'a film on Facebook': 'facebook.video.publish',
  'a reel on Facebook': 'facebook.reel.finish',
};

describe.each(formats)('$name', ({ name, network, format, files }) => {
  const call = publishing[name] ?? 'instagram.media.publish';

  it('is prepared unseen, published once, seen in its order, found by what it shows, and checked', async () => {
    const { channel, page, simulator, contentOf } = await stage(network);
    const content = await contentOf(files, { format });
    const since = Date.now();

    const prepared = await preparedFor(channel, page, content);
    expect(prepared.state).toBe('ready');
    expect(await publishedOn(simulator, page.externalId)).toEqual([]);
    const published = await settled(channel, page, await channel.publish(page, content, prepared));

    const [seen, ...others] = await publishedOn(simulator, page.externalId);
    expect(others).toEqual([]);
    expect(seen).toMatchObject({ text: content.text, permalink: published.permalink });
    expect(seen?.media).toHaveLength(files.length);
    const { anchor, parts } = prepared;
    expect(await channel.findPublished(page, { text: content.text, anchor, parts, since })).toEqual([
      { ...published, matchedBy: 'anchor', publishedAt: expect.any(Number) },
    ]);
    expect((await fetch(published.permalink ?? '')).status).toBe(200);
  });

  it('is found when the answer to its publication is lost, and nothing that follows shows it twice', async () => {
    const { channel, page, simulator, contentOf } = await stage(network);
    const content = await contentOf(files, { format });
    const prepared = await preparedFor(channel, page, content);
    await armFault(simulator, { match: { operation: call }, action: 'lose_answer' });
    const since = Date.now();

    const lost = await channelErrorOf(channel.publish(page, content, prepared));
    expect(lost).toMatchObject({ class: 'unknown', mayHaveActed: true });
    const { anchor, parts } = prepared;
    // A reel is found once Facebook has processed it.
    await expect
      .poll(() => channel.findPublished(page, { text: content.text, anchor, parts, since }))
      .toMatchObject([{ matchedBy: 'anchor' }]);

    // Whoever prepares again keeps what has been published, and whoever publishes it again shows nothing new.
    const again = await channel.prepare(page, content, prepared);
    expect([again.state, again.anchor, again.parts]).toEqual(['ready', anchor, parts]);
    await channel.publish(page, content, again).catch(() => null);
    await sleep(200);
    expect(await publishedOn(simulator, page.externalId)).toHaveLength(1);
  });

  it('is not found when its publication was never accepted', async () => {
    const { channel, page, simulator, contentOf } = await stage(network);
    const content = await contentOf(files, { format });
    const prepared = await preparedFor(channel, page, content);
    await armFault(simulator, { match: { operation: call }, action: 'drop_before_accept' });

    await channelErrorOf(channel.publish(page, content, prepared));

    const { anchor, parts } = prepared;
    const search = { text: content.text, anchor, parts, since: Date.now() - 5_000 };
    expect(await channel.findPublished(page, search)).toEqual([]);
  });

  it('survives the loss of the answer to every call of its preparation', async () => {
    const { channel, page, simulator, contentOf } = await stage(network);
    await armFault(simulator, { match: { method: 'POST' }, action: 'lose_answer', times: 2 });
    const content = await contentOf(files, { format });

    const published = await channel.publish(page, content, await preparedFor(channel, page, content));

    await settled(channel, page, published);
    expect(await publishedOn(simulator, page.externalId)).toHaveLength(1);
  });
});

describe('what is handed over', () => {
  it('is kept from one call to the next: each photo of an album is uploaded once', async () => {
    const { channel, page, simulator, contentOf } = await stage('facebook');
    const content = await contentOf(Array(7).fill('red'));
    const first = await channel.prepare(page, content, null);
    expect(first).toMatchObject({ state: 'processing', unfinished: true });
    expect(first.parts).toHaveLength(5);

    const second = await channel.prepare(page, content, first);
    expect(second.state).toBe('ready');
    expect(second.parts.slice(0, 5)).toEqual(first.parts);
    await channel.prepare(page, content, second);
    expect(await requestsTo(simulator, 'facebook.photo.create')).toHaveLength(7);
  });

  it('is refused where the network has no such post, before anything is handed over', async () => {
    const facebook = await stage('facebook');
    const instagram = await stage('instagram');
    for (const [{ channel, page, contentOf }, files, format] of [
      [facebook, ['red', 'film'], 'feed'],
      [facebook, ['film', 'film'], 'feed'],
      [facebook, ['red'], 'reel'],
      [instagram, ['red'], 'reel'],
      [instagram, ['red', 'film'], 'reel'],
      [instagram, [], 'feed'],
    ] as const) {
      const content = await contentOf(files, { format });
      expect(await channel.prepare(page, content, null)).toMatchObject({
        state: 'refused',
        refusal: { code: 'media_refused' },
      });
    }
  });

  it('a film that Facebook cannot process is refused before its instant', async () => {
    const { channel, page, simulator, contentOf } = await stage('facebook');
    await armFault(simulator, { match: { operation: 'facebook.video.create' }, action: 'processing_error' });
    const prepared = await preparedFor(channel, page, await contentOf(['film']));
    expect(prepared).toMatchObject({ state: 'refused', refusal: { code: 'processing_failed', providerCode: '6000' } });
  });

  it('a reel of the wrong shape is refused before its instant', async () => {
    const { channel, page, contentOf } = await stage('facebook');
    const prepared = await preparedFor(channel, page, await contentOf(['wide'], { format: 'reel' }));
    expect(prepared).toMatchObject({
      state: 'refused',
      refusal: { code: 'processing_failed', providerCode: '1363040' },
    });
  });

  it('a reel that Facebook accepts and cannot process ends as refused, not as published', async () => {
    const { channel, page, simulator, contentOf } = await stage('facebook');
    await armFault(simulator, { match: { operation: 'facebook.reel.upload' }, action: 'processing_error' });
    const content = await contentOf(['film'], { format: 'reel' });
    const published = await channel.publish(page, content, await preparedFor(channel, page, content));
    expect(published.pending).toBe(true);

    expect(await channelErrorOf(settled(channel, page, published))).toMatchObject({
      class: 'content_refused',
      refusal: { code: 'processing_failed' },
    });
    expect(await publishedOn(simulator, page.externalId)).toEqual([]);
  });

  it('a child that Instagram cannot process refuses the carousel, and a later preparation makes only that one anew', async () => {
    const { channel, page, simulator, contentOf } = await stage('instagram');
    const content = await contentOf(['red', 'green', 'blue']);
    await armFault(simulator, { match: { operation: 'instagram.container.create' }, action: 'processing_error' });
    const made = await channel.prepare(page, content, null);
    await sleep(100);
    expect(await channel.checkPrepared(page, made)).toMatchObject({
      state: 'refused',
      refusal: { code: 'processing_failed', providerCode: '2207032' },
    });

    const again = await channel.prepare(page, content, made);
    expect(again.parts[0]).not.toEqual(made.parts[0]);
    expect(again.parts.slice(1)).toEqual(made.parts.slice(1));
  });
});

describe('what is published', () => {
  it('on Facebook an album and a film are edited and deleted under their own ids', async () => {
    for (const files of [['red', 'green'], ['film']] as const) {
      const { channel, page, simulator, contentOf } = await stage('facebook');
      const content = await contentOf(files);
      const published = await channel.publish(page, content, await preparedFor(channel, page, content));
      const { providerPostId } = await settled(channel, page, published);

      await channel.edit(page, providerPostId, 'Nuove parole');
      expect(await publishedOn(simulator, page.externalId)).toMatchObject([{ text: 'Nuove parole', deleted: false }]);
      await channel.remove(page, providerPostId);
      await channel.remove(page, providerPostId);
      expect(await channel.check(page, providerPostId)).toBeNull();
      expect(await publishedOn(simulator, page.externalId)).toMatchObject([{ deleted: true }]);
    }
  });

  it('on Facebook a link is shown with the preview that its page offers', async () => {
    const { channel, page, simulator, contentOf, urlOf } = await stage('facebook');
    const content = {
      ...(await contentOf([])),
      link: { url: urlOf('page'), title: null, description: null, image: null },
    };
    const since = Date.now();
    const published = await channel.publish(page, content, await preparedFor(channel, page, content));

    const { accessToken } = page;
    const fields = 'attachments{media_type,title,description,unshimmed_url}';
    const answer = await fetch(`${simulator.url}/${published.providerPostId}?fields=${fields}`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(await answer.json()).toMatchObject({
      attachments: {
        data: [
          { media_type: 'link', title: 'Il pane & il forno', description: 'Ogni giorno', unshimmed_url: urlOf('page') },
        ],
      },
    });
    expect(await channel.findPublished(page, { text: content.text, anchor: null, parts: [], since })).toMatchObject([
      { providerPostId: published.providerPostId, matchedBy: 'text' },
    ]);
  });

  it('on Instagram is counted, and what exceeds the count waits instead of failing', async () => {
    const { channel, page, contentOf } = await stage('instagram', { publishingQuota: 1 });
    expect(await channel.quota(page)).toEqual({ used: 0, total: 1, windowMs: 86_400_000 });
    const content = await contentOf(['red', 'green']);
    await channel.publish(page, content, await preparedFor(channel, page, content));
    expect(await channel.quota(page)).toMatchObject({ used: 1, total: 1 });

    const next = await contentOf(['blue']);
    expect(await channelErrorOf(channel.publish(page, next, await preparedFor(channel, page, next)))).toMatchObject({
      class: 'retry_later',
      mayHaveActed: false,
      refusal: { code: 'quota' },
    });
  });
});

const [aurora] = seedTenants;

async function stage(network: 'facebook' | 'instagram', settings: Parameters<typeof simulatedNetworks>[0] = {}) {
  const { channels, graph } = await simulatedNetworks(settings);
  const files = await allFiles;
  const urlOf = await serveFiles(files);
  const contentOf = async (
    names: readonly (keyof typeof files)[],
    changes: Partial<PublishableContent> = {},
  ): Promise<PublishableContent> => ({
    text: 'Dal forno (vero) #pane',
    media: names.map((name) => fileOf(name, urlOf(name), files[name])),
    link: null,
    format: 'feed',
    ...changes,
  });
  return { channel: channels[network], page: aurora[network][0], simulator: graph, contentOf, urlOf };
}

const allFiles = Promise.all([
  image('jpeg', { background: 'red' }),
  image('jpeg', { background: 'green' }),
  image('jpeg', { background: 'blue' }),
  film(),
  film({ widthPx: 1_920, heightPx: 1_080 }),
]).then(([red, green, blue, upright, wide]) => ({
  red,
  green,
  blue,
  film: upright,
  wide,
  page: Buffer.from(
    '<html><head><meta property="og:title" content="Il pane &amp; il forno">' +
      "<meta content='Ogni giorno' property='og:description'></head></html>",
  ),
}));

function fileOf(name: string, url: string, content: Buffer): PublishableMedia {
  const isFilm = name === 'film' || name === 'wide';
  const file = {
    url,
    read: async () => content,
    mimeType: isFilm ? 'video/mp4' : 'image/jpeg',
    bytes: content.byteLength,
    altText: null,
  };
  return isFilm ? { ...file, kind: 'video', durationMs: 4_000 } : { ...file, kind: 'image' };
}

/** The published post, once the network says that it is out. */
async function settled(channel: Channel, page: PageAccess, published: Published): Promise<Published> {
  let now: Published | null = published;
  while (now?.pending === true) {
    await sleep(20);
    now = await channel.check(page, published.providerPostId);
  }
  if (now === null) throw new Error('the post is gone');
  return now;
}

async function requestsTo(simulator: Simulator, operation: string): Promise<readonly LoggedRequest[]> {
  const answer = await fetch(`${simulator.control}/requests?operation=${operation}`);
  return (await answer.json()) as readonly LoggedRequest[];
}

import { describe, expect, it } from 'vitest';
import { seedTenants } from '../../../simulators/seed.ts';
import type { PublishableContent, PublishableMedia } from '../../../src/channels/channel.ts';
import { film } from '../support/films.ts';
import { image } from '../support/images.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { armFault, preparedFor, publishedOn, simulatedNetworks } from './simulated-networks.ts';

const formats = {
  'an album': async () => ({ media: [await picture('red'), await picture('green'), await picture('blue')] }),
  'a film of several pieces': async () => ({ media: [fileOf('video', await longFilm(), 'video/mp4')] }),
  'a document': async () => ({ media: [fileOf('document', Buffer.from('%PDF-1.7\n%%EOF\n'), 'application/pdf')] }),
  'a link with its picture': async () => ({
    link: { url: 'https://forno.example/pane', title: 'Il pane', description: null, image: await picture('red') },
  }),
} satisfies Record<string, () => Promise<Partial<PublishableContent>>>;

describe.each(Object.entries(formats))('%s on LinkedIn', (_name, make) => {
  it('is prepared unseen, published once, and found by what it shows', async () => {
    const { channel, simulator } = await stage();
    const content = contentOf(await make());
    const since = Date.now();

    const prepared = await preparedFor(channel, page, content);
    expect(prepared.state).toBe('ready');
    expect(await publishedOn(simulator, page.externalId)).toEqual([]);
    const published = await channel.publish(page, content, prepared);

    const seen = await publishedOn(simulator, page.externalId);
    expect(seen).toMatchObject([{ id: published.providerPostId, text: content.text }]);
    const { anchor, parts } = prepared;
    expect(await channel.findPublished(page, { text: 'another', anchor, parts, since })).toMatchObject([
      { providerPostId: published.providerPostId, matchedBy: 'anchor' },
    ]);
  });

  it('is found when the answer to its publication is lost, and a second one is refused as its duplicate', async () => {
    const { channel, simulator } = await stage();
    const content = contentOf(await make());
    const prepared = await preparedFor(channel, page, content);
    await armFault(simulator, { match: { operation: 'linkedin.post.create' }, action: 'lose_answer' });

    const lost = await channelErrorOf(channel.publish(page, content, prepared));
    const again = await channelErrorOf(channel.publish(page, content, prepared));

    expect(lost).toMatchObject({ class: 'unknown', mayHaveActed: true });
    const [seen, ...others] = await publishedOn(simulator, page.externalId);
    expect(others).toEqual([]);
    expect(again).toMatchObject({ refusal: { code: 'duplicate' }, duplicateOf: seen?.id });
  });
});

it('a film whose completion was answered to nobody is not uploaded again', async () => {
  const { channel, simulator } = await stage();
  const content = contentOf(await formats['a film of several pieces']());
  await armFault(simulator, { match: { operation: 'linkedin.video.finalize' }, action: 'lose_answer' });

  expect((await preparedFor(channel, page, content)).state).toBe('ready');
});

it('the text of a published post can be edited, and the post deleted', async () => {
  const { channel, simulator } = await stage();
  const content = contentOf({});
  const { providerPostId } = await channel.publish(page, content, await preparedFor(channel, page, content));

  await channel.edit(page, providerPostId, 'Corretto (davvero)');
  expect(await publishedOn(simulator, page.externalId)).toMatchObject([{ text: 'Corretto (davvero)' }]);
  await channel.remove(page, providerPostId);
  expect(await channel.check(page, providerPostId)).toBeNull();
});

const [aurora] = seedTenants;
const { externalId, accessToken } = aurora.linkedin[0];
const page = { externalId, accessToken };

async function stage() {
  const { channels, linkedin } = await simulatedNetworks();
  return { channel: channels.linkedin, simulator: linkedin };
}

const contentOf = (content: Partial<PublishableContent>): PublishableContent => ({
  text: 'Dal forno (vero)',
  media: [],
  link: null,
  format: 'feed',
  ...content,
});

async function picture(background: string) {
  return { ...fileOf('image', await image('jpeg', { background }), 'image/jpeg'), altText: background };
}

/** More than LinkedIn takes in one piece. */
async function longFilm(): Promise<Buffer> {
  const free = Buffer.alloc(5_000_000);
  free.writeUInt32BE(free.byteLength, 0);
  free.write('free', 4);
  return Buffer.concat([await film(), free]);
}

function fileOf(kind: PublishableMedia['kind'], content: Buffer, mimeType: string): PublishableMedia {
  const file = {
    url: 'https://media.example/file',
    read: async (range?: { start: number; end: number }) => content.subarray(range?.start, range?.end),
    mimeType,
    bytes: content.byteLength,
    altText: null,
  };
  switch (kind) {
    case 'image':
      return { ...file, kind };
    case 'video':
      return { ...file, kind, durationMs: 4_000 };
    case 'document':
      return { ...file, kind, title: 'Listino' };
  }
}

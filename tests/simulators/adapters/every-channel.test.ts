import { describe, expect, it } from 'vitest';
import { seedTenants } from '../../../simulators/seed.ts';
import type { Simulator } from '../../../simulators/kernel/simulator.ts';
import { usualGrantKind } from '../../../src/domain/grant.ts';
import { publishingNetworks, type PublishingNetwork } from '../../../src/domain/network.ts';
import type { PageAccess } from '../../../src/channels/channel.ts';
import { consentConnectorOf } from '../../support/connectors.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import {
  armFault,
  contentWithImage,
  preparedFor,
  publishedOn,
  revokeToken,
  type SimulatedNetworks,
  simulatedNetworks,
} from './simulated-networks.ts';

describe.each(publishingNetworks)('on %s', (network) => {
  it('a post with an image is prepared unseen, published, found again by its anchor, and checked', async () => {
    const { world, channel, page, simulator } = await stage(network);
    const content = contentWithImage(world, text);
    const since = Date.now();

    const prepared = await preparedFor(channel, page, content);
    expect(prepared.state).toBe('ready');
    expect(await publishedOn(simulator, page.externalId)).toEqual([]);

    const published = await channel.publish(page, content, prepared);
    const [seen, ...others] = await publishedOn(simulator, page.externalId);
    expect(others).toEqual([]);
    expect(seen).toMatchObject({ id: published.providerPostId, text, media: [{ altText: 'Rosso' }] });
    expect(published.permalink).not.toBeNull();

    const found = await channel.findPublished(page, { text, anchor: prepared.anchor, parts: [], since });
    expect(found).toEqual([{ ...published, matchedBy: 'anchor', publishedAt: expect.any(Number) }]);
    expect(await channel.check(page, published.providerPostId)).toEqual(published);
    expect((await fetch(published.permalink ?? '')).status).toBe(200);
  });

  it('a publication whose answer is lost may have acted, and is found', async () => {
    const { world, channel, page, simulator } = await stage(network);
    const content = contentWithImage(world, text);
    const prepared = await preparedFor(channel, page, content);
    await armFault(simulator, { match: { operation: publishing[network] }, action: 'lose_answer' });
    const since = Date.now();

    const error = await channelErrorOf(channel.publish(page, content, prepared));

    expect(error).toMatchObject({ class: 'unknown', mayHaveActed: true });
    const seen = await publishedOn(simulator, page.externalId);
    expect(seen).toHaveLength(1);
    const found = await channel.findPublished(page, { text, anchor: prepared.anchor, parts: [], since });
    expect(found.map(({ providerPostId, matchedBy }) => [providerPostId, matchedBy])).toEqual([
      [seen[0]?.id, 'anchor'],
    ]);
  });

  it('a publication that was never accepted may have acted, and is not found', async () => {
    const { world, channel, page, simulator } = await stage(network);
    const content = contentWithImage(world, text);
    const prepared = await preparedFor(channel, page, content);
    await armFault(simulator, { match: { operation: publishing[network] }, action: 'drop_before_accept' });

    const error = await channelErrorOf(channel.publish(page, content, prepared));

    expect(error).toMatchObject({ class: 'unknown', mayHaveActed: true });
    const search = { text, anchor: prepared.anchor, parts: [], since: Date.now() - 5_000 };
    expect(await channel.findPublished(page, search)).toEqual([]);
    await channel.publish(page, content, prepared);
    expect(await publishedOn(simulator, page.externalId)).toHaveLength(1);
  });

  it('a publication that cannot leave in the time that is left has not acted, and nothing leaves', async () => {
    const { world, channel, page, simulator } = await stage(network);
    const content = contentWithImage(world, text);
    const prepared = await preparedFor(channel, page, content);

    const error = await channelErrorOf(channel.publish(page, content, prepared, { departWithinMs: 0 }));

    expect(error).toMatchObject({ class: 'retry_later', mayHaveActed: false });
    expect(await publishedOn(simulator, page.externalId)).toEqual([]);
  });

  it('publishing the same preparation again is refused as a duplicate, never done', async () => {
    const { world, channel, page, simulator } = await stage(network);
    const content = contentWithImage(world, text);
    const prepared = await preparedFor(channel, page, content);
    const published = await channel.publish(page, content, prepared);

    const error = await channelErrorOf(channel.publish(page, content, prepared));

    expect(error).toMatchObject({
      class: 'content_refused',
      mayHaveActed: false,
      refusal: { code: 'duplicate' },
      duplicateOf: network === 'linkedin' ? published.providerPostId : null,
    });
    expect(await publishedOn(simulator, page.externalId)).toHaveLength(1);
  });

  it.each([500, 503])('a publication answered with HTTP %i may have acted', async (status) => {
    const { world, channel, page, simulator } = await stage(network);
    const content = contentWithImage(world, text);
    const prepared = await preparedFor(channel, page, content);
    await armFault(simulator, { match: { operation: publishing[network] }, action: 'status', status, effect: true });

    expect(await channelErrorOf(channel.publish(page, content, prepared))).toMatchObject({
      class: 'unknown',
      mayHaveActed: true,
    });
    expect(await publishedOn(simulator, page.externalId)).toHaveLength(1);
  });

  it('a throttled publication has not acted and says when to come again', async () => {
    const { world, channel, page, simulator } = await stage(network);
    const content = contentWithImage(world, text);
    const prepared = await preparedFor(channel, page, content);
    await armFault(simulator, {
      match: { operation: publishing[network] },
      action: 'status',
      status: 429,
      headers: { 'Retry-After': '30' },
    });

    expect(await channelErrorOf(channel.publish(page, content, prepared))).toMatchObject({
      class: 'retry_later',
      mayHaveActed: false,
      retryAfterMs: 30_000,
    });
  });

  it('a preparation survives a passing failure of the network', async () => {
    const { world, channel, page, simulator } = await stage(network);
    await armFault(simulator, { match: {}, action: 'status', status: 503, times: 2 });

    expect((await preparedFor(channel, page, contentWithImage(world, text))).state).toBe('ready');
  });

  it('an image that the network cannot process is refused', async () => {
    const { world, channel, page, simulator } = await stage(network);
    await armFault(simulator, { match: {}, action: 'processing_error' });
    const preparation = preparedFor(channel, page, contentWithImage(world, text));

    if (network === 'facebook') {
      expect(await channelErrorOf(preparation)).toMatchObject({ refusal: { code: 'media_refused' } });
    } else {
      expect(await preparation).toMatchObject({ state: 'refused', refusal: { code: 'processing_failed' } });
    }
  });

  it.each([
    // LinkedIn says it of new tokens, too: only the refresh tells whether the grant is gone.
    ['revoked', network === 'linkedin' ? 'refresh_token' : 'disconnected', 'gone'],
    ['expired', 'refresh_token', 'gone'],
    ['permission_missing', 'refresh_token', 'permission'],
  ])('a token that is %s is told as %s', async (trouble, expected, grantProblem) => {
    const { world, channel, page, simulator } = await stage(network);
    const content = contentWithImage(world, text);
    const prepared = await preparedFor(channel, page, content);
    await revokeToken(simulator, page.externalId, trouble);

    expect(await channelErrorOf(channel.publish(page, content, prepared))).toMatchObject({
      class: expected,
      grantProblem,
      mayHaveActed: false,
    });
  });

  it('the page is read with its token', async () => {
    const { connector, page } = await stage(network);

    expect((await connector.probe({ ...page, details: {} })).name).not.toBe('');
    const error = await channelErrorOf(connector.probe({ ...page, details: {}, accessToken: 'EAAB-no-such-token' }));
    expect(error).toMatchObject({ class: 'refresh_token', grantProblem: 'gone' });
    expect(error.message).not.toContain('no-such-token');
  });

  it('a person connects their pages, and the tokens work', async () => {
    const { connector } = await stage(network);
    const person = network === 'linkedin' ? tenant.linkedinPerson : tenant.metaPerson;

    const redirectUri = 'https://chorally.example/back';
    const grant = await connector.exchangeCode({ redirectUri, code: person.code, codeVerifier: null });
    const pages = (await connector.listPages(grant, [])).filter(({ refusal }) => refusal === null);

    expect(pages.map(({ externalId }) => externalId).toSorted()).toEqual(
      tenant[network].map(({ externalId }) => externalId).toSorted(),
    );
    for (const page of pages) {
      await connector.probe({ ...page, accessToken: page.accessToken ?? grant.accessToken });
    }
  });
});

describe.each(['facebook', 'linkedin'] as const)('on %s', (network) => {
  it('a post without an image is found by text and time, and deleted for good', async () => {
    const { channel, page, simulator } = await stage(network);
    const content = { text, media: [], link: null, format: 'feed' as const };
    const since = Date.now();
    const prepared = await channel.prepare(page, content, null);
    const published = await channel.publish(page, content, prepared);

    const found = await channel.findPublished(page, { text, anchor: null, parts: [], since });
    expect(found).toEqual([{ ...published, matchedBy: 'text', publishedAt: expect.any(Number) }]);

    await channel.remove(page, published.providerPostId);
    await channel.remove(page, published.providerPostId);
    expect(await channel.check(page, published.providerPostId)).toBeNull();
    expect((await publishedOn(simulator, page.externalId)).map(({ deleted }) => deleted)).toEqual([true]);
  });
});

it('on linkedin a grant is refreshed, and no more once it was taken back', async () => {
  const { connector, page, simulator } = await stage('linkedin');
  const [{ accessToken, refreshToken }] = tenant.linkedin;
  const held = { ...page, details: {}, accessToken, refreshToken, scopes: null };

  const refreshed = await connector.refresh?.(held);
  expect(refreshed?.accessToken).not.toBe(accessToken);
  await connector.probe({ ...held, accessToken: refreshed?.accessToken ?? '' });

  await revokeToken(simulator, page.externalId, 'revoked');
  expect(await channelErrorOf(Promise.resolve(connector.refresh?.(held)))).toMatchObject({
    class: 'disconnected',
    grantProblem: 'gone',
  });
});

it('on instagram a permalink that cannot be read leaves the post published', async () => {
  const { world, channel, page, simulator } = await stage('instagram');
  const content = contentWithImage(world, text);
  const prepared = await preparedFor(channel, page, content);
  await armFault(simulator, { match: { operation: 'instagram.media.read' }, action: 'status', status: 500, times: 1 });

  const published = await channel.publish(page, content, prepared);

  expect(published.permalink).toBeNull();
  expect((await channel.check(page, published.providerPostId))?.permalink).not.toBeNull();
});

it('on instagram a post that is not listed yet is asked for again, not taken for absent', async () => {
  const { world, channel, page } = await stage('instagram', { listingDelayMs: 60_000 });
  const content = contentWithImage(world, text);
  const prepared = await preparedFor(channel, page, content);
  const since = Date.now();
  await channel.publish(page, content, prepared);

  const error = await channelErrorOf(channel.findPublished(page, { text, anchor: prepared.anchor, parts: [], since }));

  expect(error.class).toBe('retry_later');
});

const text = 'Sconti (veri) del 20% su [tutto] #Natale2026 e #black_friday: scrivi a ciao@example.it <3 {ora} ~ \\o/';
const [tenant] = seedTenants;
const publishing: Readonly<Record<PublishingNetwork, string>> = {
  facebook: 'facebook.feed.create',
  instagram: 'instagram.media.publish',
  linkedin: 'linkedin.post.create',
};

async function stage(network: PublishingNetwork, settings: Parameters<typeof simulatedNetworks>[0] = {}) {
  const world: SimulatedNetworks = await simulatedNetworks(settings);
  const simulator: Simulator = network === 'linkedin' ? world.linkedin : world.graph;
  const page: PageAccess = tenant[network][0];
  const connector = consentConnectorOf(world.connectors, network, usualGrantKind(network));
  return { world, simulator, channel: world.channels[network], connector, page };
}

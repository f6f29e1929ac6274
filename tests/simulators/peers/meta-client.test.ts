import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { answerConsentPage } from '../../../dev/consent.ts';
import { whatsappBusinesses } from '../../../simulators/graph/whatsapp-seeds.ts';
import { seedApp, seedTenants } from '../../../simulators/seed.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import { film } from '../support/films.ts';
import { graphAs, instagramOf, pageOf, personOf } from '../support/graph.ts';
import { image, serveFiles } from '../support/images.ts';
import { clientFolder, runWithClient } from './python.ts';

const installTimeoutMs = 300_000;

beforeAll(async () => void (await clientFolder('meta')), installTimeoutMs);

test("Meta's own client publishes on the page and on Instagram, lists both, and understands every refusal", async () => {
  const { graph, seen } = await asMetasClient(['facebook', 'instagram', 'pages']);

  const published = await graph.published();
  const [withPhoto] = published;
  const { externalId: id, name, username } = pageOf.aurora;
  expect(seen['facebook']).toEqual({
    profile: { id, name, username },
    photo: expect.stringMatching(/^\d+$/),
    post: withPhoto?.['id'],
    listed: 4,
    attached: (seen['facebook'] as { photo: string }).photo,
    refusals: {
      long: { status: 400, code: 100, subcode: null, type: 'OAuthException' },
      duplicate: { status: 400, code: 506, subcode: null, type: 'OAuthException' },
      missing: { status: 400, code: 324, subcode: 2069019, type: 'OAuthException' },
      foreign: { status: 403, code: 200, subcode: null, type: 'OAuthException' },
    },
  });
  expect(withPhoto).toMatchObject({ text: 'Ciao dal client di Meta', media: [expect.anything()] });

  const media = published.at(-1)?.['id'];
  expect(seen['instagram']).toEqual({
    states: ['IN_PROGRESS', 'FINISHED'],
    media,
    caption: 'Ciao #mercato',
    listed: [media],
    quota: { quota_usage: 1, config: { quota_total: 100, quota_duration: 86_400 } },
    refusals: {
      early: { status: 400, code: 9007, subcode: 2207027, type: 'OAuthException' },
      again: { status: 400, code: 24, subcode: 2207008, type: 'OAuthException' },
    },
  });
  expect(seen['pages']).toHaveLength(3);
});

test("Meta's own client publishes albums, films, reels, carousels and links, and edits and deletes", async () => {
  const { graph, seen } = await asMetasClient(['facebook_films', 'instagram_films']);

  expect(seen['facebook_films']).toEqual({
    album: { type: 'album', photos: true },
    video: { states: ['processing', 'ready'], published: true, description: 'Film' },
    reel: { upload: { success: true }, states: ['processing', 'ready'] },
    preview: 'Il forno',
    refusals: {
      missing: { status: 400, code: 389, subcode: null, type: 'OAuthException' },
      deleted: { status: 400, code: 100, subcode: 33, type: 'GraphMethodException' },
    },
  });
  expect(seen['instagram_films']).toEqual({
    carousel: ['CAROUSEL_ALBUM', ['IMAGE', 'VIDEO']],
    reel: 'REELS',
    used: 2,
    refusals: { alone: { status: 400, code: 100, subcode: 2207028, type: 'OAuthException' } },
  });
  const published = await graph.published();
  const told = published.map((post) => [String(post['text']).split('\n')[0], post['media']?.length, post['deleted']]);
  expect(told).toEqual([
    ['Album corretto', 2, false],
    ['Film corretto', 1, false],
    ['Reel', 1, false],
    ['Con link', 0, false],
    ['Da togliere', 0, true],
    ['Due', 2, false],
    ['Reel', 1, false],
  ]);
});

test("Meta's own client exchanges a code, pages through what was granted, subscribes, asks about a token and ends the grant", async () => {
  const { seen } = await asMetasClient(['grants']);

  const [first, second, third] = seedTenants[0].facebook.map(({ externalId }) => externalId);
  expect(seen['grants']).toEqual({
    lives: 60 * 86_400,
    pages: [first, second],
    owned: { [first ?? '']: true, [second ?? '']: true, [third ?? '']: false },
    business: 'Mercato Aurora',
    subscribed: ['feed', 'mention'],
    debugged: {
      app_id: seedApp.meta.clientId,
      type: 'PAGE',
      is_valid: true,
      profile_id: first,
      user_id: personOf.aurora.externalId,
    },
    scopes: true,
    granted: 8,
    refusals: {
      used: { status: 400, code: 100, subcode: 36009, type: 'OAuthException' },
      unsubscribable: { status: 403, code: 200, subcode: null, type: 'OAuthException' },
      gone: { status: 401, code: 190, subcode: 458, type: 'OAuthException' },
    },
  });
});

test("Meta's own client lists a business's WhatsApp accounts and their numbers, and subscribes", async () => {
  const { seen } = await asMetasClient(['whatsapp']);

  expect(seen['whatsapp']).toEqual({
    numbers: ['+39 02 5550 1001', '+39 02 5550 1002', '+39 02 5550 1003'],
    owned: ['Mercato Aurora', 'Mercato Aurora Consegne'],
    subscribed: 1,
  });
});

/** Lets Meta's client go through parts of the script against a Graph API of its own, and tells what it saw. */
async function asMetasClient(parts: readonly string[]) {
  const graph = await graphAs({ processingDelayMs: 500 });
  const page = Buffer.from('<html><head><meta property="og:title" content="Il forno"></head></html>');
  const urlOf = await serveFiles({ 'image.jpg': await image('jpeg'), 'film.mp4': await film(), page });
  const seen = await runWithClient('meta', join(import.meta.dirname, 'meta_client.py'), {
    PARTS: parts.join(','),
    GRAPH_URL: graph.simulator.url,
    APP_SECRET: seedApp.meta.clientSecret,
    PAGE_ID: pageOf.aurora.externalId,
    PAGE_TOKEN: pageOf.aurora.accessToken,
    OTHER_PAGE_ID: pageOf.lariana.externalId,
    ACCOUNT_ID: instagramOf.aurora.externalId,
    ACCOUNT_TOKEN: instagramOf.aurora.accessToken,
    PERSON_TOKEN: personOf.aurora.accessToken,
    IMAGE_URL: urlOf('image.jpg'),
    FILM_URL: urlOf('film.mp4'),
    PAGE_URL: urlOf('page'),
    REDIRECT_URI: redirectUri,
    CODE: await consentCode(graph.simulator.url),
    BUSINESS_TOKEN: business.accessToken,
    BUSINESS_ID: business.tenant.businessId,
    WABA_ID: business.wabas[0].id,
    MISSING_URL: urlOf('missing.jpg'),
  });
  return { graph, seen };
}

const redirectUri = 'http://localhost:9/back';
const [business] = whatsappBusinesses;

/** A person picks two of three pages and keeps private messages to themselves. */
async function consentCode(url: string): Promise<string> {
  const scopes = scopesOf('facebook', 'facebook_login').map(({ scope }) => scope);
  const query = { client_id: seedApp.meta.clientId, redirect_uri: redirectUri, scope: scopes.join(',') };
  const pages = seedTenants[0].facebook.slice(0, 2).map(({ externalId }) => externalId);
  const dialog = `${url}/v26.0/dialog/oauth?${new URLSearchParams(query).toString()}`;
  const back = await answerConsentPage(dialog, { pages, without: ['pages_messaging'] });
  return back.searchParams.get('code') ?? '';
}

import { expect } from 'vitest';
import { instagramPeople, personalAccount } from '../../../simulators/graph/instagram-people.ts';
import { seedTenants } from '../../../simulators/seed.ts';
import { matchPage } from '../../../src/domain/authorization.ts';
import { lostFeatures, missingScopes } from '../../../src/domain/grant.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import { describeConnector } from './connector-row.ts';
import { appRemoved, firstHeld, metaNetwork, pause, trouble } from './meta-network.ts';
import { redirectUri, refusalOf, renewed } from './one-network.ts';

const [aurora] = seedTenants;
const [account, milano] = aurora.instagram;
const asked = scopesOf('instagram', 'instagram_login');
const instagram = (settings = {}) => metaNetwork('instagram', 'instagram_login', settings);
/** The accounts as the app alone knows them. */
const [login, otherLogin] = [account, milano].map(
  (known) => instagramPeople.find(({ accountId }) => accountId === known?.externalId)?.externalId ?? '',
);

describeConnector({
  network: 'instagram',
  kind: 'instagram_login',
  cells: {
    connect: async () => {
      const { connector, visit, exchange } = await instagram();
      const code = (await visit()).get('code') ?? '';
      expect(await refusalOf(exchange(code, { redirectUri: `${redirectUri}/other` }))).toMatchObject({
        said: {
          status: 400,
          code: 'OAuthException/400',
          message: expect.stringContaining('redirect_uri is identical'),
        },
        meaning: { class: 'unknown' },
      });
      const grant = await exchange(code);
      expect(await refusalOf(exchange(code))).toMatchObject({
        said: {
          status: 400,
          code: 'OAuthException/400',
          message: 'Matching code was not found or was already used',
        },
        meaning: { class: 'unknown', grantProblem: null },
      });
      expect(grant.scopes).toEqual(asked.map(({ scope }) => scope));
      expect((grant.expiresAt ?? 0) - Date.now()).toBeGreaterThan(59 * 86_400_000);
      expect(await connector.adminProfile(grant)).toMatchObject({ externalId: login, name: account.username });
      expect(Object.fromEntries(await visit({ deny: true }))).toMatchObject({
        error: 'access_denied',
        error_reason: 'user_denied',
        error_description: 'The user denied your request',
      });
    },
    'list pages': async () => {
      const { connector, consent } = await instagram();
      expect(await connector.listPages(await consent(), [])).toMatchObject([
        { externalId: account.externalId, name: account.username, refusal: null },
      ]);
      const personal = await connector.listPages(await consent({ person: personalAccount.externalId }), []);
      expect(personal).toMatchObject([{ name: personalAccount.username, refusal: 'personal_profile' }]);
    },
    'partial scopes': async () => {
      const network = await instagram();
      const grant = await network.consent({ without: ['instagram_business_manage_comments'] });
      const missing = missingScopes(asked, grant.scopes ?? []).map(({ scope }) => scope);
      expect(missing).toEqual(['instagram_business_manage_comments']);
      expect(lostFeatures(asked, missing)).toEqual(['import', 'reply']);
      const silent = await network.consent({ without: ['instagram_business_content_publish'] });
      expect(await refusalOf(publish(network, await firstHeld(network, silent)))).toMatchObject({
        said: { status: 403, code: '10', message: '(#10) Application does not have permission for this action' },
        meaning: { class: 'refresh_token', grantProblem: 'permission' },
      });
      // Nothing was prepared, which only those are told who may publish.
      expect((await refusalOf(publish(network, await firstHeld(network, grant)))).meaning.grantProblem).toBeNull();
    },
    refresh: async () => {
      const network = await instagram();
      const { connector } = network;
      const grant = await network.consent();
      const page = await firstHeld(network, grant);
      const fresh = await renewed(connector, page);
      expect(fresh).toMatchObject({ refreshToken: null, scopes: grant.scopes });
      expect(fresh.expiresAt).toBeGreaterThanOrEqual(grant.expiresAt ?? 0);
      await connector.probe({ ...page, accessToken: fresh.accessToken });
      // It renews itself: what has lapsed needs the account again.
      await network.control(`/tokens/${login}/revoke`, { json: { as: 'expired' } });
      expect(await refusalOf(connector.refresh?.(page))).toMatchObject({
        said: { status: 401, code: '190/463', message: 'Error validating access token: Session has expired.' },
        meaning: { class: 'refresh_token', grantProblem: 'gone' },
      });
    },
    // A token is renewed by itself, and the earlier one goes on until it lapses: who comes second loses nothing.
    rotation: async () => {
      const network = await instagram();
      const page = await firstHeld(network, await network.consent());
      const first = await renewed(network.connector, page);
      const second = await renewed(network.connector, page);
      for (const { accessToken } of [page, first, second]) {
        expect(await network.connector.probe({ ...page, accessToken })).toMatchObject({ name: account.username });
      }
    },
    revoked: async () => {
      const network = await instagram();
      const page = await firstHeld(network, await network.consent());
      await network.control(`/people/${login}/revoke`, { method: 'POST' });
      expect(await refusalOf(network.connector.probe(page))).toMatchObject(appRemoved);
      expect(await refusalOf(network.connector.refresh?.(page))).toMatchObject(appRemoved);
    },
    'permission lost': async () => {
      const network = await instagram();
      const page = await firstHeld(network, await network.consent());
      const wish = { notificationUrl: 'https://app.example/webhooks/meta', secret: 'secret' };
      expect(await network.connector.watch?.(page, wish)).toEqual({ id: account.externalId, expiresAt: null });
      await network.control(`/tokens/${login}/withdraw`, { json: { scopes: ['instagram_business_manage_messages'] } });
      expect(await refusalOf(network.connector.watch?.(page, wish))).toMatchObject({
        said: {
          status: 403,
          code: '200',
          message: expect.stringContaining('To subscribe to the messages field, one of these permissions is needed'),
        },
        meaning: { class: 'refresh_token', grantProblem: 'permission' },
        missingScopes: ['instagram_business_manage_messages'],
      });
      await network.connector.probe(page);
    },
    throttled: async () => {
      const network = await instagram();
      const page = await firstHeld(network, await network.consent());
      const words = '(#4) Application request limit reached';
      await network.refuse('instagram.account.read', pause(4, words, page.externalId));
      expect(await refusalOf(network.connector.probe(page))).toMatchObject({
        said: { status: 400, code: '4', message: words },
        meaning: { class: 'retry_later', grantProblem: null },
        retryAfterMs: 420_000,
      });
      const body = { error_type: 'OAuthRateLimitException', code: 429, error_message: 'You have exceeded the limit' };
      await network.refuse('instagram.oauth.token', { status: 429, body });
      expect(await refusalOf(network.consent())).toMatchObject({
        meaning: { class: 'retry_later' },
        said: { status: 429 },
      });
    },
    '5xx': async () => {
      const network = await instagram();
      const page = await firstHeld(network, await network.consent());
      const words = 'An unexpected error has occurred. Please retry your request later.';
      await network.refuse('instagram.token.refresh', trouble(2, words));
      expect(await refusalOf(network.connector.refresh?.(page))).toMatchObject({
        said: { status: 500, code: '2', message: words },
        meaning: { class: 'retry_later', grantProblem: null },
      });
    },
    'wrong page on reconnect': async () => {
      const { connector, consent } = await instagram();
      const pages = await connector.listPages(await consent({ person: otherLogin ?? '' }), []);
      expect(matchPage({ externalId: account.externalId, name: account.username }, pages)).toEqual({
        kind: 'other',
        expected: account.username,
        found: [milano?.username],
      });
    },
    disconnect: { doesNotApply: 'Instagram lets only the account itself remove an app; the token lapses in 60 days' },
  },
});

function publish(
  { channels }: Awaited<ReturnType<typeof instagram>>,
  page: Parameters<typeof channels.instagram.quota>[0],
) {
  const url = 'http://localhost:9/photo.jpg';
  const file = { url, read: async () => new Uint8Array([1]), mimeType: 'image/jpeg', bytes: 1, altText: null };
  const content = {
    text: 'Buongiorno',
    media: [{ kind: 'image' as const, ...file }],
    link: null,
    format: 'feed' as const,
  };
  const anchor = { kind: 'container' as const, id: '1', madeAt: Date.now() };
  return channels.instagram.publish(page, content, { state: 'ready', anchor, parts: [] });
}

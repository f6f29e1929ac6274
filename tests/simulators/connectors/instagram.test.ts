import { expect } from 'vitest';
import { personalAccount } from '../../../simulators/graph/instagram-people.ts';
import { seedTenants } from '../../../simulators/seed.ts';
import { matchPage } from '../../../src/domain/authorization.ts';
import { lostFeatures, missingScopes } from '../../../src/domain/grant.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import { describeConnector } from './connector-row.ts';
import { appRemoved, firstHeld, metaNetwork, pause, trouble } from './meta-network.ts';
import { refusalOf } from './one-network.ts';

const [aurora, lariana] = seedTenants;
const asked = scopesOf('instagram', 'facebook_login');
const instagram = (settings = {}) => metaNetwork('instagram', 'facebook_login', settings);
const person = aurora.metaPerson.externalId;

/** What Instagram says to a token without the permission: not which. */
const noPermission = {
  said: { status: 403, code: '10', message: '(#10) Application does not have permission for this action' },
  meaning: { class: 'refresh_token', grantProblem: 'permission' },
  missingScopes: [],
};

describeConnector({
  network: 'instagram',
  kind: 'facebook_login',
  cells: {
    connect: async () => {
      const { connector, visit, exchange } = await instagram();
      const code = (await visit()).get('code') ?? '';
      const grant = await exchange(code);
      expect(await refusalOf(exchange(code))).toMatchObject({
        said: { status: 400, code: '100/36009', message: 'This authorization code has been used.' },
      });
      expect(missingScopes(asked, grant.scopes ?? [])).toEqual([]);
      expect(await connector.adminProfile(grant)).toMatchObject({ externalId: person, name: aurora.metaPerson.name });
      expect((await visit({ deny: true })).get('error')).toBe('access_denied');
    },
    'list pages': async () => {
      const network = await instagram({ listPageSize: 1 });
      const pages = await network.connector.listPages(await network.consent(), []);
      expect(pages.map(({ externalId, name, refusal }) => [externalId, name, refusal])).toEqual([
        ...aurora.instagram.map(({ externalId, username }) => [externalId, username, null]),
        [personalAccount.accountId, personalAccount.username, 'personal_profile'],
      ]);
      expect(pages[0]?.details).toEqual({ pageId: aurora.facebook[0].externalId });
      expect(await network.asked('graph.me.accounts')).toBe(3);
    },
    'partial scopes': async () => {
      const network = await instagram();
      const grant = await network.consent({ without: ['instagram_content_publish', 'instagram_manage_messages'] });
      const missing = missingScopes(asked, grant.scopes ?? []).map(({ scope }) => scope);
      expect(lostFeatures(asked, missing)).toEqual(['publish', 'message']);
      const page = await firstHeld(network, grant);
      expect(await refusalOf(prepare(network, page))).toMatchObject(noPermission);
      await network.connector.probe(page);
    },
    refresh: { doesNotApply: 'Meta has no refresh tokens; a page’s token does not expire' },
    rotation: { doesNotApply: 'Meta has no refresh tokens' },
    revoked: async () => {
      const network = await instagram();
      const page = await firstHeld(network, await network.consent());
      await network.control(`/people/${person}/revoke`, { method: 'POST' });
      expect(await refusalOf(network.connector.probe(page))).toMatchObject(appRemoved);
    },
    'permission lost': async () => {
      const network = await instagram();
      const { connector, control } = network;
      const page = await firstHeld(network, await network.consent());
      const wish = { notificationUrl: 'https://app.example/webhooks/meta', secret: 'secret' };
      expect(await connector.watch?.(page, wish)).toEqual({ id: page.details['pageId'], expiresAt: null });
      await control(`/tokens/${person}/withdraw`, { json: { scopes: ['instagram_basic'] } });
      expect(await refusalOf(connector.probe(page))).toMatchObject(noPermission);
      // Instagram did not say which; the token does.
      expect(missingScopes(asked, (await connector.grantedScopes(page)) ?? []).map(({ scope }) => scope)).toEqual([
        'instagram_basic',
      ]);
      await control(`/tokens/${person}/withdraw`, { json: { scopes: ['pages_manage_metadata'] } });
      await connector.probe(page);
      expect(await refusalOf(connector.watch?.(page, wish))).toMatchObject({
        said: { status: 403, code: '200' },
        missingScopes: ['pages_manage_metadata'],
      });
    },
    throttled: async () => {
      const network = await instagram();
      const page = await firstHeld(network, await network.consent());
      const words = '(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.';
      await network.refuse('instagram.account.read', pause(80_002, words, page.externalId));
      expect(await refusalOf(network.connector.probe(page))).toMatchObject({
        said: { status: 400, code: '80002', message: words },
        meaning: { class: 'retry_later', grantProblem: null },
        retryAfterMs: 420_000,
      });
    },
    '5xx': async () => {
      const network = await instagram();
      const page = await firstHeld(network, await network.consent());
      const words = 'An unknown error has occurred.';
      await network.refuse('instagram.account.read', trouble(1, words));
      expect(await refusalOf(network.connector.probe(page))).toMatchObject({
        said: { status: 500, code: '1', message: words },
        meaning: { class: 'retry_later', grantProblem: null },
      });
    },
    'wrong page on reconnect': async () => {
      const { connector, consent } = await instagram();
      const expected = aurora.instagram[0];
      const others = await connector.listPages(await consent({ person: lariana.metaPerson.externalId, pages: [] }), []);
      expect(others.filter(({ refusal }) => refusal === null)).toEqual([]);
      const pages = [lariana.facebook[0].externalId];
      const reached = await connector.listPages(await consent({ person: lariana.metaPerson.externalId, pages }), []);
      expect(matchPage({ externalId: expected.externalId, name: expected.username }, reached)).toEqual({
        kind: 'other',
        expected: expected.username,
        found: [lariana.instagram[0].username],
      });
    },
    disconnect: async () => {
      const network = await instagram();
      const page = await firstHeld(network, await network.consent());
      await network.connector.revoke?.(page);
      expect(await refusalOf(network.connector.probe(page))).toMatchObject(appRemoved);
      await network.connector.revoke?.(page);
    },
  },
});

function prepare(
  { channels }: Awaited<ReturnType<typeof instagram>>,
  page: Parameters<typeof channels.instagram.quota>[0],
) {
  const url = 'http://localhost:9/photo.jpg';
  const file = { url, read: async () => new Uint8Array([1]), mimeType: 'image/jpeg', bytes: 1, altText: null };
  const media = [{ kind: 'image' as const, ...file }];
  return channels.instagram.prepare(page, { text: 'Buongiorno', media, link: null, format: 'feed' }, null);
}

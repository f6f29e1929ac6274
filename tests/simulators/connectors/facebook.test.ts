import { expect } from 'vitest';
import { seedTenants } from '../../../simulators/seed.ts';
import { matchPage } from '../../../src/domain/authorization.ts';
import { lostFeatures, missingScopes } from '../../../src/domain/grant.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import { describeConnector } from './connector-row.ts';
import { appRemoved, firstHeld, metaNetwork, pause, trouble } from './meta-network.ts';
import { held, redirectUri, refusalOf } from './one-network.ts';

const [aurora] = seedTenants;
const asked = scopesOf('facebook', 'facebook_login');
const facebook = (settings = {}) => metaNetwork('facebook', 'facebook_login', settings);

describeConnector({
  network: 'facebook',
  kind: 'facebook_login',
  cells: {
    connect: async () => {
      const { connector, visit, exchange } = await facebook();
      const back = await visit();
      expect(back.get('state')).toBe('state-of-the-test');
      const code = back.get('code') ?? '';
      expect(await refusalOf(exchange(code, { redirectUri: `${redirectUri}/other` }))).toMatchObject({
        said: { status: 400, code: '100/36008', message: expect.stringContaining('redirect_uri is identical') },
      });
      const grant = await exchange(code);
      expect(await refusalOf(exchange(code))).toMatchObject({
        said: { status: 400, code: '100/36009', message: 'This authorization code has been used.' },
        meaning: { grantProblem: null },
      });
      expect(grant.scopes?.toSorted()).toEqual(asked.map(({ scope }) => scope).toSorted());
      expect((grant.expiresAt ?? 0) - Date.now()).toBeGreaterThan(59 * 86_400_000);
      const { externalId, name } = aurora.metaPerson;
      expect(await connector.adminProfile(grant)).toMatchObject({ externalId, name });
      const denied = await visit({ deny: true });
      expect(denied.get('error_reason')).toBe('user_denied');
      expect(denied.get('code')).toBeNull();
    },
    'list pages': async () => {
      const { connector, consent, asked: times } = await facebook({ listPageSize: 1 });
      const [main, milano, torino] = aurora.facebook.map(({ externalId }) => externalId);
      const grant = await consent({ pages: [main ?? '', milano ?? ''] });
      const pages = await connector.listPages(grant, []);
      // What was not picked is reached by the business, without a token; the person is not a page.
      expect(pages.map(({ externalId, refusal }) => [externalId, refusal])).toEqual([
        [main, null],
        [milano, null],
        [torino, 'role_missing'],
        [aurora.metaPerson.externalId, 'personal_profile'],
      ]);
      expect(await times('graph.me.accounts')).toBe(2);
      for (const page of pages.filter(({ refusal }) => refusal === null)) {
        expect((await connector.probe(held(grant, page))).name).toBe(page.name);
      }
    },
    'partial scopes': async () => {
      const network = await facebook();
      const grant = await network.consent({ without: ['pages_manage_posts', 'read_insights'] });
      const missing = missingScopes(asked, grant.scopes ?? []).map(({ scope }) => scope);
      expect(missing).toEqual(['pages_manage_posts', 'read_insights']);
      expect(lostFeatures(asked, missing)).toEqual(['publish', 'insights']);
      const page = await firstHeld(network, grant);
      expect(await network.connector.grantedScopes(page)).not.toContain('pages_manage_posts');
      expect(await refusalOf(publish(network, page))).toMatchObject({
        said: { status: 403, code: '200', message: expect.stringContaining('pages_manage_posts') },
        meaning: { class: 'refresh_token', grantProblem: 'permission' },
        missingScopes: ['pages_read_engagement', 'pages_manage_posts'],
      });
    },
    refresh: { doesNotApply: 'Meta has no refresh tokens; a page’s token does not expire' },
    rotation: { doesNotApply: 'Meta has no refresh tokens' },
    revoked: async () => {
      const network = await facebook();
      const page = await firstHeld(network, await network.consent());
      await network.control(`/people/${aurora.metaPerson.externalId}/revoke`, { method: 'POST' });
      expect(await refusalOf(network.connector.probe(page))).toMatchObject(appRemoved);
      expect(await refusalOf(network.connector.grantedScopes(page))).toMatchObject({
        said: { code: '190/458' },
        meaning: { class: 'disconnected', grantProblem: 'gone' },
      });
      const again = await firstHeld(network, await network.consent());
      await network.connector.probe(again);
      expect(await refusalOf(network.connector.probe(page))).toMatchObject(appRemoved);
    },
    'permission lost': async () => {
      const network = await facebook();
      const { connector, control } = network;
      const page = await firstHeld(network, await network.consent());
      expect(await connector.watch?.(page, wish)).toEqual({ id: page.externalId, expiresAt: null });
      const person = aurora.metaPerson.externalId;
      await control(`/tokens/${person}/withdraw`, { json: { scopes: ['pages_manage_metadata'] } });
      expect(await refusalOf(connector.watch?.(page, wish))).toMatchObject({
        said: {
          status: 403,
          code: '200',
          message: '(#200) Requires pages_manage_metadata permission to manage the object',
        },
        meaning: { class: 'refresh_token', grantProblem: 'permission' },
        missingScopes: ['pages_manage_metadata'],
      });
      // What needs other permissions goes on.
      await connector.probe(page);
      await publish(network, page);
      expect(missingScopes(asked, (await connector.grantedScopes(page)) ?? [])).toEqual([
        { scope: 'pages_manage_metadata', features: ['webhooks'] },
      ]);
      // One field without its permission would refuse them all, so it is not asked for.
      await control(`/tokens/${person}/withdraw`, { json: { scopes: ['pages_messaging'] } });
      await connector.watch?.(page, wish);
    },
    throttled: async () => {
      const network = await facebook();
      const page = await firstHeld(network, await network.consent());
      const words = '(#32) Page request limit reached';
      await network.refuse('facebook.page.read', pause(32, words, page.externalId));
      expect(await refusalOf(network.connector.probe(page))).toMatchObject({
        said: { status: 400, code: '32', message: words },
        meaning: { class: 'retry_later', grantProblem: null },
        retryAfterMs: 420_000,
      });
    },
    '5xx': async () => {
      const network = await facebook();
      const page = await firstHeld(network, await network.consent());
      const words = 'An unexpected error has occurred. Please retry your request later.';
      await network.refuse('facebook.page.read', trouble(2, words));
      expect(await refusalOf(network.connector.probe(page))).toMatchObject({
        said: { status: 500, code: '2', message: words },
        meaning: { class: 'retry_later', grantProblem: null },
      });
    },
    'wrong page on reconnect': async () => {
      const { connector, consent } = await facebook();
      const [expected, other] = aurora.facebook;
      const grant = await consent({ pages: [other?.externalId ?? ''] });
      const pages = (await connector.listPages(grant, [])).filter(({ refusal }) => refusal === null);
      expect(matchPage(expected, pages)).toEqual({ kind: 'other', expected: expected.name, found: [other?.name] });
      const right = await connector.listPages(await consent(), []);
      expect(matchPage(expected, right)).toMatchObject({ kind: 'same', page: { externalId: expected.externalId } });
    },
    disconnect: async () => {
      const network = await facebook();
      const { connector } = network;
      const page = await firstHeld(network, await network.consent());
      await connector.revoke?.(page);
      expect(await refusalOf(connector.probe(page))).toMatchObject(appRemoved);
      // Taking back what is gone is success.
      await connector.revoke?.(page);
      await connector.revoke?.({ ...page, accessToken: 'EAAB-no-such-token' });
      expect(await network.asked('graph.permissions.delete')).toBe(2);
    },
  },
});

const wish = { notificationUrl: 'https://app.example/webhooks/meta', secret: 'secret' };

function publish(
  { channels }: Awaited<ReturnType<typeof facebook>>,
  page: Parameters<typeof channels.facebook.quota>[0],
) {
  const content = { text: 'Buongiorno', media: [], link: null, format: 'feed' as const };
  return channels.facebook.publish(page, content, { state: 'ready', anchor: null, parts: [] });
}

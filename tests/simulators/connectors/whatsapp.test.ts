import { expect } from 'vitest';
import { whatsappBusinesses } from '../../../simulators/graph/whatsapp-seeds.ts';
import { matchPage } from '../../../src/domain/authorization.ts';
import { missingScopes } from '../../../src/domain/grant.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import { describeConnector } from './connector-row.ts';
import { appRemoved, firstHeld, metaNetwork, pause, trouble } from './meta-network.ts';
import { redirectUri, refusalOf } from './one-network.ts';

const [aurora, lariana] = whatsappBusinesses;
const [shop, deliveries] = aurora.wabas;
const asked = scopesOf('whatsapp', 'embedded_signup');
const whatsapp = (settings = {}) => metaNetwork('whatsapp', 'embedded_signup', settings);

describeConnector({
  network: 'whatsapp',
  kind: 'embedded_signup',
  cells: {
    connect: async () => {
      const { connector, visit, exchange } = await whatsapp();
      const code = (await visit()).get('code') ?? '';
      expect(await refusalOf(exchange(code, { redirectUri: `${redirectUri}/other` }))).toMatchObject({
        said: { status: 400, code: '100/36008' },
      });
      const grant = await exchange(code);
      expect(await refusalOf(exchange(code))).toMatchObject({
        said: { status: 400, code: '100/36009', message: 'This authorization code has been used.' },
        meaning: { grantProblem: null },
      });
      expect(grant).toMatchObject({ refreshToken: null, expiresAt: null, scopes: asked.map(({ scope }) => scope) });
      const { systemUserId: externalId, systemUserName: name } = aurora;
      expect(await connector.adminProfile(grant)).toEqual({ externalId, name, pictureUrl: null });
      expect((await visit({ deny: true })).get('error_reason')).toBe('user_denied');
    },
    'list pages': async () => {
      const network = await whatsapp({ listPageSize: 1 });
      const grant = await network.consent();
      const numbers = await network.connector.listPages(grant, []);
      expect(numbers.map(({ externalId, name, refusal }) => [externalId, name, refusal])).toEqual([
        ['105100000000001', 'Mercato Aurora (+39 02 5550 1001)', null],
        ['105100000000002', 'Mercato Aurora (+39 02 5550 1002)', 'not_eligible'],
        ['105100000000003', 'Mercato Aurora (+39 02 5550 1003)', 'not_eligible'],
        ['105100000000004', 'Aurora Consegne (+39 02 5550 1004)', null],
        ['105100000000005', 'Aurora Ascolta (+39 02 5550 1005)', null],
      ]);
      expect(numbers[3]?.details).toEqual({ wabaId: deliveries?.id, phoneNumber: '+39 02 5550 1004' });
      expect(await network.asked('whatsapp.numbers.list')).toBe(5);
      const some = await network.connector.listPages(await network.consent({ pages: [shop.id] }), []);
      expect(some).toHaveLength(shop.numbers.length);
    },
    // Embedded Signup grants all that its configuration asks for, or nothing.
    'partial scopes': async () => {
      const { consent } = await whatsapp();
      const grant = await consent({ without: ['whatsapp_business_messaging'] });
      expect(missingScopes(asked, grant.scopes ?? [])).toEqual([]);
    },
    refresh: { doesNotApply: 'a business token does not expire' },
    rotation: { doesNotApply: 'a business token does not expire' },
    revoked: async () => {
      const network = await whatsapp();
      const page = await firstHeld(network, await network.consent());
      await network.control(`/people/${aurora.systemUserId}/revoke`, { method: 'POST' });
      expect(await refusalOf(network.connector.probe(page))).toMatchObject(appRemoved);
    },
    'permission lost': async () => {
      const network = await whatsapp();
      const { connector, control } = network;
      const page = await firstHeld(network, await network.consent());
      const wish = { notificationUrl: 'https://app.example/webhooks/meta', secret: 'secret' };
      expect(await connector.watch?.(page, wish)).toEqual({ id: shop.id, expiresAt: null });
      await control(`/tokens/${aurora.systemUserId}/withdraw`, { json: { scopes: ['whatsapp_business_management'] } });
      expect(await refusalOf(connector.probe(page))).toMatchObject({
        said: {
          status: 403,
          code: '200',
          message: '(#200) Requires whatsapp_business_management permission to manage the object',
        },
        meaning: { class: 'refresh_token', grantProblem: 'permission' },
        missingScopes: ['whatsapp_business_management'],
      });
      expect(missingScopes(asked, (await connector.grantedScopes(page)) ?? [])).toEqual([
        { scope: 'whatsapp_business_management', features: ['pages', 'webhooks'] },
      ]);
    },
    throttled: async () => {
      const network = await whatsapp();
      const page = await firstHeld(network, await network.consent());
      const words =
        '(#80008) There have been too many calls to this WhatsApp Business account. Wait a bit and try again.';
      await network.refuse('whatsapp.number.read', pause(80_008, words, shop.id));
      expect(await refusalOf(network.connector.probe(page))).toMatchObject({
        said: { status: 400, code: '80008', message: words },
        meaning: { class: 'retry_later', grantProblem: null },
        retryAfterMs: 420_000,
      });
    },
    '5xx': async () => {
      const network = await whatsapp();
      const page = await firstHeld(network, await network.consent());
      const words = 'An unknown error has occurred.';
      await network.refuse('whatsapp.number.read', trouble(1, words));
      expect(await refusalOf(network.connector.probe(page))).toMatchObject({
        said: { status: 500, code: '1', message: words },
        meaning: { class: 'retry_later', grantProblem: null },
      });
    },
    'wrong page on reconnect': async () => {
      const { connector, consent } = await whatsapp();
      const numbers = await connector.listPages(await consent({ person: lariana.systemUserId }), []);
      const [expected] = shop.numbers;
      const name = 'Mercato Aurora (+39 02 5550 1001)';
      expect(matchPage({ externalId: expected?.id ?? '', name }, numbers)).toEqual({
        kind: 'other',
        expected: name,
        found: ['Banca Lariana (+39 031 555 2001)'],
      });
    },
    disconnect: async () => {
      const network = await whatsapp();
      const page = await firstHeld(network, await network.consent());
      await network.connector.revoke?.(page);
      expect(await refusalOf(network.connector.probe(page))).toMatchObject(appRemoved);
      await network.connector.revoke?.(page);
      expect(await network.asked('graph.oauth.revoke')).toBe(2);
    },
  },
});

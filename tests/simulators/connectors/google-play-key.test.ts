import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { google } from '../../../simulators/google/network.ts';
import { serviceAccount } from '../../../simulators/google/seeds.ts';
import { serviceAccountKeyFile } from '../../../simulators/google/service-account-key.ts';
import { matchPage } from '../../../src/domain/authorization.ts';
import { credentialConnectorOf } from '../../support/connectors.ts';
import { networksAt } from '../../support/networks-at.ts';
import { controlOf, startSimulated } from '../support/simulator.ts';
import { describeConnector } from './connector-row.ts';
import { held, refusalOf } from './one-network.ts';

const app = { externalId: 'it.mercatoaurora.app', name: 'it.mercatoaurora.app', details: {}, accessToken: null };
const gone = { class: 'disconnected', grantProblem: 'gone' };
const ours = { class: 'unknown', grantProblem: null };

describeConnector({
  network: 'google_play',
  kind: 'service_account',
  cells: {
    connect: async () => {
      const { connector, keyFile, admit } = await playByKey();
      const grant = await admit();
      expect(grant).toMatchObject({ refreshToken: null, expiresAt: null, consentExpiresAt: null, scopes: null });
      // Of the file only what is needed is kept.
      expect(Object.keys(JSON.parse(grant.accessToken) as object).toSorted()).toEqual([
        'client_email',
        'client_id',
        'private_key',
        'private_key_id',
        'type',
      ]);
      expect(await connector.adminProfile(grant)).toEqual({
        externalId: serviceAccount.clientId,
        name: serviceAccount.clientEmail,
        pictureUrl: null,
      });

      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
      const refusalOfFile = (change: object) => refusalOf(admit(JSON.stringify({ ...keyFile, ...change })));
      expect(await refusalOfFile({ private_key: pem })).toMatchObject({
        said: { status: 400, code: 'invalid_grant', message: 'Invalid JWT Signature.' },
        meaning: gone,
      });
      expect(await refusalOfFile({ client_email: 'nobody@elsewhere.iam.gserviceaccount.com' })).toMatchObject({
        said: { status: 400, code: 'invalid_grant', message: 'Invalid grant: account not found' },
        meaning: gone,
      });
    },
    'list pages': async () => {
      const { connector, admit } = await playByKey();
      const named = ['it.mercatoaurora.app', 'it.mercatoaurora.fedelta', 'it.bancalariana.mobile', 'it.nobody'];
      const pages = await connector.listPages(await admit(), named);
      expect(pages.map(({ externalId, refusal }) => [externalId, refusal])).toEqual([
        ['it.mercatoaurora.app', null],
        ['it.mercatoaurora.fedelta', null],
        ['it.bancalariana.mobile', 'role_missing'],
        ['it.nobody', 'not_eligible'],
      ]);
    },
    'partial scopes': { doesNotApply: 'a key asks for its scopes itself, and nobody unticks them' },
    refresh: async () => {
      const { connector, admit, tokensMade, control } = await playByKey();
      const grant = await admit();
      expect(connector.refresh).toBeNull();
      await connector.probe(held(grant, app));
      await connector.probe(held(grant, app));
      // One token serves many calls, and is made anew when Google honours it no more.
      expect(await tokensMade()).toBe(1);
      await control(`/tokens/${serviceAccount.clientId}/revoke`, { json: { as: 'expired' } });
      expect(await connector.probe(held(grant, app))).toEqual({ name: 'it.mercatoaurora.app', pictureUrl: null });
      expect(await tokensMade()).toBe(2);
    },
    rotation: { doesNotApply: 'a key makes its tokens itself: there is no refresh token' },
    revoked: async () => {
      const { connector, admit, control } = await playByKey();
      const grant = held(await admit(), app);
      await control(`/tokens/${serviceAccount.clientId}/revoke`, { json: { as: 'revoked' } });
      expect(await refusalOf(connector.probe(grant))).toMatchObject({
        said: { status: 400, code: 'invalid_grant', message: 'Invalid JWT Signature.' },
        meaning: gone,
      });
    },
    'permission lost': async () => {
      const { connector, admit, control } = await playByKey();
      const grant = held(await admit(), app);
      await control(`/tokens/${serviceAccount.clientId}/revoke`, { json: { as: 'role_lost' } });
      expect(await refusalOf(connector.probe(grant))).toMatchObject({
        said: {
          status: 401,
          code: 'permissionDenied',
          message: 'The current user has insufficient permissions to perform the requested operation.',
        },
        meaning: { class: 'refresh_token', grantProblem: 'permission' },
      });
      expect(await connector.grantedScopes(grant)).toBeNull();
    },
    throttled: async () => {
      const { connector, admit, control } = await playByKey();
      const grant = held(await admit(), app);
      await control('/faults', { json: { match: { operation: 'play.*' }, action: 'status', status: 429 } });
      expect(await refusalOf(connector.probe(grant))).toMatchObject({
        said: { status: 429, code: 'RATE_LIMIT_EXCEEDED' },
        meaning: { class: 'retry_later', grantProblem: null },
      });
      expect(await connector.probe(grant)).toMatchObject({ name: 'it.mercatoaurora.app' });
    },
    '5xx': async () => {
      const { connector, admit, control } = await playByKey();
      const trouble = (operation: string) =>
        control('/faults', { json: { match: { operation }, action: 'status', status: 503, times: 3 } });
      const unavailable = {
        said: { status: 503, code: 'backendError', message: 'The service is currently unavailable.' },
        meaning: { class: 'retry_later', grantProblem: null },
      };
      await trouble('google.oauth.token');
      expect(await refusalOf(admit())).toMatchObject(unavailable);
      const grant = held(await admit(), app);
      await trouble('play.*');
      expect(await refusalOf(connector.probe(grant))).toMatchObject(unavailable);
      expect(await connector.probe(grant)).toMatchObject({ name: 'it.mercatoaurora.app' });
    },
    'wrong page on reconnect': async () => {
      const { connector, admit } = await playByKey();
      const found = await connector.listPages(await admit(), ['it.mercatoaurora.fedelta']);
      expect(matchPage(app, found)).toEqual({
        kind: 'other',
        expected: 'it.mercatoaurora.app',
        found: ['it.mercatoaurora.fedelta'],
      });
    },
    disconnect: { doesNotApply: 'only the company itself can delete the key, in its own Google Cloud' },
  },
});

it.each([
  ['no file of keys', 'hello'],
  ['far too long', `{"type":"service_account"}${' '.repeat(30_000)}`],
  ['the client of an app', { type: 'authorized_user' }],
  ['without a key', { private_key: '' }],
  ['with a key that is none', { private_key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n' }],
  ['with an elliptic key', { private_key: ellipticKey() }],
  ['with a key that is too short', { private_key: rsaKey(1_024) }],
  ['without an address', { client_email: 'nobody' }],
])('takes no key file that is %s, and asks nobody about it', async (_, change) => {
  const { admit, keyFile, tokensMade } = await playByKey();
  const file = typeof change === 'string' ? change : JSON.stringify({ ...keyFile, ...change });
  expect(await refusalOf(admit(file))).toMatchObject({ said: null, meaning: ours });
  expect(await tokensMade()).toBe(0);
});

it('takes the key in the older form that other tools write', async () => {
  const { admit, keyFile } = await playByKey();
  const older = createPrivateKey(keyFile['private_key'] ?? '').export({ type: 'pkcs1', format: 'pem' });
  expect(await admit(JSON.stringify({ ...keyFile, private_key: older }))).toMatchObject({ refreshToken: null });
});

it('sends the key to Google alone, whatever address the file names', async () => {
  const { admit, keyFile, tokensMade } = await playByKey();
  await admit(JSON.stringify({ ...keyFile, token_uri: 'http://127.0.0.1:1/token' }));
  expect(await tokensMade()).toBe(1);
});

it('does not take a wrong clock of ours for a key that is gone', async () => {
  const { admit } = await playByKey(() => Date.now() - 2 * 60 * 60_000);
  expect(await refusalOf(admit())).toMatchObject({
    said: { status: 400, code: 'invalid_grant', message: expect.stringContaining('Check your iat and exp values') },
    meaning: ours,
  });
});

/** A Google of its own, the file of its service account, and the connector that is given it. */
async function playByKey(clock: () => number = Date.now) {
  const simulator = await startSimulated(google);
  const control = controlOf(simulator);
  const { connectors } = networksAt({ google_play: simulator.url }, { clock });
  const connector = credentialConnectorOf(connectors, 'google_play', 'service_account');
  const keyFile = serviceAccountKeyFile(simulator.world);
  return {
    connector,
    keyFile,
    control,
    admit: (file: string = JSON.stringify(keyFile)) => connector.admit({ kind: 'service_account', keyFile: file }),
    tokensMade: async () => (await control('/requests?operation=google.oauth.token')).body.length,
  };
}

function ellipticKey(): string {
  return String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

function rsaKey(modulusLength: number): string {
  return String(generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

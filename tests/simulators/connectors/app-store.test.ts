import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'vitest';
import { appleKeys, type SeedAppleKey } from '../../../simulators/apple/seeds.ts';
import { apple } from '../../../simulators/apple/network.ts';
import { matchPage } from '../../../src/domain/authorization.ts';
import type { Grant } from '../../../src/channels/connector.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { credentialConnectorOf } from '../../support/connectors.ts';
import { describeConnector } from './connector-row.ts';
import { simulate } from './one-network.ts';

describeConnector({
  network: 'app_store',
  kind: 'api_key',
  cells: {
    connect: async () => {
      const { connector, admit } = await stage();
      const { issuerId, keyId } = keyOf('aurora');
      const profile = await connector.adminProfile(await admit(keyOf('aurora')));
      expect(profile).toEqual({
        externalId: `${issuerId}/${keyId}`,
        name: 'App Store Connect DEVKEY0001',
        pictureUrl: null,
      });

      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      const stranger = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      expect(await channelErrorOf(admit({ ...keyOf('aurora'), privateKey: stranger }))).toMatchObject(notAuthorized);
      const noKey = await channelErrorOf(admit({ ...keyOf('aurora'), privateKey: 'BEGIN' }));
      expect(noKey).toMatchObject({ class: 'disconnected', provider: null });
      expect(noKey.message).not.toContain('BEGIN');
    },
    'list pages': async () => {
      const { connector, admit, control, requests } = await stage();
      await control('/settings', { json: { listPageSize: 2 } });
      const pages = await connector.listPages(await admit(keyOf('aurora')), []);
      expect(pages.map(({ externalId, name, details, refusal }) => [externalId, name, details, refusal])).toEqual(
        keyOf('aurora').apps.map(({ id, name, bundleId }) => [id, name, { bundleId }, null]),
      );
      expect(requests().filter(({ operation }) => operation === 'apple.apps.list')).toHaveLength(3);
    },
    'partial scopes': { doesNotApply: 'a key has a role, which Apple tells only by refusing' },
    refresh: { doesNotApply: 'a token is made from the key for each call' },
    rotation: { doesNotApply: 'there is nothing to refresh' },
    revoked: async () => {
      const { connector, control, held } = await stage();
      const page = await held();
      await control('/tokens/DEVKEY0001/revoke', { json: { as: 'revoked' } });
      expect(await channelErrorOf(connector.probe(page))).toMatchObject(notAuthorized);
    },
    'permission lost': async () => {
      const { connector, control, held } = await stage();
      const page = await held();
      await control('/tokens/DEVKEY0001/revoke', { json: { as: 'role_lost' } });
      expect(await channelErrorOf(connector.probe(page))).toMatchObject({
        class: 'refresh_token',
        grantProblem: 'permission',
        provider: { status: 403, code: 'FORBIDDEN_ERROR', message: 'The API key in use does not allow this request' },
      });
    },
    throttled: async () => {
      const { connector, control, held } = await stage();
      await control('/faults', {
        json: { match: { operation: 'apple.app.read' }, action: 'status', status: 429, times: null },
      });
      expect(await channelErrorOf(connector.probe(await held()))).toMatchObject({
        class: 'retry_later',
        grantProblem: null,
        provider: { status: 429, code: 'RATE_LIMIT_EXCEEDED' },
      });
    },
    '5xx': async () => {
      const { connector, control, held } = await stage();
      await control('/faults', {
        json: { match: { operation: 'apple.app.read' }, action: 'status', status: 500, times: null },
      });
      expect(await channelErrorOf(connector.probe(await held()))).toMatchObject({
        class: 'retry_later',
        grantProblem: null,
        provider: { status: 500, code: 'UNEXPECTED_ERROR' },
      });
    },
    'wrong page on reconnect': async () => {
      const { connector, admit } = await stage();
      const [expected] = keyOf('aurora').apps;
      const pages = await connector.listPages(await admit(keyOf('lariana')), []);
      const { id: externalId = '', name = '' } = expected ?? {};
      const found = ['Banca Lariana'];
      expect(matchPage({ externalId, name }, pages)).toEqual({ kind: 'other', expected: name, found });
    },
    disconnect: { doesNotApply: 'App Store Connect has no API to revoke a key' },
  },
});

const notAuthorized = {
  class: 'disconnected',
  grantProblem: 'gone',
  provider: {
    status: 401,
    code: 'NOT_AUTHORIZED',
    message: expect.stringContaining('Provide a properly configured and signed bearer token'),
  },
} as const;

function keyOf(slug: string): SeedAppleKey {
  const key = appleKeys.find((candidate) => candidate.slug === slug);
  if (key === undefined) throw new Error(`${slug} has no key`);
  return key;
}

async function stage() {
  const { connectors, control, simulator } = await simulate(apple);
  const connector = credentialConnectorOf(connectors, 'app_store', 'api_key');
  const admit = ({ issuerId, keyId, privateKey }: SeedAppleKey): Promise<Grant> =>
    connector.admit({ kind: 'api_key', issuerId, keyId, privateKey });
  return {
    connector,
    control,
    admit,
    requests: () => simulator.world.log.list(),
    held: async () => {
      const { accessToken } = await admit(keyOf('aurora'));
      return { externalId: keyOf('aurora').apps[0]?.id ?? '', accessToken, details: {} };
    },
  };
}

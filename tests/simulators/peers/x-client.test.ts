import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { seedApp } from '../../../simulators/seed.ts';
import { x } from '../../../simulators/x/network.ts';
import { xAccounts } from '../../../simulators/x/seeds.ts';
import { oneNetwork } from '../connectors/one-network.ts';
import { clientFolder, runWithClient } from './python.ts';

const installTimeoutMs = 300_000;

beforeAll(async () => void (await clientFolder('x')), installTimeoutMs);

test('tweepy goes through the consent, reads its account, refreshes, and understands every refusal', async () => {
  const { simulator } = await oneNetwork({ simulated: x, network: 'x', kind: 'oauth' });
  const [, support] = xAccounts;
  const seen = await runWithClient('x', join(import.meta.dirname, 'x_client.py'), {
    X_URL: simulator.url,
    CLIENT_ID: seedApp.x.clientId,
    CLIENT_SECRET: seedApp.x.clientSecret,
    APP_TOKEN: seedApp.x.appToken,
    ACCOUNT_ID: support.externalId,
  });

  const { externalId, name, username, verifiedType } = support;
  const me = [externalId, name, username, verifiedType, `${simulator.url}/_picture.png`];
  expect(seen).toEqual({
    scope: ['tweet.read', 'users.read', 'tweet.write', 'offline.access'],
    expires_in: 7200,
    me,
    rotated: true,
    me_after: me,
    reused: ['invalid_request', 'Value passed for the token was invalid.'],
    ended: [401, 'Unauthorized'],
    app_only: [403, 'Unsupported Authentication'],
    denied: ['access_denied', ''],
    stolen_code: ['invalid_request', 'Value passed for the code verifier did not match the code challenge.'],
  });
});
